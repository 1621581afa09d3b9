"""What a member is told before its association's record against it counts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from associations.forewarning import selectors, services
from associations.forewarning.models import NoticeTerm, PriorNotice
from associations.forewarning.terms import START, Term, term_on
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from credit_platform.common.working_days import WorkingCalendar
from entities.drafts import RecordDraft
from entities.models import CreditRecord, Notice
from entities.services import records
from tests.associations.factories import AssociationFactory, officer_of
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordTypeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
State = PriorNotice.State
DRAFT = RecordDraft(
    document_number="云餐协警〔2026〕1号",
    title="未公示价目",
    decided_on=date(2026, 3, 1),
    legal_basis="《章程》第十一条",
)


@pytest.fixture
def association():
    return AssociationFactory()


@pytest.fixture
def officer(association):
    return officer_of(association)


@pytest.fixture
def second(association):
    return MemberFactory(body=association.body, role="reviewer")


@pytest.fixture
def warning(association):
    return RecordTypeFactory(
        code="member-warning", family="market", submitters=[association.body], version__disclosure="shared"
    )


@pytest.fixture
def member():
    return EntityFactory()


@pytest.fixture
def agent(member):
    return AgentFactory(entity=member).user


@pytest.fixture
def approve(association, officer, second, warning, member):
    """Enter and approve a record against the member; the notice of it."""

    def make(draft: RecordDraft = DRAFT, record_type=None) -> CreditRecord:
        entered = records.save_draft(
            by=officer,
            body=association.body,
            entity=member,
            record_type=record_type or warning,
            draft=draft,
        )
        records.send_to_review(by=officer, record_id=entered.pk)
        return records.approve_record(by=second, record_id=entered.pk)

    return make


@pytest.fixture
def told(agent, approve):
    """A notice whose time is running."""
    approve()
    return PriorNotice.objects.get()


def later(notice: PriorNotice, days: int = 1) -> date:
    return notice.due_on + timedelta(days=days)


def status_of(number: str = DRAFT.document_number) -> str:
    return CreditRecord.objects.get(document_number=number).status


# Telling


def test_what_is_approved_against_a_member_is_told_and_does_not_count(told, agent, member):
    record = told.record
    assert record.status == "announced"
    assert record.published_on is None
    assert not CreditRecord.objects.counting_on(timezone.localdate()).exists()
    assert not CreditRecord.objects.visible_to(agent).exists(), "it is no record of the member's yet"
    assert told.state == State.RUNNING
    assert told.told_on == timezone.localdate()
    assert (told.days, told.counting) == (START.days, START.counting)
    assert Notice.objects.get(entity=member).kind == "forewarning.told"


@pytest.mark.parametrize(
    ("family", "polarity"), [("market", "positive"), ("market", "neutral"), ("public", "negative")]
)
def test_what_is_not_held_against_a_member_by_its_association_counts_at_once(
    approve, association, family, polarity
):
    kind = RecordTypeFactory(
        family=family, polarity=polarity, submitters=[association.body], version__disclosure="shared"
    )
    assert approve(record_type=kind).status == "published"
    assert not PriorNotice.objects.exists()


def test_a_correction_of_what_is_in_force_counts_at_once(told, officer, second):
    services.follow_up(today=later(told))
    newer = records.correct_record(
        by=officer,
        record_id=told.record_id,
        because="typing mistake",
        draft=RecordDraft(**{name: getattr(DRAFT, name) for name in ("document_number", "decided_on", "legal_basis")}, title="未明码标价"),
    )  # fmt: skip
    assert records.approve_record(by=second, record_id=newer.pk).status == "published"
    assert PriorNotice.objects.count() == 1


def test_a_member_whom_nobody_represents_gets_it_on_paper_and_its_time_runs_from_there(
    approve, officer, association, member
):
    approve()
    notice = PriorNotice.objects.get()
    assert (notice.state, notice.due_on) == (State.TO_DELIVER, None)
    assert Notice.objects.get(body=association.body).kind == "forewarning.to-deliver"
    assert services.follow_up(today=timezone.localdate() + timedelta(days=400)) == 0, "no time has run"

    for wrong in (
        {"told_on": timezone.localdate() + timedelta(days=1), "how": ""},
        {"told_on": date(2020, 1, 1), "how": ""},
    ):
        with pytest.raises(InvalidInput) as refused:
            services.note_delivery(by=officer, notice_id=notice.pk, **wrong)
        assert set(refused.value.problems) == {"told_on", "how"}

    today = timezone.localdate()
    delivered = services.note_delivery(
        by=officer, notice_id=notice.pk, told_on=today, how="by post, receipt 12"
    )
    assert delivered.state == State.RUNNING
    assert delivered.due_on > today
    again = services.note_delivery(by=officer, notice_id=notice.pk, told_on=today, how="by post, receipt 12")
    assert AuditEvent.objects.filter(verb="forewarning.notice.told").count() == 1
    assert again.due_on == delivered.due_on


def test_a_member_who_joins_the_platform_later_is_told_there(approve, member):
    approve()
    AgentFactory(entity=member)
    today = timezone.localdate()
    services.follow_up(today=today)
    notice = PriorNotice.objects.get()
    assert (notice.state, notice.told_on) == (State.RUNNING, today)


# Put right


def test_what_is_put_right_in_time_is_never_recorded(told, agent, officer, member):
    services.say_put_right(by=agent, notice_id=told.pk, text="Prices have been on the wall since Monday.")
    services.confirm_put_right(by=officer, notice_id=told.pk, answer="Seen on Tuesday.")
    told.refresh_from_db()
    assert told.state == State.PUT_RIGHT
    assert told.record is None
    assert not CreditRecord.objects.exists()
    assert services.follow_up(today=later(told, 400)) == 0
    assert set(Notice.objects.filter(entity=member).values_list("kind", flat=True)) == {
        "forewarning.told",
        "forewarning.put-right",
    }
    assert AuditEvent.objects.filter(verb="entities.record.discarded").exists()
    assert services.confirm_put_right(by=officer, notice_id=told.pk).state == State.PUT_RIGHT, (
        "twice is harmless"
    )


def test_it_does_not_come_back_under_its_number(told, officer, approve):
    services.confirm_put_right(by=officer, notice_id=told.pk)
    written_otherwise = replace(
        DRAFT, document_number=f"{DRAFT.document_number[:1]} {DRAFT.document_number[1:]}"
    )
    for draft in (DRAFT, written_otherwise):
        with pytest.raises(WrongState, match="put right in time"):
            approve(draft)
    assert PriorNotice.objects.count() == 1


def test_as_long_as_the_association_owes_an_answer_the_record_does_not_count(told, agent, association):
    services.say_put_right(by=agent, notice_id=told.pk, text="Done.")
    assert services.follow_up(today=later(told, 60)) == 0
    services.follow_up(today=later(told, 61))
    assert status_of() == "announced"
    reminders = Notice.objects.filter(body=association.body, kind="forewarning.unanswered")
    assert reminders.count() == 1, "reminded once"


def test_when_the_association_does_not_agree_the_time_goes_on(told, agent, officer):
    services.say_put_right(by=agent, notice_id=told.pk, text="Done.")
    with pytest.raises(InvalidInput):
        services.decline(by=officer, notice_id=told.pk, because=" ")
    services.decline(by=officer, notice_id=told.pk, because="The price of drinks is still missing.")
    services.say_put_right(by=agent, notice_id=told.pk, text="Drinks too.")
    services.decline(by=officer, notice_id=told.pk, because="Not seen.")
    assert services.follow_up(today=told.due_on) == 0, "the last day still belongs to the member"
    assert services.follow_up(today=later(told)) == 1
    assert status_of() == "published"


def test_nothing_is_put_right_after_the_last_day(told, agent):
    PriorNotice.objects.update(told_on=date(2026, 1, 5), due_on=date(2026, 1, 26))
    with pytest.raises(WrongState, match="ended on"):
        services.say_put_right(by=agent, notice_id=told.pk, text="Done.")


# When the time is over


def test_when_the_time_is_over_the_record_counts_and_a_second_sweep_does_nothing(told, agent, second):
    day = later(told)
    assert services.follow_up(today=day) == 1
    assert services.follow_up(today=day) == 0
    record = CreditRecord.objects.get()
    assert (record.status, record.published_on, record.reviewed_by) == (
        "published",
        timezone.localdate(),
        second,
    )
    assert CreditRecord.objects.visible_to(agent).exists()
    told.refresh_from_db()
    assert (told.state, told.record) == (State.COUNTS, record)
    assert AuditEvent.objects.filter(verb="entities.record.counts_after_notice").count() == 1


def test_what_the_catalogue_no_longer_takes_goes_back_to_the_association(told, association, warning):
    warning.versions.update(valid_to=date(2026, 2, 1))
    assert services.follow_up(today=later(told)) == 0
    told.refresh_from_db()
    assert told.state == State.RETURNED
    assert status_of() == "returned"
    assert Notice.objects.filter(body=association.body, kind="forewarning.returned").exists()


def test_the_association_takes_its_notice_back_and_the_member_reads_why(told, second, member):
    services.take_back(by=second, notice_id=told.pk, because="It was another shop.")
    assert not CreditRecord.objects.exists()
    notice = Notice.objects.get(entity=member, kind="forewarning.taken-back")
    assert "It was another shop." in notice.text


def test_a_file_sent_again_does_not_touch_what_is_announced(told, officer, association, warning):
    from entities.services.record_batches import RowState, states_of_rows

    other = RecordDraft(
        document_number=DRAFT.document_number,
        title="别的",
        decided_on=DRAFT.decided_on,
        legal_basis="《章程》",
    )
    rows = [(2, told.entity_id, warning, other)]
    assert states_of_rows(body=association.body, rows=rows) == [RowState.UNCHANGED]


# Who


@pytest.mark.parametrize(
    "who", ["stranger", "clerk of a department", "officer of another association", "other agent"]
)
def test_nobody_else_finds_the_notice(told, who):
    person = {
        "stranger": UserFactory,
        "clerk of a department": MemberFactory,
        "officer of another association": lambda: officer_of(AssociationFactory()),
        "other agent": lambda: AgentFactory().user,
    }[who]()
    assert not PriorNotice.objects.visible_to(person).exists()
    for act in (services.say_put_right, services.take_back, services.confirm_put_right):
        text = {"say_put_right": {"text": "x"}, "take_back": {"because": "x"}}.get(act.__name__, {})
        with pytest.raises(Missing):
            act(by=person, notice_id=told.pk, **text)
    assert status_of() == "announced"


def test_each_does_only_what_is_theirs(told, agent, officer):
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    for person in (agent, lead):
        with pytest.raises(NotPermitted):
            services.confirm_put_right(by=person, notice_id=told.pk)
        with pytest.raises(NotPermitted):
            services.take_back(by=person, notice_id=told.pk, because="x")
    with pytest.raises(NotPermitted):
        services.say_put_right(by=officer, notice_id=told.pk, text="x")


def test_the_database_keeps_one_open_notice_for_a_record(told):
    with pytest.raises(IntegrityError), transaction.atomic():
        PriorNotice.objects.create(
            record=told.record, entity=told.entity, body=told.body, record_type=told.record_type,
            decided_on=told.decided_on, days=1, counting="working",
        )  # fmt: skip


# The term


def test_the_day_of_telling_does_not_count_and_holidays_are_left_out():
    calendar = WorkingCalendar({date(2026, 1, 6): False}, frozenset({2026}))
    assert Term(2, "working", True).ends(date(2026, 1, 2), calendar) == date(2026, 1, 7)
    assert Term(2, "calendar", True).ends(date(2026, 1, 2), calendar) == date(2026, 1, 4)


def test_the_lead_office_sets_the_time_from_a_day_to_come(told, officer):
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    tomorrow = timezone.localdate() + timedelta(days=1)
    asked = {"days": 10, "counting": "calendar", "valid_from": tomorrow, "reason": "云信办〔2026〕5号"}
    with pytest.raises(NotPermitted):
        services.set_term(by=officer, **asked)
    services.set_term(by=lead, **asked)
    assert not term_on(timezone.localdate()).is_set
    assert term_on(tomorrow) == Term(10, "calendar", is_set=True)
    told.refresh_from_db()
    assert told.days == START.days, "what is running keeps its time"
    with pytest.raises(InvalidInput) as refused:
        services.set_term(by=lead, **asked | {"days": 0, "reason": " "})
    assert set(refused.value.problems) == {"days", "valid_from", "reason"}
    with pytest.raises(InvalidInput):
        services.set_term(by=lead, **asked | {"valid_from": timezone.localdate()})
    assert NoticeTerm.objects.count() == 1


# Pages


def page(client, person, route: str, *args, **query) -> str:
    client.force_login(person)
    answer = client.get(reverse(f"forewarning:{route}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_member_reads_the_notice_and_says_that_it_is_put_right(client, told, agent):
    text = page(client, agent, "notice", told.pk)
    assert "Notice before recording" in text
    assert "Say that it is put right" in text
    assert "Take the notice back" not in text
    address = reverse("forewarning:act", args=(told.pk, "claim"))
    assert client.post(address, {"text": ""}).status_code == 422
    assert client.post(address, {"text": "Done on Monday."}).status_code == 302
    told.refresh_from_db()
    assert told.state == State.CLAIMED
    own = client.get(reverse("portal:my-credit-of", args=(told.entity.credit_code,))).content.decode()
    assert "Not recorded if you put it right in time" in own


def test_the_association_reads_what_the_member_says_and_confirms(client, told, agent, officer):
    services.say_put_right(by=agent, notice_id=told.pk, text="Done on Monday.")
    assert "Done on Monday." in page(client, officer, "notice", told.pk)
    client.post(reverse("forewarning:act", args=(told.pk, "confirm")), {"answer": ""})
    told.refresh_from_db()
    assert told.state == State.PUT_RIGHT
    assert told.title in page(client, officer, "notice-list", view="settled")
    assert told.title not in page(client, officer, "notice-list")


def test_a_delivery_is_noted_on_its_page(client, approve, officer):
    approve()
    notice = PriorNotice.objects.get()
    assert "Print this notice" in page(client, officer, "notice", notice.pk)
    address = reverse("forewarning:act", args=(notice.pk, "deliver"))
    answer = client.post(address, {"told_on": "2020-01-01", "how": "by hand"})
    assert answer.status_code == 422
    assert "approved only on" in answer.content.decode()
    client.post(address, {"told_on": timezone.localdate().isoformat(), "how": "by hand"})
    notice.refresh_from_db()
    assert notice.state == State.RUNNING


def test_the_list_of_another_association_is_empty_and_others_have_none(client, told, agent):
    assert told.title not in page(client, officer_of(AssociationFactory()), "notice-list")
    for person in (agent, MemberFactory()):
        client.force_login(person)
        assert client.get(reverse("forewarning:notice-list")).status_code == 404


def test_the_term_says_that_it_is_no_law(client, officer):
    assert "names no number" in page(client, officer, "term")
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    assert "Set another time" in page(client, lead, "term")
    tomorrow = timezone.localdate() + timedelta(days=1)
    client.post(
        reverse("forewarning:term"),
        {
            "days": 10,
            "counting": "working",
            "valid_from": tomorrow.isoformat(),
            "reason": "云信办〔2026〕5号",
        },
    )
    assert "云信办〔2026〕5号" in page(client, officer, "term")


def test_the_figures_say_how_many_were_put_right(told, officer, approve):
    assert selectors.tally(user=officer).share_put_right is None
    services.confirm_put_right(by=officer, notice_id=told.pk)
    found = selectors.tally(user=officer)
    assert (found.open, found.put_right, found.share_put_right) == (0, 1, 1.0)
