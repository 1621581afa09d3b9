"""What is worked out ahead under a scheme that compares peers: the others stay as they are, and every page says so."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from entities.models import Membership
from evaluation import frames, peer_store, services
from evaluation.boards import coming, counting, weighing
from evaluation.boards.models import BodyWeight, ComingDay, ComingMove
from evaluation.forecast import forecast
from evaluation.schemes.in_force import schemes_in_force
from evaluation.whatif import Supposition, what_if
from tests.evaluation.test_peers_in_the_registry import SAID, compares, grades, install
from tests.factories import BodyFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
IN = 10
HELD = {"en": "The peers are held as they stood on", "zh-hans": "同组其他主体按"}


@pytest.fixture
def official():
    return MemberFactory(body=BodyFactory(kind="lead"), role=Membership.Role.LEAD)


@pytest.fixture
def city(record):
    """Three peers with fines of 100, 200 and 300; of the second's, 150 end by themselves in ten days."""
    install(compares())
    three = [EntityFactory(industry_code="H6210", size="micro", region_code="339702") for _ in range(3)]
    long_ago = TODAY() - timedelta(days=30)
    for entity, amounts in zip(three, ((100,), (50, 150), (300,)), strict=True):
        for number, amount in enumerate(amounts):
            record(
                entity,
                amount=amount,
                decided_on=long_ago,
                publish_until=TODAY() + timedelta(days=IN - 1) if number else None,
            )
    services.rate_all(as_of=TODAY())
    return three


def scheme():
    (one,) = schemes_in_force(TODAY())
    return one


def columns_of(entity):
    return frames.columns_of([entity.pk], scheme().compiled.vocabulary)


def test_a_forecast_holds_the_peers_as_they_stand_today(city):
    _a, b, _c = city
    ahead = forecast(scheme=scheme(), columns=columns_of(b), today=TODAY())
    assert (ahead.grade, ahead.points, ahead.peers_as_of) == ("low", 50, TODAY())
    (turn,) = ahead.turns
    # With 50 it stands before the least of 100, 200 and 300: rank 1.
    assert (turn.day, turn.points) == (TODAY() + timedelta(days=IN), 0)


def test_it_says_nothing_of_what_a_peer_does_to_the_others(city):
    a, b, _c = city
    assert forecast(scheme=scheme(), columns=columns_of(a), today=TODAY()).turns == ()
    services.refresh_peers(as_of=TODAY() + timedelta(days=IN))
    assert grades()[b.pk][1] == 0
    assert grades()[a.pk][1] == 50_00, "it moved because another did"


def test_a_scheme_that_compares_nobody_holds_nothing(schemes, record):
    entity = EntityFactory()
    record(entity)
    for one in schemes_in_force(TODAY()):
        columns = frames.columns_of([entity.pk], one.compiled.vocabulary)
        assert forecast(scheme=one, columns=columns, today=TODAY()).peers_as_of is None


def test_what_if_holds_them_too_and_its_answer_is_that_of_the_kept_tables(city, official, client, record):
    _a, b, c = city
    heaviest = b.records.get(amount=150)
    told = what_if(
        user=official,
        entity=b,
        scheme=scheme(),
        day=TODAY(),
        supposition=Supposition(frozenset({heaviest.pk})),
    )
    assert (told.now.points, told.then.points) == (50, 0)
    # What is kept is read, not what the city would be now.
    record(c, amount=5000, decided_on=TODAY())
    again = what_if(user=official, entity=b, scheme=scheme(), day=TODAY(), supposition=Supposition())
    assert again.now.points == 50

    client.force_login(official)
    address = reverse("evaluation:entity-what-if", args=(b.credit_code,))
    page = client.get(address).context["page"]
    offered = {key for key, _label in page.form.fields["gone"].choices}
    assert offered == set(b.records.values_list("pk", flat=True))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_that_looks_ahead_says_what_is_held(city, official, client, language):
    _a, b, _c = city
    counting.rebuild()
    coming.look_ahead()
    client.force_login(official)

    def shown(address: str, **asked) -> str:
        answer = client.get(address, asked, headers={"accept-language": language})
        assert answer.status_code == 200
        return answer.content.decode()

    code = {"scheme": "among-peers"}
    assert HELD[language] in shown(reverse("evaluation:entity-rating", args=(b.credit_code,)), **code)
    some = {"gone": str(b.records.first().pk)}
    assert HELD[language] in shown(
        reverse("evaluation:entity-what-if", args=(b.credit_code,)), **code, **some
    )
    said = "Peers are held as they stand" if language == "en" else "同组其他主体保持不变"
    assert said in shown(reverse("evaluation:boards:calendar"), **code)


def test_the_calendar_looks_ahead_among_the_peers_of_today(city):
    _a, b, _c = city
    assert coming.look_ahead() == coming.DAYS_AHEAD
    day = ComingDay.objects.get(day=TODAY() + timedelta(days=IN))
    assert (day.touched, day.moved) == (1, 1)
    # From the middle to the least is one grade still; the forecast says the same.
    ahead = forecast(scheme=scheme(), columns=columns_of(b), today=TODAY())
    assert [turn.day for turn in ahead.turns] == [day.day]
    assert not ComingMove.objects.exists()


def test_a_grade_that_will_move_among_the_peers_of_today_is_on_the_calendar(city, record):
    _a, _b, c = city
    c.records.update(publish_until=TODAY() + timedelta(days=4))
    record(c, amount=150, decided_on=TODAY() - timedelta(days=30))
    services.rate_all(as_of=TODAY())
    coming.look_ahead()
    (move,) = ComingMove.objects.filter(entity=c)
    assert (move.day, move.from_place, move.to_place) == (TODAY() + timedelta(days=5), 2, 0)
    ahead = forecast(scheme=scheme(), columns=columns_of(c), today=TODAY())
    assert [(turn.day, turn.grade) for turn in ahead.turns] == [(move.day, "low")]


def test_records_are_weighed_by_department_under_a_scheme_with_peers_too(record):
    each = {"kind": "records", "code": "each", "name": SAID, "article": "4", "each": -2}
    each["records"] = {"types": ["administrative-penalty"]}
    install(compares(components=[*compares().model_dump(mode="json", by_alias=True)["components"], each]))
    entities = [EntityFactory(industry_code="H6210", size="micro", region_code="339702") for _ in range(3)]
    body = BodyFactory()
    for number, entity in enumerate(entities):
        record(entity, amount=100 * number + 1, submitted_by=body, decided_on=TODAY() - timedelta(days=9))
    services.rate_all(as_of=TODAY())
    weighing.weigh()
    told = BodyWeight.objects.filter(body=body).aggregate(against=Sum("against"), records=Sum("records"))
    assert told == {"against": -6_00, "records": 3}


def test_without_tables_nothing_is_looked_ahead(record):
    install(compares())
    record(EntityFactory(industry_code="H6210"), amount=1)
    assert peer_store.last_keys([1], TODAY()) == {}
    coming.look_ahead()
    assert not ComingDay.objects.exists()
