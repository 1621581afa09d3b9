"""What a department restricts because of a record falls with the record, everywhere and in the same transaction."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.measures import services
from agencies.measures.models import Measure
from agencies.measures.services import Wanted
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from credit_platform.ui.formats import moment
from entities.models import CreditRecord, Notice
from entities.services import records
from repair import services as cases
from repair.letters.texts import content_of
from repair.proof.models import Confirmation
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    repairable_record,
)

pytestmark = pytest.mark.django_db
TITLE, BASIS = "不得参加政府采购活动", "《中华人民共和国政府采购法》第二十二条"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def finance():
    return BodyFactory(name_zh="云汀市财政局", name_en="Yunting Finance Bureau")


@pytest.fixture
def keeper(finance):
    return MemberFactory(body=finance, role="supervisor")


@pytest.fixture
def record():
    return repairable_record()


@pytest.fixture
def measure(keeper, record, finance):
    return note(keeper, record, finance)


def note(by, record, body, **facts) -> Measure:
    wanted = Wanted(**{"body": body, "title": TITLE, "legal_basis": BASIS} | facts)
    return services.note_measure(by=by, record_id=record.pk, wanted=wanted)


def decide(record, *, kind: str = "repair", action: str = "grant", **facts):
    case = CaseFactory(record=record, kind=kind, state="proposed", **facts)
    by = MemberFactory(body=case.deciding_body, role="supervisor")
    return cases.act_on_case(by=by, number=case.number, action=action, version=0, note="All is done.")


def kinds(**receiver) -> list[str]:
    return list(Notice.objects.filter(**receiver).order_by("pk").values_list("kind", flat=True))


def test_a_grant_lifts_the_measures_that_stood_on_the_record_in_its_own_transaction(measure, record, finance):
    AgentFactory(entity=record.entity)
    case = decide(record)
    measure.refresh_from_db()
    assert (measure.lifted_by, measure.lifted_because) == (None, "")
    assert measure.lifted_at is not None
    assert kinds(body=finance) == ["measures.fell", "proof.asked"]
    assert "measures.lifted" in kinds(entity=record.entity)
    asked = case.effect.confirmations.get(body=finance)
    assert (asked.why, asked.state) == (Confirmation.Why.MEASURE, "waiting")
    assert AuditEvent.objects.filter(verb="measures.measure.lifted", actor=None).count() == 1


def test_the_letter_of_the_decision_names_the_measures_that_fell(measure, record, finance):
    case = decide(record)
    step = case.steps.get(action="grant")
    chinese, english = content_of("decision", case, step)["parts"]
    assert any(f"云汀市财政局：{TITLE}" in said and BASIS in said for said in chinese["paragraphs"])
    assert f"Yunting Finance Bureau: {TITLE}, by {BASIS}" in english["paragraphs"]


def test_the_certificate_says_of_each_measure_who_lifted_it_and_why(measure, keeper, record, finance):
    by_hand = note(keeper, record, finance, title="Closer watch")
    services.lift_measure(by=keeper, measure_id=by_hand.pk, because="It was paid.")
    case = decide(record)
    measure.refresh_from_db()
    for kind in ("certificate", "result"):
        told = "\n".join(content_of(kind, case, None)["parts"][1]["paragraphs"])
        assert (
            f"{TITLE}, by {BASIS}. Lifted by the platform with the record, {moment(measure.lifted_at)}"
            in told
        )
        assert f"Closer watch, by {BASIS}. Lifted by Yunting Finance Bureau" in told
        assert "It was paid." in told


def test_a_certificate_about_a_record_without_measures_says_nothing_of_any(record):
    told = content_of("certificate", decide(record), None)["parts"][1]["paragraphs"]
    assert not any("easures" in said for said in told)


def of_case(client, user, case) -> str:
    client.force_login(user)
    return client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()


@pytest.mark.parametrize(
    ("kind", "action", "facts"),
    [
        ("repair", "grant", {}),
        ("objection", "uphold", {"proposal": "end"}),
        ("basis", "remove", {}),
    ],
)
def test_who_decides_reads_before_what_falls_with_the_record_and_everybody_after_what_fell(
    client, measure, record, kind, action, facts
):
    case = CaseFactory(record=record, kind=kind, state="proposed", **facts)
    boss = MemberFactory(body=case.deciding_body, role="supervisor")
    for reader in (boss, case.opened_by):
        before = of_case(client, reader, case)
        assert before.index("What falls with the record") < before.index(TITLE)
        assert BASIS in before
        assert "With the record these measures are lifted" not in before
    cases.act_on_case(by=boss, number=case.number, action=action, version=0, note="All is done.")
    for reader in (boss, case.opened_by):
        after = of_case(client, reader, case)
        assert "What falls with the record" not in after
        assert after.index("With the record these measures are lifted") < after.index(
            f"Yunting Finance Bureau: {TITLE}, by {BASIS}"
        )


def test_what_the_lead_office_ends_on_appeal_names_them_in_its_own_decision(client, measure, record):
    case = CaseFactory(record=record, state="appealed")
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    assert "What falls with the record" in of_case(client, lead, case)
    cases.act_on_case(by=lead, number=case.number, action="uphold_appeal", version=0, note="They paid.")
    after = of_case(client, case.opened_by, case)
    granted, refused = after.split("Decision refusing credit repair")
    assert f"Yunting Finance Bureau: {TITLE}" in granted
    assert TITLE not in refused


def test_a_refusal_lifts_nothing_and_names_nothing(client, measure, record):
    case = decide(record, action="refuse")
    assert TITLE not in of_case(client, case.opened_by, case)


def test_a_grant_that_fails_afterwards_leaves_the_measure_standing(measure, record, monkeypatch):
    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("repair.proof.services.audit.record", die)
    with pytest.raises(KeyboardInterrupt):
        decide(record)
    measure.refresh_from_db()
    assert measure.stands
    assert CreditRecord.objects.get(pk=record.pk).status == "published"


def shows(client, record) -> dict[str, bool]:
    """By place, whether the measure is read there."""
    places = {
        "record": reverse("measures:of-record", args=(record.pk,)),
        "entity": reverse("measures:of-entity", args=(record.entity.credit_code,)),
        "interface": reverse("api-measure-list") + f"?entity={record.entity.credit_code}",
    }
    return {name: TITLE in client.get(path).content.decode() for name, path in places.items()}


def test_from_the_moment_of_the_grant_no_page_and_no_interface_shows_the_measure(
    client, measure, record, keeper
):
    client.force_login(keeper)
    assert set(shows(client, record).values()) == {True}
    decide(record)
    assert set(shows(client, record).values()) == {False}


def test_its_own_page_shows_an_entity_what_stands_against_it_until_the_grant(client, measure, record):
    client.force_login(AgentFactory(entity=record.entity).user)
    own = reverse("portal:my-credit-of", args=(record.entity.credit_code,))
    assert (TITLE in (page := client.get(own).content.decode()), BASIS in page) == (True, True)
    decide(record)
    assert 'id="measures-of-entity"' not in client.get(own).content.decode()


def test_its_own_entity_reads_afterwards_that_it_was_lifted(client, measure, record):
    agent = AgentFactory(entity=record.entity).user
    client.force_login(agent)
    assert (
        "for as long as the record stands"
        in client.get(reverse("measures:of-record", args=(record.pk,))).content.decode()
    )
    decide(record)
    assert shows(client, record) == {"record": True, "entity": False, "interface": False}
    page = client.get(reverse("measures:of-record", args=(record.pk,))).content.decode()
    assert "because the record ended" in page


@pytest.mark.parametrize(
    ("kind", "action", "facts"),
    [("objection", "uphold", {"proposal": "end"}), ("basis", "remove", {})],
)
def test_an_upheld_objection_and_a_basis_that_fell_lift_it_too(measure, record, finance, kind, action, facts):
    case = decide(record, kind=kind, action=action, **facts)
    assert not Measure.objects.standing().exists()
    assert case.effect.confirmations.get(body=finance).why == "measure"


def test_a_record_that_runs_out_takes_its_measures_along(measure, record):
    records.end_publicity(as_of=timezone.localdate() + timedelta(days=400))
    assert CreditRecord.objects.get(pk=record.pk).status == "expired"
    assert not Measure.objects.standing().exists()


def test_a_correction_takes_the_measure_over_and_its_department_looks_at_it_again(measure, record, finance):
    CreditRecord.objects.filter(pk=record.pk).update(objected=True)
    decide(
        CreditRecord.objects.get(pk=record.pk),
        kind="objection",
        action="uphold",
        proposal="correct",
        correction={"title": ["", "Another title"]},
    )
    measure.refresh_from_db()
    assert measure.record.title == "Another title"
    assert measure.stands
    assert kinds(body=finance)[0] == "measures.corrected"


def test_a_refusal_and_the_end_of_another_record_touch_nothing(measure, record):
    decide(record, action="refuse")
    decide(repairable_record(entity=record.entity))
    measure.refresh_from_db()
    assert measure.stands


def test_what_a_person_had_lifted_before_is_not_asked_to_be_confirmed(measure, record, keeper, finance):
    services.lift_measure(by=keeper, measure_id=measure.pk, because="It was paid.")
    case = decide(record)
    assert not case.effect.confirmations.filter(body=finance).exists()


def test_noted_twice_it_stands_once_and_the_entity_is_told_once(measure, record, keeper, finance):
    AgentFactory(entity=record.entity)
    assert note(keeper, record, finance, title=f" {TITLE} ") == measure
    assert kinds(entity=record.entity) == []
    other = note(keeper, record, finance, title="列为重点监管对象")
    assert other != measure
    assert kinds(entity=record.entity) == ["measures.noted"]


def test_everything_that_is_missing_is_said_at_once(keeper, record, finance):
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(InvalidInput) as refusal:
        note(keeper, record, finance, title=" ", legal_basis="", until=yesterday)
    assert set(refusal.value.problems) == {"title", "legal_basis", "until"}


def test_a_measure_is_over_after_its_own_last_day(keeper, record, finance):
    today = timezone.localdate()
    measure = note(keeper, record, finance, until=today)
    assert measure.stands
    Measure.objects.update(since=today - timedelta(days=9), until=today - timedelta(days=1))
    measure.refresh_from_db()
    assert not measure.stands
    assert not Measure.objects.standing().exists()


def test_only_who_decides_for_a_department_notes_and_only_for_the_own(record, finance, keeper):
    clerk = MemberFactory(body=finance, role="clerk")
    with pytest.raises(NotPermitted, match="reviewers and supervisors"):
        note(clerk, record, finance)
    with pytest.raises(NotPermitted, match="for which you decide"):
        note(keeper, record, BodyFactory())
    association = BodyFactory(kind="association")
    with pytest.raises(NotPermitted, match="reviewers and supervisors"):
        note(MemberFactory(body=association, role="supervisor"), record, association)


def test_it_stands_on_negative_records_of_departments_only(keeper, finance):
    praise = RecordFactory(submitted_by=finance, record_type=RecordTypeFactory(polarity="positive"))
    with pytest.raises(NotPermitted, match="negative records of departments"):
        note(keeper, praise, finance)
    warning = RecordFactory(
        submitted_by=BodyFactory(kind="association"), record_type=RecordTypeFactory(family="market")
    )
    with pytest.raises(Missing):
        note(keeper, warning, finance)


def test_it_cannot_be_noted_on_what_has_ended(keeper, record, finance):
    own = MemberFactory(body=record.submitted_by, role="supervisor")
    decide(record)
    with pytest.raises(NotPermitted, match="not in force"):
        note(own, record, record.submitted_by)


def test_it_is_lifted_once_with_a_reason_by_its_own_department_or_the_successor(measure, record, finance):
    boss = MemberFactory(body=record.submitted_by, role="supervisor")
    with pytest.raises(NotPermitted, match="Yunting Finance Bureau"):
        services.lift_measure(by=boss, measure_id=measure.pk, because="We ended it.")
    successor = BodyFactory()
    finance.is_active, finance.successor = False, successor
    finance.save()
    heir = MemberFactory(body=successor, role="reviewer")
    with pytest.raises(InvalidInput):
        services.lift_measure(by=heir, measure_id=measure.pk, because=" ")
    services.lift_measure(by=heir, measure_id=measure.pk, because="It was paid.")
    with pytest.raises(WrongState):
        services.lift_measure(by=heir, measure_id=measure.pk, because="It was paid.")


def test_a_body_that_is_gone_hears_through_its_successor_that_its_measure_fell(measure, record, finance):
    successor = BodyFactory()
    finance.is_active, finance.successor = False, successor
    finance.save()
    case = decide(record)
    assert kinds(body=successor) == ["measures.fell", "proof.asked"]
    assert case.effect.confirmations.filter(body=successor, why="measure").exists()


def test_strangers_and_associations_read_nothing_of_it(client, measure, record):
    for reader in (
        AgentFactory().user,
        MemberFactory(body=BodyFactory(kind="association"), role="officer"),
    ):
        client.force_login(reader)
        assert not any(shows(client, record).values())


def test_a_supervisor_notes_and_lifts_one_on_the_pages(client, record, keeper):
    client.force_login(keeper)
    new = reverse("measures:new", args=(record.pk,))
    assert new in client.get(reverse("measures:of-record", args=(record.pk,))).content.decode()
    empty = client.post(new, {"title": TITLE})
    assert empty.status_code == 422
    assert TITLE in empty.content.decode()
    sent = {"title": TITLE, "legal_basis": BASIS, "body": keeper.memberships.get().body_id, "until": ""}
    assert client.post(new, sent).url == reverse("entities:record-detail", args=(record.pk,))
    measure = Measure.objects.get()
    lift = reverse("measures:lift", args=(measure.pk,))
    assert lift in client.get(reverse("measures:of-record", args=(record.pk,))).content.decode()
    assert client.post(lift, {"because": ""}).status_code == 422
    client.post(lift, {"because": "It was paid."})
    page = client.get(reverse("measures:of-record", args=(record.pk,))).content.decode()
    assert "It was paid." in page
