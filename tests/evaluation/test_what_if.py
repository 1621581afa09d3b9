"""What is supposed gives what would be: the grade after the same thing had truly happened. Nothing is saved."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from entities.models import CreditRecord, RecordTypeVersion
from evaluation.explanation import explain_entity
from evaluation.models import CurrentRating, RatingChange, RatingRequest
from evaluation.whatif import NewRecord, Supposition, fields_of, what_if
from tests.factories import AgentFactory, BodyFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
CODES = ("city-comprehensive", "risk-class")


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def official(db):
    return MemberFactory(role="supervisor")


@pytest.fixture
def entity(record):
    entity = EntityFactory()
    record(
        entity, severity_class="serious", decided_on=TODAY() - timedelta(days=210), penalty_kinds=["closed"]
    )
    record(entity, decided_on=TODAY() - timedelta(days=30))
    record(entity, "tax-credit-grade", details={"grade": "D"})
    for _ in range(3):
        record(entity, "commendation")
    return entity


def address(entity) -> str:
    return f"/ratings/{entity.credit_code}/what-if/"


def told(user, entity, scheme, **supposed):
    return what_if(user=user, entity=entity, scheme=scheme, day=TODAY(), supposition=Supposition(**supposed))


def stated(explained):
    return explained.grade, explained.points, [(one.record_id, one.points) for one in explained.reasons]


@pytest.mark.parametrize("code", CODES)
def test_supposing_a_record_repaired_gives_the_grade_after_its_repair(official, schemes, entity, code):
    scheme = schemes[code]
    for record in CreditRecord.objects.filter(entity=entity):
        supposed = told(official, entity, scheme, gone=frozenset({record.pk}))
        CreditRecord.objects.filter(pk=record.pk).update(status="repaired", ended_on=TODAY())
        real = explain_entity(user=official, entity=entity, scheme=scheme, as_of=TODAY())
        assert stated(supposed.then) == stated(real)
        CreditRecord.objects.filter(pk=record.pk).update(status="published", ended_on=None)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    ("type_code", "known"),
    [
        ("administrative-penalty", {"severity_class": "serious", "penalty_kinds": ("closed",)}),
        ("administrative-penalty", {"severity_class": "minor", "amount": Decimal("123.45")}),
        ("commendation", {}),
        ("tax-credit-grade", {"details": {"grade": "A"}}),
        ("inspection-result", {"details": {"finding": "refused"}}),
        ("member-commendation", {}),
        ("serious-violation-listing", {}),
    ],
)
def test_supposing_a_record_to_come_gives_the_grade_after_it_came(
    official, schemes, entity, types, record, code, type_code, known
):
    scheme, day = schemes[code], TODAY() - timedelta(days=100)
    new = NewRecord(types[type_code], decided_on=day, **known)
    supposed = told(official, entity, scheme, new=new)
    real_one = record(
        entity,
        type_code,
        decided_on=day,
        **{"severity_class": ""} | {name: value for name, value in known.items() if name != "penalty_kinds"},
        penalty_kinds=list(known.get("penalty_kinds", ())),
    )
    real = explain_entity(user=official, entity=entity, scheme=scheme, as_of=TODAY())
    assert (supposed.then.grade, supposed.then.points) == (real.grade, real.points)
    given = {reason.record_id or real_one.pk: reason.points for reason in supposed.then.reasons}
    assert given == {reason.record_id: reason.points for reason in real.reasons}


def test_both_sums_stand_side_by_side_and_each_adds_up(official, schemes, entity, types):
    heavy = CreditRecord.objects.filter(entity=entity, severity_class="serious").get()
    new = NewRecord(types["commendation"], decided_on=TODAY())
    one = told(official, entity, schemes["city-comprehensive"], gone=frozenset({heavy.pk}), new=new)
    assert one.now.start + sum(line.now or 0 for line in one.lines) == one.now.points
    assert one.then.start + sum(line.then or 0 for line in one.lines) == one.then.points
    gone = [line for line in one.lines if line.then is None]
    come = [line for line in one.lines if line.now is None and line.part in one.then.reasons]
    assert [line.part.record for line in gone if line.part in one.now.reasons] == [heavy]
    assert [line.part.record.title for line in come] == [new.title]


def test_nothing_is_saved(client, official, schemes, entity, rated):
    rated(entity)
    client.force_login(official)
    before = [model.objects.count() for model in (CreditRecord, CurrentRating, RatingChange, RatingRequest)]
    keys = list(CreditRecord.objects.order_by("pk").values_list("pk", flat=True))
    answer = client.get(address(entity), {"gone": keys[:2], "type": "commendation"})
    assert answer.context["page"].is_supposed
    assert "Supposed: " in answer.content.decode()
    after = [model.objects.count() for model in (CreditRecord, CurrentRating, RatingChange, RatingRequest)]
    assert after == before


def test_what_the_reader_may_not_see_cannot_be_supposed_away(schemes, entity, record):
    other = EntityFactory()
    hidden = record(entity, submitted_by=BodyFactory(), severity_class="serious")
    RecordTypeVersion.objects.filter(pk=hidden.type_version_id).update(disclosure="shared")
    agent = AgentFactory(entity=entity).user
    strange = record(other)
    for key in (strange.pk, 10**9):
        same = told(agent, entity, schemes["city-comprehensive"], gone=frozenset({key}))
        assert stated(same.now) == stated(same.then)


def test_the_page_is_for_whoever_sees_the_grade(client, schemes, entity):
    agent = AgentFactory(entity=entity).user
    for person, status in ((agent, 200), (AgentFactory().user, 404), (MemberFactory(role="clerk"), 200)):
        client.force_login(person)
        assert client.get(address(entity)).status_code == status
    client.force_login(agent)
    assert client.get(address(entity), {"scheme": "risk-class"}).status_code == 404


def test_the_entity_reads_plain_words_and_officials_a_chart(client, official, schemes, entity):
    chosen = {"gone": [CreditRecord.objects.filter(entity=entity, severity_class="serious").get().pk]}
    client.force_login(AgentFactory(entity=entity).user)
    plain = client.get(address(entity), chosen)
    assert plain.context["page"].chart is None
    assert plain.context["page"].say.startswith("The grade would")
    client.force_login(official)
    assert client.get(address(entity), chosen).context["page"].chart.kind == "waterfall"


def test_with_htmx_only_the_answer_is_sent(client, official, schemes, entity):
    client.force_login(official)
    whole = client.get(address(entity), {"type": "commendation"}).content.decode()
    part = client.get(
        address(entity), {"type": "commendation"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert "What it would be" in part


def test_the_form_asks_for_what_the_scheme_reads_and_refuses_a_day_to_come(client, official, schemes, entity):
    may_say = fields_of(schemes["city-comprehensive"], TODAY())
    assert {one.code for one in may_say.types} >= {"administrative-penalty", "commendation"}
    assert "closed" in may_say.penalty_kinds
    client.force_login(official)
    later = (TODAY() + timedelta(days=3)).isoformat()
    page = client.get(address(entity), {"type": "commendation", "decided_on": later}).context["page"]
    assert page.form.errors["decided_on"]
    assert not page.is_supposed
