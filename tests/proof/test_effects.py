"""Every place that may show a record confirms that it is gone, or somebody says why it need not."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from associations.models import Association, Member
from credit_platform.audit.models import AccessEntry, AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from credit_platform.common.services import current_calendar
from credit_platform.common.working_days import working_days_between
from credit_platform.portal import limits, looking
from credit_platform.ui.formats import day_long
from entities.models import CreditRecord, Notice
from entities.sharing.services import webhooks
from evaluation.models import RatingRequest
from repair import services as cases
from repair.models import ClockRule, ProfileChoice
from repair.proof import places, services
from repair.proof.models import Confirmation, Effect
from tests.factories import BodyFactory, CaseFactory, MemberFactory, UserFactory, repairable_record

pytestmark = pytest.mark.django_db
OWN = {"page", "search", "leaves", "copies", "lists", "changes", "files", "ratings", "stories"}


def asked(effect) -> dict[str, str]:
    """By body, why it is asked."""
    return {row.body.code: row.why for row in effect.confirmations.filter(kind="body").select_related("body")}


def all_looks() -> int:
    """What the workers do until nothing of the platform's own is left, a minute and more after the decision."""
    RatingRequest.objects.all().delete()
    Confirmation.objects.filter(next_look_at__isnull=False).update(next_look_at=timezone.now())
    return services.look_at_own_places()


def follow_regulation(profile: str) -> None:
    """Let the city follow a regulation since a while."""
    if profile:
        ProfileChoice.objects.create(
            profile=profile,
            since=timezone.localdate() - timedelta(days=9),
            reason="It is ours.",
            chosen_by=UserFactory(),
        )


def decide(case, action: str):
    by = MemberFactory(body=case.deciding_body, role="supervisor")
    return cases.act_on_case(by=by, number=case.number, action=action, version=0, note="All is done.")


def kinds(**receiver) -> set[str]:
    return set(Notice.objects.filter(**receiver).values_list("kind", flat=True))


# Who is asked


def test_a_grant_writes_every_place_down_in_its_own_transaction(grant, case, tax, follow):
    follow(tax)
    effect = grant()
    assert effect.how == "repaired"
    assert {row.place for row in effect.confirmations.filter(kind="own")} == OWN
    assert asked(effect) == {tax.code: "watches"}
    assert kinds(body=tax) == {"proof.asked"}
    assert effect.closed_at is None


def test_a_grant_that_fails_afterwards_leaves_no_place_waiting(grant, case, monkeypatch):
    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(services.audit, "record", die)
    with pytest.raises(KeyboardInterrupt):
        grant()
    case.refresh_from_db()
    assert case.state == "proposed"
    assert not Effect.objects.exists()
    assert CreditRecord.objects.get(pk=case.record_id).status == "published"


def test_the_body_that_decided_is_not_asked_and_the_one_that_was_overruled_is(lead):
    case = CaseFactory(state="appealed")
    cases.act_on_case(by=lead, number=case.number, action="uphold_appeal", version=0, note="It was there.")
    assert asked(case.effect) == {case.deciding_body.code: "sent"}


def test_the_systems_of_the_body_that_decided_are_told_though_its_people_know(
    grant, case, supervisor, settings
):
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    webhooks.add_webhook(by=supervisor, body=case.deciding_body, url="http://127.0.0.1:9/changes")
    effect = grant()
    row = effect.confirmations.get(kind="receiver")
    assert (row.body, row.why, row.state) == (case.deciding_body, "sent", "waiting")
    assert row.message is not None
    assert asked(effect) == {}


def test_who_was_given_the_record_is_asked_though_it_follows_nobody(grant, case, tax):
    AccessEntry.objects.create(
        actor_name="tax system", body_id=tax.pk, subject_id=case.entity_id, subject_label=str(case.entity),
        record_ids=[case.record_id], way="api", open_to_subject=True,
    )  # fmt: skip
    assert asked(grant()) == {tax.code: "told"}


def test_who_only_looked_at_a_page_keeps_nothing_and_is_not_asked(grant, case, tax):
    AccessEntry.objects.create(
        actor_name="somebody", body_id=tax.pk, subject_id=case.entity_id, subject_label=str(case.entity),
        record_ids=[case.record_id], way="page", open_to_subject=True,
    )  # fmt: skip
    assert asked(grant()) == {}


def test_the_association_of_a_member_is_asked_where_it_could_read_the_record(grant, case):
    body = BodyFactory(kind="association")
    association = Association.objects.create(body=body)
    Member.objects.create(
        association=association, entity=case.entity, joined_on=timezone.localdate(), basis="charter"
    )
    assert asked(grant()) == {body.code: "member"}


def test_an_association_that_could_never_read_the_record_is_not_told_of_it(grant, case):
    CreditRecord.objects.filter(pk=case.record_id).update(withheld=True)
    association = Association.objects.create(body=BodyFactory(kind="association"))
    Member.objects.create(
        association=association, entity=case.entity, joined_on=timezone.localdate(), basis="charter"
    )
    assert asked(grant()) == {}


def test_a_body_that_is_gone_is_asked_through_its_successor(grant, case, tax):
    gone = BodyFactory(is_active=False, successor=tax)
    AccessEntry.objects.create(
        actor_name="old system", body_id=gone.pk, subject_id=case.entity_id, subject_label=str(case.entity),
        record_ids=[case.record_id], way="export", open_to_subject=True,
    )  # fmt: skip
    assert asked(grant()) == {tax.code: "told"}


def test_an_upheld_objection_asks_for_the_old_record_whether_it_ends_or_is_corrected(follow, tax):
    for proposal, how in (("end", "withdrawn"), ("correct", "corrected")):
        case = CaseFactory(
            record=repairable_record(objected=True), kind="objection", state="proposed", proposal=proposal,
            correction={"title": ["", "Another title"]} if proposal == "correct" else {},
        )  # fmt: skip
        by = MemberFactory(body=case.deciding_body, role="supervisor")
        done = cases.act_on_case(by=by, number=case.number, action="uphold", version=0, note="It is wrong.")
        assert done.effect.how == how
        assert done.effect.record_id == case.record_id


def test_the_body_that_sent_what_was_wrong_is_told_what_it_teaches_and_it_counts_in_its_accuracy(client):
    case = CaseFactory(
        record=repairable_record(objected=True), kind="objection", state="proposed", proposal="end"
    )
    by = MemberFactory(body=case.deciding_body, role="supervisor")
    cases.act_on_case(by=by, number=case.number, action="uphold", version=0, note="It is wrong.")
    notice = Notice.objects.get(kind="proof.learned", body=case.record.submitted_by)
    assert "was wrong: Something in it is wrong" in notice.text
    with translation.override("zh-hans"):
        assert case.record.document_number in notice.text
        assert "Something" not in notice.text
    client.force_login(by)
    shown = client.get(f"/quality/{case.deciding_body.code}/records/?measure=objections-upheld")
    assert case.record.document_number in shown.content.decode()


def test_of_a_repair_there_is_nothing_to_learn(grant, case):
    grant()
    assert "proof.learned" not in kinds(body=case.deciding_body)


@pytest.mark.parametrize("action", ["refuse", "send_back", "note"])
def test_steps_that_end_nothing_ask_nobody(case, supervisor, action):
    cases.act_on_case(by=supervisor, number=case.number, action=action, version=0, note="Not yet.")
    assert not Effect.objects.exists()


# The platform's own places


def test_the_platform_looks_at_its_own_places_and_finds_the_record_gone(grant, case):
    effect = grant()
    all_looks()
    own = effect.confirmations.filter(kind="own")
    assert {(row.place, row.state, row.how) for row in own} == {
        (place, "confirmed", "looked") for place in OWN
    }


@pytest.mark.parametrize("place", ["page", "leaves", "lists", "changes", "ratings"])
def test_each_own_place_sees_a_record_that_is_still_there(place):
    record = repairable_record()
    RatingRequest.objects.create(entity=record.entity, requested_at=timezone.now())
    assert places.by_code(place).shows(record)


def test_the_look_at_the_look_up_reads_what_the_page_says(monkeypatch):
    record = repairable_record()
    assert not places.by_code("search").shows(record)
    monkeypatch.setattr(looking, "ask", lambda path: (200, f"… {record.document_number} …"))
    assert places.by_code("search").shows(record)


def test_a_page_that_cannot_be_had_is_not_taken_for_one_that_is_clean(monkeypatch):
    record = repairable_record(status="repaired")
    assert not places.by_code("page").shows(record)
    monkeypatch.setattr(looking, "ask", lambda path: (500, ""))
    assert places.by_code("page").shows(record)


def test_the_platform_looks_at_its_own_pages_as_often_as_it_has_to(client, monkeypatch):
    record = repairable_record(status="repaired")
    monkeypatch.setattr(limits.Limit, "_told", lambda limit, request: {limit.name: False})
    assert client.get(f"/e/{record.entity.credit_code}/").status_code == 429
    assert not places.by_code("page").shows(record)
    assert not places.by_code("search").shows(record)


def test_a_correction_under_the_same_number_is_not_mistaken_for_the_old_record():
    old = repairable_record(status="replaced")
    repairable_record(
        entity=old.entity, submitted_by=old.submitted_by, record_type=old.record_type,
        document_number=old.document_number, replaces=old,
    )  # fmt: skip
    assert not places.by_code("page").shows(old)


def test_copies_in_browsers_are_taken_for_gone_only_after_they_are(grant):
    with time_machine.travel(timezone.now(), tick=False) as now:
        effect = grant()
        services.look_at_own_places()
        assert effect.confirmations.get(place="copies").state == "waiting"
        now.shift(timedelta(seconds=61))
        services.look_at_own_places()
        assert effect.confirmations.get(place="copies").state == "confirmed"


def test_a_place_that_still_shows_the_record_is_looked_at_again_and_told_to_the_lead_office(
    grant, lead, monkeypatch
):
    effect = grant()
    monkeypatch.setitem(places._places, "page", places.Place("page", "page", lambda record: True))
    for _minute in range(services.LOOKS_BEFORE_TELLING):
        all_looks()
    row = effect.confirmations.get(place="page")
    assert (row.state, row.looks) == ("waiting", services.LOOKS_BEFORE_TELLING)
    assert row.next_look_at > timezone.now()
    assert kinds(body=lead.memberships.get().body) == {"proof.still_shown"}


def test_a_worker_that_dies_while_it_looks_leaves_the_rest_for_the_next(grant, monkeypatch):
    effect = grant()

    def die(record):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setitem(places._places, "page", places.Place("page", "page", die))
        Confirmation.objects.filter(place="page").update(next_look_at=timezone.now() - timedelta(hours=1))
        with pytest.raises(KeyboardInterrupt):
            services.look_at_own_places()
    assert effect.confirmations.get(place="page").state == "waiting"
    all_looks()
    assert not effect.confirmations.waiting().exists()


# Bodies


def test_a_body_confirms_once_for_all_and_again_changes_nothing(grant, tax, follow):
    keeper = follow(tax)
    row = grant().confirmations.get(body=tax)
    services.confirm(by=keeper, key=row.pk)
    services.confirm(by=keeper, key=row.pk)
    row.refresh_from_db()
    assert (row.state, row.how, row.settled_by) == ("confirmed", "person", keeper)
    assert AuditEvent.objects.filter(verb="proof.confirmation.confirmed").count() == 1


def test_nobody_confirms_for_another_body_or_a_place_of_the_platform(grant, tax, follow, lead, supervisor):
    follow(tax)
    effect = grant()
    row = effect.confirmations.get(body=tax)
    with pytest.raises(Missing):
        services.confirm(by=MemberFactory(), key=row.pk)
    with pytest.raises(Missing):
        services.confirm(by=UserFactory(), key=row.pk)
    for official in (lead, supervisor):
        with pytest.raises(NotPermitted, match="confirms for itself"):
            services.confirm(by=official, key=row.pk)
    with pytest.raises(NotPermitted, match="looks at its own places"):
        services.confirm(by=lead, key=effect.confirmations.get(place="page").pk)


def test_a_confirmation_is_excused_with_a_reason_by_whoever_answers_for_the_case(
    grant, tax, follow, supervisor
):
    keeper = follow(tax)
    effect = grant()
    row = effect.confirmations.get(body=tax)
    with pytest.raises(InvalidInput, match="Say why"):
        services.excuse(by=supervisor, key=row.pk, because="  ")
    with pytest.raises(NotPermitted, match="Only a supervisor"):
        services.excuse(by=keeper, key=row.pk, because="We never had it.")
    services.excuse(by=supervisor, key=row.pk, because="Its system was shut down in October.")
    row.refresh_from_db()
    assert (row.state, row.settled_by, row.excused_because[:10]) == ("excused", supervisor, "Its system")
    with pytest.raises(NotPermitted, match="is not excused"):
        services.excuse(by=supervisor, key=effect.confirmations.get(place="page").pk, because="Never mind.")


def test_what_is_confirmed_is_not_excused_afterwards(grant, tax, follow, supervisor):
    keeper = follow(tax)
    row = grant().confirmations.get(body=tax)
    services.confirm(by=keeper, key=row.pk)
    with pytest.raises(WrongState):
        services.excuse(by=supervisor, key=row.pk, because="Too late.")


def test_the_case_is_closed_when_the_last_place_has_confirmed_and_not_before(grant, case, tax, follow):
    keeper = follow(tax)
    effect = grant()
    all_looks()
    effect.refresh_from_db()
    assert effect.closed_at is None
    services.confirm(by=keeper, key=effect.confirmations.get(body=tax).pk)
    effect.refresh_from_db()
    assert effect.closed_at is not None
    assert case.steps.filter(action="closed").count() == 1
    assert "proof.closed" in kinds(entity=case.entity)
    assert "proof.closed" in kinds(body=case.deciding_body)


@pytest.mark.parametrize(
    ("profile", "kind", "action", "rule", "days"),
    [
        ("", "repair", "grant", "removal-platform", 3),
        ("shanghai-2017", "repair", "grant", "shanghai-removal", 3),
        ("henan-2019", "repair", "grant", "henan-removal", 1),
        ("henan-2019", "objection", "uphold", "removal-platform", 3),
        ("shandong-2020", "repair", "grant", "removal-platform", 3),
        ("taizhou-2020", "objection", "uphold", "taizhou-removal", 2),
    ],
)
def test_what_was_decided_is_carried_out_within_the_term_of_the_regulation_that_the_city_follows(
    profile, kind, action, rule, days
):
    today = timezone.localdate()
    follow_regulation(profile)
    case = CaseFactory(state="proposed", kind=kind)
    effect = decide(case, action).effect
    assert (effect.rule, working_days_between(today, effect.due_on, current_calendar())) == (rule, days)


def test_a_term_follows_its_rule_and_is_told_of_anew(client, lead):
    case = CaseFactory(state="proposed")
    effect = decide(case, "grant").effect
    was = effect.due_on
    Effect.objects.filter(pk=effect.pk).update(late_told_at=timezone.now())
    ClockRule.objects.filter(code="removal-platform").update(value=8)
    services.remind(now=timezone.now())
    services.remind(now=timezone.now())
    effect.refresh_from_db()
    assert effect.due_on > was
    assert effect.late_told_at is None
    moved = AuditEvent.objects.get(verb="proof.effect.clock_reckoned")
    assert (moved.detail["was"], moved.detail["now"]) == (was.isoformat(), effect.due_on.isoformat())


def test_what_was_begun_before_terms_were_kept_gets_its_term():
    effect = decide(CaseFactory(state="proposed"), "grant").effect
    due_on = effect.due_on
    Effect.objects.filter(pk=effect.pk).update(due_on=None, rule="")
    services.remind(now=timezone.now())
    effect.refresh_from_db()
    assert (effect.due_on, effect.rule) == (due_on, "removal-platform")


def test_both_sides_read_by_when_it_is_carried_out_and_that_it_is_overdue(client):
    follow_regulation("henan-2019")
    case = decide(CaseFactory(state="proposed"), "grant")
    for reader in (case.opened_by, case.decided_by):
        client.force_login(reader)
        page = client.get(f"/cases/{case.number}/", headers={"accept-language": "en"}).content.decode()
        assert f"everywhere by {day_long(case.effect.due_on)}" in page
        assert "第四十三条" in page
    Effect.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    proof = client.get(f"/cases/{case.number}/", headers={"accept-language": "en"}).content.decode()
    assert "Overdue" in proof.partition('id="proof"')[2].partition("</section>")[0]


def test_a_body_is_reminded_once_a_day_and_the_lead_office_told_once_the_term_is_over(
    grant, tax, follow, lead
):
    with time_machine.travel(timezone.now(), tick=False) as now:
        follow(tax)
        effect = grant()
        all_looks()
        assert services.remind(now=timezone.now()) == 0
        now.shift(timedelta(days=1, minutes=1))
        assert [services.remind(now=timezone.now()) for _again in range(2)] == [1, 0]
        now.shift(timedelta(days=(effect.due_on - timezone.localdate()).days + 1))
        assert [services.remind(now=timezone.now()) for _again in range(2)] == [2, 0]
    assert "proof.reminded" in kinds(body=tax)
    assert kinds(body=lead.memberships.get().body) == {"proof.late"}
