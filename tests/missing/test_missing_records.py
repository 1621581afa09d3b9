"""An entity says that a record is missing; the body that it names enters it or says why not, in time."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from agencies.desk import lanes_of
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import EntityMove, Notice, SubmittingBody
from entities.services import moving
from repair.missing import selectors, services
from repair.missing.models import MissingRecord, MissingStep
from repair.missing.tasks import watch
from repair.models import ClockRule, ProfileChoice
from tests.factories import (
    AgentFactory,
    BodyFactory,
    MemberFactory,
    MissingRecordFactory,
    RecordTypeFactory,
    UserFactory,
)
from tests.repair.papers import pdf, program

pytestmark = pytest.mark.django_db


def kinds(**receiver) -> list[str]:
    return sorted(Notice.objects.filter(**receiver).values_list("kind", flat=True))


def merge(source, target) -> EntityMove:
    office = BodyFactory(kind="lead_office")
    author, colleague = (MemberFactory(body=office, role="lead") for _person in range(2))
    move = moving.propose_move(by=author, kind="merge", source=source, target=target, because="One licence.")
    moving.carry_out_move(by=colleague, move_id=move.pk)
    return move


# Asking


def test_the_body_that_is_named_is_told_and_has_the_term_of_an_objection(ask, body, reviewer, media):
    missing = ask(upload=pdf())
    assert missing.number.startswith("QS-")
    assert (missing.state, missing.rule) == ("filed", "objection-result-platform")
    assert missing.due_on > timezone.localdate()
    assert missing.paper.sha256
    assert kinds(body=body) == ["missing.filed"]
    assert list(selectors.missing_for_list(user=reviewer, waiting=True)) == [missing]
    assert AuditEvent.objects.filter(verb="missing.record.asked_for").count() == 1


def test_asked_twice_it_is_asked_once(ask):
    assert ask() == ask(document_number=" No.  5 ") == ask(document_number="ＮＯ.5")
    assert MissingRecord.objects.count() == 1


def test_the_database_keeps_one_question_about_a_number_however_it_is_written(ask):
    first = ask(document_number="云市监表〔2026〕5号")
    same = {"entity": first.entity, "body": first.body, "record_type": first.record_type}
    with transaction.atomic(), pytest.raises(IntegrityError, match="a_missing_record_is_asked_for_once"):
        MissingRecordFactory(document_number="云市监表(2026) ５号", **same)
    MissingRecordFactory(document_number="云市监表〔2026〕6号", **same)


def test_the_migration_names_the_questions_that_it_finds_twice(ask):
    first = ask(document_number="No. 5")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX a_missing_record_is_asked_for_once")
    same = {"entity": first.entity, "body": first.body, "record_type": first.record_type}
    second = MissingRecordFactory(document_number="NO.5", **same)
    migration = import_module("repair.missing.migrations.0003_one_number_however_it_is_written")
    with pytest.raises(CommandError, match=" = ".join(sorted((first.number, second.number)))):
        migration.refuse_questions_that_stand_twice(apps, None)
    MissingRecord.objects.filter(pk=second.pk).update(state="withdrawn")
    migration.refuse_questions_that_stand_twice(apps, None)


def test_without_a_number_another_question_is_not_lost_in_the_one_that_waits(ask):
    first = ask(document_number="")
    assert ask(document_number="") == first
    for other in (
        {"statement": "That of June is not there either."},
        {"decided_on": timezone.localdate() - timedelta(days=30)},
    ):
        with pytest.raises(InvalidInput, match=f"without a number already .{first.number}"):
            ask(document_number="", **other)
    assert ask(document_number="No. 6", statement="That of June is not there either.") != first


def test_what_is_missing_of_the_lead_office_itself_is_answered_within_its_own_check(ask, kind):
    office = BodyFactory(kind="lead_office")
    for version in kind.versions.all():
        version.submitters.add(office)
    ProfileChoice.objects.create(
        profile="shandong-2020", since=timezone.localdate(), reason="So decided.", chosen_by=UserFactory()
    )
    assert ask().rule == "shandong-result"
    assert ask(body=office).rule == "shandong-check"


def test_a_body_that_is_gone_is_asked_through_its_successor(ask, body, kind):
    successor = BodyFactory()
    for version in kind.versions.all():
        version.submitters.add(successor)
    SubmittingBody.objects.filter(pk=body.pk).update(is_active=False, successor=successor)
    body.refresh_from_db()
    assert ask(body=body).body == successor


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_kept(ask, entered, body):
    with pytest.raises(InvalidInput) as refusal:
        ask(statement=" ", body=None, record_type=None, decided_on=timezone.localdate() + timedelta(days=1))
    assert set(refusal.value.problems) == {"body", "record_type", "decided_on", "statement"}
    with pytest.raises(InvalidInput) as refusal:
        ask(record_type=RecordTypeFactory())
    assert "does not let" in str(refusal.value.problems["record_type"])
    entered()
    with pytest.raises(InvalidInput) as refusal:
        ask()
    assert "already" in str(refusal.value.problems["document_number"])
    with pytest.raises(InvalidInput) as refusal:
        ask(document_number="No. 6", upload=program())
    assert set(refusal.value.problems) == {"paper"}
    assert not MissingRecord.objects.exists()


def test_nobody_asks_for_an_entity_that_is_not_theirs(agency, body, kind):
    for by in (AgentFactory().user, MemberFactory(body=body), UserFactory()):
        with pytest.raises(Missing):
            services.ask_for_record(
                by=by,
                entity_id=agency.entity_id,
                wanted=services.Wanted(body, kind),
                statement="It is missing.",
            )


# Answering


def test_answered_with_the_record_the_entity_is_told_and_finds_it(ask, entered, reviewer, agency, client):
    missing, record = ask(), entered()
    done = services.act_on_missing(by=reviewer, number=missing.number, action="enter", record_id=record.pk)
    assert (done.state, done.record, done.answered_by) == ("entered", record, reviewer)
    assert kinds(entity=agency.entity) == ["missing.entered"]
    assert (
        services.act_on_missing(by=reviewer, number=missing.number, action="enter", record_id=record.pk)
        == done
    )
    client.force_login(agency.user)
    page = client.get(reverse("missing:detail", args=(missing.number,))).content.decode()
    assert reverse("entities:record-detail", args=(record.pk,)) in page


@pytest.mark.parametrize(
    "facts", [{"status": "waiting"}, {"entity": None}, {"submitted_by": None}, {"record_type": None}]
)
def test_only_a_record_in_force_of_this_entity_body_and_kind_is_an_answer(ask, entered, reviewer, facts):
    missing = ask()
    others = {
        "entity": AgentFactory().entity,
        "submitted_by": BodyFactory(),
        "record_type": RecordTypeFactory(),
    }
    record = entered(**{name: value or others[name] for name, value in facts.items()})
    with pytest.raises(InvalidInput):
        services.act_on_missing(by=reviewer, number=missing.number, action="enter", record_id=record.pk)


def test_a_refusal_has_reasons_which_the_entity_reads(ask, reviewer, agency, client):
    missing = ask()
    with pytest.raises(InvalidInput):
        services.act_on_missing(by=reviewer, number=missing.number, action="refuse", note="  ")
    services.act_on_missing(
        by=reviewer, number=missing.number, action="refuse", note="It went to another firm."
    )
    assert kinds(entity=agency.entity) == ["missing.refused"]
    client.force_login(agency.user)
    page = client.get(reverse("missing:detail", args=(missing.number,))).content.decode()
    assert "It went to another firm." in page
    with pytest.raises(WrongState):
        services.act_on_missing(by=agency.user, number=missing.number, action="withdraw")


def test_the_database_keeps_no_answer_without_record_or_reasons(ask):
    missing = ask()
    for state in ("entered", "refused"):
        with pytest.raises(IntegrityError), transaction.atomic():
            MissingRecord.objects.filter(pk=missing.pk).update(state=state)


def test_only_reviewers_and_supervisors_of_the_body_answer_and_none_who_acts_for_the_entity(
    ask, body, agency
):
    missing = ask()
    both = MemberFactory(body=body, role="reviewer")
    AgentFactory(user=both, entity=agency.entity)
    for by in (MemberFactory(body=body, role="clerk"), agency.user, both):
        with pytest.raises(NotPermitted):
            services.act_on_missing(by=by, number=missing.number, action="refuse", note="No.")
    with pytest.raises(Missing):
        services.act_on_missing(
            by=MemberFactory(role="supervisor"), number=missing.number, action="refuse", note="No."
        )


def test_withdrawn_it_waits_for_nobody_and_may_be_asked_anew(ask, agency, body, reviewer):
    missing = ask()
    services.act_on_missing(by=agency.user, number=missing.number, action="withdraw")
    services.act_on_missing(by=agency.user, number=missing.number, action="withdraw")
    assert kinds(body=body) == ["missing.filed", "missing.withdrawn"]
    assert selectors.count_waiting(reviewer) == 0
    with pytest.raises(WrongState):
        services.act_on_missing(by=reviewer, number=missing.number, action="refuse", note="No.")
    assert ask() != missing


# Who reads of it, and in time


def test_what_associations_are_asked_stays_between_them_and_their_members():
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    public = MissingRecordFactory()
    MissingRecordFactory(body=BodyFactory(kind="association"), record_type=RecordTypeFactory(family="market"))
    assert list(selectors.missing_for_list(user=lead)) == [public]
    assert not selectors.missing_for_list(user=MemberFactory()).exists()
    assert not selectors.missing_for_list(user=UserFactory(is_active=False)).exists()


def test_what_waits_stands_before_what_is_answered(ask, reviewer):
    answered, open_one = ask(document_number="No. 7"), ask()
    services.act_on_missing(by=reviewer, number=answered.number, action="refuse", note="No.")
    MissingRecord.objects.filter(pk=answered.pk).update(due_on=timezone.localdate() - timedelta(days=9))
    assert list(selectors.missing_for_list(user=reviewer)) == [open_one, answered]


def test_the_paper_is_handed_out_to_both_sides_and_to_nobody_else(ask, agency, reviewer, client, media):
    place = reverse("missing:paper", args=(ask(upload=pdf()).number,))
    for reader, status in ((agency.user, 200), (reviewer, 200), (MemberFactory(), 404), (UserFactory(), 404)):
        client.force_login(reader)
        response = client.get(place)
        assert response.status_code == status
        if response.streaming:
            assert b"".join(response.streaming_content).startswith(b"%PDF")


def test_what_is_overdue_goes_to_the_supervisors_by_name_once(ask, body):
    missing = ask()
    boss = MemberFactory(body=body, role="supervisor")
    watch()
    assert kinds(user=boss) == []
    for _hour in range(2):
        services.watch(today=missing.due_on + timedelta(days=1))
    assert kinds(user=boss) == ["missing.overdue"]
    assert AuditEvent.objects.get(verb="missing.record.escalated").detail["to"] == [str(boss)]


def test_the_body_is_reminded_once_before_its_day_and_anew_when_that_moves(ask, body):
    missing = ask()
    services.watch(today=missing.due_on - timedelta(days=7))
    assert "missing.due_soon" not in kinds(body=body)
    for _hour in range(3):
        services.watch(today=missing.due_on)
    assert kinds(body=body) == ["missing.due_soon", "missing.filed"]
    ClockRule.objects.filter(code=missing.rule).update(value=40)
    services.watch(today=missing.due_on)
    missing.refresh_from_db()
    services.watch(today=missing.due_on)
    assert kinds(body=body) == ["missing.due_soon", "missing.due_soon", "missing.filed"]


def test_where_a_body_has_no_supervisor_the_lead_office_is_told(ask):
    office = BodyFactory(kind="lead_office")
    services.watch(today=ask().due_on + timedelta(days=1))
    assert kinds(body=office) == ["missing.overdue"]


def test_its_day_follows_the_rule_and_leaves_a_trace(ask, body):
    boss = MemberFactory(body=body, role="supervisor")
    missing = ask()
    due, code = missing.due_on, missing.rule
    services.watch(today=due + timedelta(days=1))
    rule = ClockRule.objects.get(code=code)
    ClockRule.objects.filter(code=code).update(value=rule.value + 3)
    for _hour in range(2):
        services.watch(today=due + timedelta(days=1))
    missing.refresh_from_db()
    assert missing.due_on > due
    assert missing.overdue_told_at is None
    moved = AuditEvent.objects.get(verb="missing.record.clock_reckoned")
    assert (moved.detail["was"], moved.detail["now"], moved.detail["rule"]) == (
        due.isoformat(),
        missing.due_on.isoformat(),
        code,
    )
    services.watch(today=missing.due_on + timedelta(days=1))
    assert kinds(user=boss) == ["missing.overdue", "missing.overdue"]


# Merged


def test_when_both_of_two_merged_entities_asked_for_it_both_are_answered(ask, entered, reviewer, agency):
    asked = ask(document_number="云市监表〔2026〕5号")
    same = {"body": asked.body, "record_type": asked.record_type}
    twin = MissingRecordFactory(document_number="云市监表(2026)5号", **same)
    other = MissingRecordFactory(document_number="No. 9", entity=twin.entity, **same)
    MissingStep.objects.create(
        missing=twin, actor=twin.opened_by, actor_name="x", action="file", target="filed"
    )
    record = entered(entity=twin.entity)
    move = merge(twin.entity, agency.entity)
    twin, other = (MissingRecord.objects.get(pk=one.pk) for one in (twin, other))
    assert (twin.entity_id, other.entity_id) == (move.source_id, move.target_id)
    for one in (asked, twin):
        services.act_on_missing(by=reviewer, number=one.number, action="enter", record_id=record.pk)
        assert MissingRecord.objects.get(pk=one.pk).record == record
    moving.undo_move(by=move.proposed_by, move_id=move.pk, because="Two firms after all.")
    assert MissingRecord.objects.get(pk=other.pk).entity_id == move.source_id


# Pages


def test_an_agent_asks_on_a_page_and_a_reviewer_answers_on_another(
    client, agency, body, kind, reviewer, entered
):
    client.force_login(agency.user)
    typed = {"entity": agency.entity_id, "body": body.pk, "record_type": kind.pk, "statement": ""}
    refused = client.post(reverse("missing:new"), typed)
    assert refused.status_code == 422
    assert "Say what is missing" in refused.content.decode()
    filed = client.post(reverse("missing:new"), typed | {"statement": "It is not there."})
    missing = MissingRecord.objects.get()
    assert filed.url == reverse("missing:detail", args=(missing.number,))
    assert missing.number in client.get(reverse("missing:list")).content.decode()
    client.force_login(reviewer)
    assert "Have it entered and reviewed as usual" in client.get(filed.url).content.decode()
    place, record = reverse("missing:act", args=(missing.number,)), entered()
    assert client.post(place, {"do": "refuse"}).status_code == 422
    assert client.post(place, {"do": "enter"}).status_code == 422
    assert client.post(place, {"do": "enter", "record": record.pk}).status_code == 302
    assert MissingRecord.objects.get().record == record


def test_it_stands_on_the_desk_of_whoever_answers(ask, reviewer, body):
    missing = ask()
    lane = next(lane for lane in lanes_of(reviewer) if lane.code == "missing")
    assert lane.count(reviewer) == 1
    (row,) = lane.rows(reviewer)
    assert (row.reference, row.due) == (missing.number, missing.due_on)
    assert not list(lane.rows(MemberFactory(body=body, role="clerk")))


def test_with_nothing_missing_the_page_says_what_it_is_for(client, agency):
    client.force_login(agency.user)
    assert "No record is missing" in client.get(reverse("missing:list")).content.decode()
    assert client.get(reverse("missing:new")).status_code == 200
