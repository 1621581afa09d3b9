"""Taking back a file as a whole, as long as nothing has been built on it; stopping one that is being saved."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from credit_platform.common.services import seed_working_calendar
from entities.models import CreditRecord, Entity, Submission
from entities.services import records, submissions, taking_back
from entities.signals import records_changed
from entities.statements.services import write_statement
from repair import services as repair
from repair.clocks import seed_clock_rules
from tests.agencies.test_formats import penalty
from tests.entities.intake.conftest import HEADER, Desk, outcomes
from tests.entities.test_at_once import at_once
from tests.factories import (
    AgentFactory,
    CaseFactory,
    EntityFactory,
    MemberFactory,
    PublicityRuleFactory,
    UserFactory,
    invented_code,
)

pytestmark = pytest.mark.django_db
State = Submission.State
BECAUSE = "发错了年度"


@pytest.fixture
def entity(db):
    return EntityFactory(name_zh="禾谷食品")


@pytest.fixture
def published(tax, entity) -> Submission:
    """An official list that is in force."""
    return tax.save(tax.send_rows((entity.credit_code, "禾谷食品")))


@pytest.fixture
def market(desk) -> Desk:
    return desk("market-supervision", "market-penalties")


@pytest.fixture
def waiting(market, entity) -> Submission:
    """Penalties that wait for review."""
    return market.save(market.send(penalty(entity)))


def taken_back(by, submission: Submission) -> Submission:
    taking_back.ask_to_take_back(by=by, submission_id=submission.pk, because=BECAUSE)
    taking_back.take_back(submission_id=submission.pk)
    submission.refresh_from_db()
    return submission


def test_what_was_in_force_is_withdrawn_with_the_reason_and_ratings_follow(tax, published, entity):
    heard = []

    def hear(sender, entity_ids, **kwargs):
        heard.append(set(entity_ids))

    records_changed.connect(hear)
    submission = taken_back(tax.clerk, published)
    records_changed.disconnect(hear)
    record = CreditRecord.objects.get()
    assert (record.status, record.ended_because) == ("withdrawn", BECAUSE)
    assert submission.state == State.TAKEN_BACK
    assert heard == [{entity.pk}]
    assert submission.rows.get().is_saved


def test_what_waited_for_review_goes_and_the_log_keeps_that_it_was(market, waiting):
    taken_back(market.clerk, waiting)
    assert not CreditRecord.objects.exists()
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["entities.record.discarded", "entities.submission.taken_back"]
    told = AuditEvent.objects.get(verb="entities.submission.taken_back")
    assert (told.actor, told.detail["because"], told.detail["removed"]) == (market.clerk, BECAUSE, 1)


def test_what_the_file_had_corrected_is_in_force_again(tax, published, entity):
    entity.name_zh = "禾谷食品"
    again = tax.send(
        f"纳税人识别号,纳税人名称,评价年度,税务机关\n{entity.credit_code},禾谷食品,2025,另一税务局\n"
    )
    assert outcomes(again) == {2: "changed"}
    tax.save(again)
    first, second = CreditRecord.objects.order_by("pk")
    assert (first.status, second.status) == ("replaced", "published")
    taken_back(tax.clerk, again)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.ended_on, first.ended_because) == ("published", None, "")
    assert second.status == "withdrawn"
    assert AuditEvent.objects.filter(verb="entities.record.restored").count() == 1


def test_files_that_corrected_one_row_one_after_the_other_go_back_in_their_order(tax, published, entity):
    def corrected(office):
        return tax.save(tax.send(f"{HEADER}\n{entity.credit_code},禾谷食品,2025,{office}\n"))

    def in_force():
        return list(CreditRecord.objects.filter(status="published").values_list("submission", flat=True))

    second, third = corrected("第二税务局"), corrected("第三税务局")
    assert in_force() == [third.pk]
    for earlier in (published, second):
        with pytest.raises(WrongState, match="corrected since"):
            taken_back(tax.clerk, earlier)
    assert taken_back(tax.clerk, third).state == State.TAKEN_BACK
    assert in_force() == [second.pk]
    fourth = corrected("第四税务局")
    for file, left in ((fourth, [second.pk]), (second, [published.pk]), (published, [])):
        assert taken_back(tax.clerk, file).state == State.TAKEN_BACK
        assert in_force() == left


@pytest.mark.parametrize(("months", "status"), [(None, "published"), (240, "published"), (12, "expired")])
def test_what_is_in_force_again_has_the_dates_of_the_rules_of_today(tax, published, entity, months, status):
    (first,) = CreditRecord.objects.all()
    again = tax.send(f"{HEADER}\n{entity.credit_code},禾谷食品,2025,另一税务局\n")
    tax.save(again)
    # As they were when it was corrected; the rules have changed since.
    CreditRecord.objects.filter(pk=first.pk).update(
        publish_until="2199-01-01", withheld=True, decided_on="2020-01-01"
    )
    if months:
        PublicityRuleFactory(record_types=[first.record_type], max_months=months)
    taken_back(tax.clerk, again)
    first.refresh_from_db()
    assert (first.status, first.withheld) == (status, False)
    assert first.publish_until != date(2199, 1, 1)


def test_the_file_as_it_should_have_been_can_be_sent_afterwards(tax, published, entity):
    taken_back(tax.clerk, published)
    again = tax.send_rows((entity.credit_code, "禾谷食品"))
    assert outcomes(again) == {2: "new"}
    tax.save(again)
    assert CreditRecord.objects.filter(status="published").count() == 1


def test_a_record_withdrawn_by_hand_still_does_not_come_back(tax, published, entity):
    records.withdraw_record(by=tax.clerk, record_id=CreditRecord.objects.get().pk, because=BECAUSE)
    assert outcomes(tax.send_rows((entity.credit_code, "禾谷食品"))) == {2: "unchanged"}


def test_entities_that_were_registered_from_its_rows_stay(tax):
    submission = tax.send_rows((invented_code(900_001), "新来公司"))
    submissions.register_entities_of_rows(by=tax.clerk, submission_id=submission.pk)
    tax.save(submission)
    assert taking_back.outlook_of(submission).registered == 1
    taken_back(tax.clerk, submission)
    assert Entity.objects.filter(credit_code=invented_code(900_001)).exists()


def approved(market, entity):
    reviewer = MemberFactory(body=market.body, role="reviewer")
    records.approve_record(by=reviewer, record_id=CreditRecord.objects.get().pk)


def returned(market, entity):
    reviewer = MemberFactory(body=market.body, role="reviewer")
    records.return_record(by=reviewer, record_id=CreditRecord.objects.get().pk, note="金额")


def with_a_case(market, entity):
    CreditRecord.objects.update(status="published", published_on="2026-10-20")
    CaseFactory(record=CreditRecord.objects.get())


def objected(market, entity):
    CreditRecord.objects.update(objected=True)


BUILT = {
    approved: "A reviewer has decided on 1 of its records",
    returned: "A reviewer has decided on 1 of its records",
    with_a_case: "1 of its records have been taken further: case",
    objected: "1 of its records are under objection",
}


@pytest.mark.parametrize("build", BUILT, ids=lambda build: build.__name__)
def test_a_file_on_which_something_has_been_built_stays(market, waiting, entity, build):
    build(market, entity)
    before = list(CreditRecord.objects.values())
    with pytest.raises(WrongState, match=BUILT[build]):
        taking_back.ask_to_take_back(by=market.clerk, submission_id=waiting.pk, because=BECAUSE)
    assert list(CreditRecord.objects.values()) == before


def test_an_entitys_own_words_beside_a_record_keep_no_file(tax, published, entity):
    agent = AgentFactory(entity=entity).user
    write_statement(by=agent, record_id=CreditRecord.objects.get().pk, text="已于当日改正")
    assert taken_back(tax.clerk, published).state == State.TAKEN_BACK
    assert CreditRecord.objects.get().status == "withdrawn"


def test_a_file_whose_records_were_corrected_since_stays(tax, published, entity):
    tax.save(
        tax.send(
            f"纳税人识别号,纳税人名称,评价年度,税务机关\n{entity.credit_code},禾谷食品,2025,另一税务局\n"
        )
    )
    with pytest.raises(WrongState, match="have been corrected since"):
        taking_back.ask_to_take_back(by=tax.clerk, submission_id=published.pk, because=BECAUSE)


def test_a_file_that_wrote_over_what_was_being_prepared_stays(market, waiting, entity):
    second = market.save(market.send(penalty(entity, CF_SY="另一事实")))
    with pytest.raises(WrongState, match="the file wrote over them"):
        taking_back.ask_to_take_back(by=market.clerk, submission_id=second.pk, because=BECAUSE)


def test_what_is_built_between_asking_and_doing_stops_the_whole(market, waiting, entity):
    taking_back.ask_to_take_back(by=market.clerk, submission_id=waiting.pk, because=BECAUSE)
    CreditRecord.objects.update(objected=True)
    taking_back.take_back(submission_id=waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == State.DONE
    assert "under objection" in waiting.problem["en"] and waiting.problem["zh"]
    assert CreditRecord.objects.filter(status="waiting").count() == 1

    verbs = AuditEvent.objects.filter(verb__startswith="entities.submission.take_back").order_by("pk")
    assert [event.verb for event in verbs] == [
        "entities.submission.take_back_asked",
        "entities.submission.take_back_refused",
    ]


@pytest.mark.django_db(transaction=True)
def test_of_taking_back_and_another_file_that_corrects_a_row_one_comes_first(tax, published, entity):
    """Whichever it is: nothing is corrected that was taken back, and no two records are in force."""
    other = tax.send(
        f"纳税人识别号,纳税人名称,评价年度,税务机关\n{entity.credit_code},禾谷食品,2025,另一税务局\n"
    )
    taking_back.ask_to_take_back(by=tax.clerk, submission_id=published.pk, because=BECAUSE)
    submissions.confirm_submission(by=tax.clerk, submission_id=other.pk)
    at_once(
        lambda: taking_back.take_back(submission_id=published.pk),
        lambda: submissions.save_submission(submission_id=other.pk),
    )
    published.refresh_from_db()
    first, second = CreditRecord.objects.order_by("pk")
    assert second.status == "published" and second.submission == other
    if published.state == State.TAKEN_BACK:
        assert (first.status, second.replaces) == ("withdrawn", None)
    else:
        assert (published.state, first.status, second.replaces) == (State.DONE, "replaced", first)
        assert "corrected since" in published.problem["en"]


@pytest.mark.django_db(transaction=True)
def test_of_taking_back_and_an_objection_one_comes_first(published, tax, entity):
    """Nobody is left with an objection to a record that was taken back unseen."""
    seed_working_calendar()
    seed_clock_rules()
    record = CreditRecord.objects.get()
    agent = AgentFactory(entity=entity).user
    taking_back.ask_to_take_back(by=tax.clerk, submission_id=published.pk, because=BECAUSE)
    _taken, objected = at_once(
        lambda: taking_back.take_back(submission_id=published.pk),
        lambda: repair.open_objection(by=agent, record_id=record.pk, ground="wrong", statement="Not ours."),
    )
    published.refresh_from_db()
    record.refresh_from_db()
    if published.state == State.TAKEN_BACK:
        assert isinstance(objected, WrongState) and record.status == "withdrawn"
    else:
        assert (published.state, record.status, objected.record) == (State.DONE, "published", record)


def test_however_many_records_a_file_has_taking_it_back_asks_the_same_questions(tax):
    asked = []
    for many in (2, 40):
        rows = [(EntityFactory().credit_code, f"甲{number}") for number in range(many)]
        submission = tax.send_rows(*rows)
        submissions.confirm_proposals(by=tax.clerk, submission_id=submission.pk, question="code_other_name")
        submission = tax.save(submission)
        assert CreditRecord.objects.filter(submission=submission).count() == many
        taking_back.ask_to_take_back(by=tax.clerk, submission_id=submission.pk, because=BECAUSE)
        with CaptureQueriesContext(connection) as queries:
            taking_back.take_back(submission_id=submission.pk)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_what_fails_again_and_again_is_left_as_it_is_and_says_so(tax, published, monkeypatch):
    taking_back.ask_to_take_back(by=tax.clerk, submission_id=published.pk, because=BECAUSE)

    def fail(*args, **kwargs):
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(taking_back, "outlook_of", fail)
        for _attempt in range(taking_back.MOST_ATTEMPTS):
            with pytest.raises(ConnectionResetError):
                taking_back.take_back(submission_id=published.pk)
        taking_back.take_back(submission_id=published.pk)
    published.refresh_from_db()
    assert (published.state, published.attempts) == (State.DONE, 0)
    assert "still in the registry" in published.problem["en"]
    assert CreditRecord.objects.get().status == "published"
    assert taken_back(tax.clerk, published).state == State.TAKEN_BACK


def test_asking_or_doing_it_twice_changes_nothing(tax, published):
    submission = taken_back(tax.clerk, published)
    taking_back.take_back(submission_id=submission.pk)
    assert (
        taking_back.ask_to_take_back(by=tax.clerk, submission_id=submission.pk, because="x").pk
        == submission.pk
    )
    assert AuditEvent.objects.filter(verb="entities.submission.taken_back").count() == 1


def test_only_a_saved_file_is_taken_back_and_with_a_reason(tax, published):
    with pytest.raises(InvalidInput, match="Say why"):
        taking_back.ask_to_take_back(by=tax.clerk, submission_id=published.pk, because="  ")
    with pytest.raises(WrongState, match="Only a file that was saved"):
        taking_back.ask_to_take_back(
            by=tax.clerk, submission_id=tax.send_rows((invented_code(900_002), "甲")).pk, because="x"
        )


def test_only_the_body_that_sent_a_file_takes_it_back(tax, published):
    for stranger in (UserFactory(), MemberFactory()):
        with pytest.raises(Missing):
            taking_back.ask_to_take_back(by=stranger, submission_id=published.pk, because="x")
    officer = MemberFactory(body=tax.body, role="officer")
    assert taken_back(officer, published).taken_back_by == officer


def test_a_lost_worker_is_replaced(tax, published):
    taking_back.ask_to_take_back(by=tax.clerk, submission_id=published.pk, because=BECAUSE)
    Submission.objects.update(step_started_at="2026-01-01T00:00Z")
    assert submissions.resume_submissions() == [published.pk]


# Stopping


def test_saving_is_stopped_and_its_worker_lets_go(tax, entity):
    submission = tax.send_rows((entity.credit_code, "禾谷食品"))
    submissions.confirm_submission(by=tax.clerk, submission_id=submission.pk)
    taking_back.stop_saving(by=tax.clerk, submission_id=submission.pk)
    submissions.save_submission(submission_id=submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.READY
    assert "stopped the saving" in submission.problem["en"]
    assert not CreditRecord.objects.exists()
    assert tax.save(submission).state == State.DONE


def test_only_who_enters_stops_and_only_what_is_being_saved(tax, published):
    with pytest.raises(WrongState):
        taking_back.stop_saving(by=tax.clerk, submission_id=published.pk)
    with pytest.raises(NotPermitted):
        taking_back.stop_saving(by=MemberFactory(body=tax.body, role="reviewer"), submission_id=published.pk)
    with pytest.raises(Missing):
        taking_back.stop_saving(by=MemberFactory(), submission_id=published.pk)


# The pages


def test_the_page_shows_what_goes_and_takes_the_reason(client, tax, published):
    client.force_login(tax.clerk)
    here = reverse("entities:submission-detail", args=(published.pk,))
    url = reverse("entities:submission-take-back", args=(published.pk,))
    assert url in client.get(here).content.decode()
    assert "Take this file back?" in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"because": BECAUSE}).url == here
    assert "Being taken back" in client.get(reverse("entities:submission-list")).content.decode()
    taking_back.take_back(submission_id=published.pk)
    assert BECAUSE in client.get(here).content.decode()
    assert client.get(url).status_code == 404


def test_the_page_says_what_stands_in_the_way_and_offers_no_button(client, market, waiting):
    CreditRecord.objects.update(objected=True)
    client.force_login(market.clerk)
    shown = client.get(reverse("entities:submission-take-back", args=(waiting.pk,))).content.decode()
    assert "can no longer be taken back as a whole" in shown
    assert "<textarea" not in shown


def test_saving_is_stopped_from_the_page(client, tax, entity):
    submission = tax.send_rows((entity.credit_code, "禾谷食品"))
    submissions.confirm_submission(by=tax.clerk, submission_id=submission.pk)
    client.force_login(tax.clerk)
    url = reverse("entities:submission-stop", args=(submission.pk,))
    assert url in client.get(reverse("entities:submission-detail", args=(submission.pk,))).content.decode()
    client.post(url)
    submission.refresh_from_db()
    assert submission.state == State.READY
