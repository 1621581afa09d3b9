"""Whom the passing of a day touches: everybody whose grade it moves, under every way in which a scheme counts time."""

from datetime import date, timedelta

import pytest

from evaluation import frames, services
from evaluation.birthdays import entities_touched_by
from evaluation.kernel import rate
from evaluation.schemes import SchemeDocument
from evaluation.schemes.in_force import in_force
from tests.evaluation.columns import document
from tests.factories import EntityFactory

pytestmark = pytest.mark.django_db
FIRST, DAYS = date(2025, 12, 20), 60
PENALTY = "administrative-penalty"


def counted(**changes):
    return {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "each": -10,
        "rounding": "0.000001",
        **changes,
    }


def clock(days, unit, **bounds):
    return {
        "kind": "formula",
        "formula": {
            "case": [{"when": {"test": {"elapsed": days, "unit": unit}, **bounds}, "gives": 1}],
            "otherwise": 0,
        },
    }


def clock_of_record(day, **bounds):
    """A penalty counts while so many working days have passed since."""
    test = {"test": {"elapsed": [day, "as-of"], "unit": "working-days"}, **bounds}
    return {"kind": "records", "records": {"types": [PENALTY], "where": [test]}}


#: The days around New Year and the Spring Festival of two years are enough here.
WORKING_DAYS = {
    "article": "6", "known_from": "2023-01-01", "known_to": "2026-02-10",
    "off": ["2025-01-28", "2025-01-29", "2025-01-30", "2026-01-01", "2026-01-02"], "worked": ["2025-01-26", "2026-01-04"],
}  # fmt: skip
WAYS = {
    "months": counted(age={"bands": [{"below": 1, "weight": "1"}, {"weight": "0"}]}),
    "up to months": counted(age={"bands": [{"up_to": 1, "weight": "1"}, {"weight": "0"}]}),
    "days": counted(age={"unit": "days", "bands": [{"below": 30, "weight": "1"}, {"weight": "0"}]}),
    "up to days": counted(age={"unit": "days", "bands": [{"up_to": 30, "weight": "1"}, {"weight": "0"}]}),
    "half-life by months": counted(age={"half_life": 3}),
    "half-life by days": counted(age={"half_life": 90, "unit": "days"}),
    "another day": counted(
        age={"since": "corrected_on", "bands": [{"below": 2, "weight": "1"}, {"weight": "0"}]}, if_unknown=0
    ),
    "a day that becomes known": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "each": {"first_known": [{"elapsed": ["decided", "corrected_on"]}, -1]},
    },
    "working days": clock_of_record("decided", at_most=10),
    "working days until a day that is set ahead": clock_of_record(
        "ahead.corrected_on", at_least=-3, less_than=0
    ),
    "every working day": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "each": {"first_known": [{"elapsed": ["corrected_on", "as-of"], "unit": "working-days"}, 0]},
    },
    "working days of the entity": clock(["entity.registered_on", "as-of"], "working-days", less_than=250)
    | {"if_unknown": 0},
    "every month": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "each": {"elapsed": ["decided", "as-of"], "unit": "months"},
    },
    "another day, every month": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "each": {"first_known": [{"elapsed": ["corrected_on", "as-of"], "unit": "months"}, 0]},
    },
    "every calendar year": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "each": {"elapsed": ["decided", "as-of"], "unit": "calendar-years"},
    },
    "since the last": {
        "kind": "formula",
        "formula": {
            "since_last": {"types": [PENALTY]},
            "unit": "months",
            "or_since": "entity.registered_on",
        },
        "if_unknown": 0,
    },
    "every calendar month": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "each": {"elapsed": ["decided", "as-of"], "unit": "calendar-months"},
    },
    "every calendar quarter": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "each": {"elapsed": ["decided", "as-of"], "unit": "calendar-quarters"},
    },
    "days until a day that is set ahead": {
        "kind": "records",
        "records": {
            "types": [PENALTY],
            "where": [{"test": {"elapsed": ["as-of", "ahead.corrected_on"]}, "at_most": 10, "at_least": 1}],
        },
    },
    "months until a day that is set ahead": {
        "kind": "records",
        "records": {
            "types": [PENALTY],
            "where": [
                {"test": {"elapsed": ["as-of", "ahead.corrected_on"], "unit": "months"}, "at_least": 1}
            ],
        },
    },
    "a balance that comes back": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "each": -7,
        "take": "running",
        "running": {"start": 12, "returns": 2, "every": 1},
        "floor": 0,
        "ceiling": 12,
    },
    "years of the entity": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "take": "running",
        "running": {
            "start": 10,
            "since": "entity.registered_on",
            "becomes": {"subtract": [{"multiply": [{"event": "balance"}, "1.1"]}, {"event": "records"}]},
        },
        "if_unknown": 0,
    },
    "months of the calendar, the present one among them": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "take": "running",
        "running": {
            "start": 0,
            "since": "2025-10-31",
            "every": 1,
            "up_to_now": True,
            "becomes": {"add": [{"event": "balance"}, {"event": "quiet"}, {"event": "records"}]},
        },
    },
    "points that go when it was quiet": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "take": "running",
        "running": {
            "start": 0,
            "up_to_now": True,
            "becomes": {
                "add": [{"event": "points"}, {"subtract": [{"event": "balance"}, {"event": "quiet"}]}]
            },
        },
    },
    "an event by the days since": {
        "kind": "records",
        "records": {"types": [PENALTY]},
        "groups": [{"same": ["month"], "gives": {"elapsed": ["decided", "as-of"], "unit": "months"}}],
        "take": "mean",
        "weighed_by": {"add": [1, {"elapsed": ["decided", "as-of"], "unit": "years"}]},
        "if_unknown": 0,
    },
    "a fact": clock(["entity.registered_on", "as-of"], "months", less_than=12) | {"if_unknown": 0},
    "years since a day of the calendar": {
        "kind": "formula",
        "formula": {"elapsed": ["2019-01-15", "as-of"], "unit": "years"},
    },
    "months since the last of a month": {
        "kind": "formula",
        "formula": {"elapsed": ["2024-10-31", "as-of"], "unit": "months"},
    },
    "calendar years since a day of the calendar": {
        "kind": "formula",
        "formula": {"elapsed": ["2000-06-30", "as-of"], "unit": "calendar-years"},
    },
    "until a day of the calendar": clock(["as-of", "2026-01-10"], "days", at_least=3),
    "from a day of the calendar on": clock(["2026-01-20", "as-of"], "days", at_least=0),
    "a fact by years": clock(["entity.registered_on", "as-of"], "years", more_than=2) | {"if_unknown": 0},
}


@pytest.fixture
def registry(record):
    """Entities registered and penalised on days that come round within the weeks that are looked at."""
    entities = []
    for number in range(40):
        registered = date(2023 + number % 4, 1 + number % 3, 1 + (number * 7) % 28)
        entity = EntityFactory(registered_on=registered if number % 5 else None)
        entities.append(entity)
        if number % 3:
            decided = date(2025, 10, 1) + timedelta(days=(number * 11) % 100)
            corrected = decided + timedelta(days=30 + number)
            record(
                entity,
                decided_on=decided,
                published_on=decided,
                publish_until=None if number % 2 else FIRST + timedelta(days=number),
                details={"corrected_on": corrected.isoformat()} if number % 4 else {},
            )
    return entities


@pytest.mark.parametrize("way", WAYS)
def test_whoever_a_day_moves_is_among_those_whom_it_touches(registry, way):
    considered = {"article": "1", "types": [PENALTY]}
    one = SchemeDocument.model_validate(
        document(
            WAYS[way],
            considered=considered,
            enough={"article": "2", "records": 0},
            ceiling=None,
            floor=None,
            working_days=WORKING_DAYS if "working" in way else None,
        )
    )
    facts = {
        "name_zh": "字",
        "name_en": "W",
        "family": "evaluation",
        "is_public": False,
        "shown_to_entity": False,
    }
    version = services.install_scheme(
        by=None, code="a", facts=facts, document=one, effective_from=date(2020, 1, 1)
    )
    scheme = in_force(version)
    columns = frames.columns_of([entity.pk for entity in registry], scheme.compiled.vocabulary)
    before, moved_ever = rate(columns, scheme.compiled, FIRST).points, 0
    for number in range(1, DAYS):
        day = FIRST + timedelta(days=number)
        after = rate(columns, scheme.compiled, day).points
        moved = set(columns.entities[before != after].tolist())
        touched = entities_touched_by(day, [scheme])
        assert moved <= touched, day
        moved_ever += len(moved)
        if way in {"months", "up to months", "days", "up to days", "a fact", "working days"}:
            if "working" in way and day == date(2026, 2, 11):
                # The first day of which it is not known whether it is worked: everybody.
                assert len(touched) == len(registry)
                break
            assert len(touched) < len(registry) / 2, day
        before = after
    assert moved_ever


MIDNIGHT = date(2026, 3, 1)
LISTING = "serious-violation-listing"
KINDS = {
    "publicity ends": ({}, {"publish_until": date(2026, 2, 28)}),
    "a list entry runs out": ({}, {"code": LISTING, "publish_until": date(2026, 2, 28)}),
    "a record begins to hold": ({}, {"decided_on": date(2026, 3, 1)}),
    "an age is reached": (WAYS["months"], {"decided_on": date(2026, 2, 1)}),
    "an age in days is over": (WAYS["up to days"], {"decided_on": date(2026, 1, 29)}),
    "a licence is no longer valid": (
        {
            "kind": "records",
            "records": {
                "types": [PENALTY],
                "where": [{"test": {"elapsed": ["ahead.valid_until", "as-of"]}, "at_most": 0}],
            },
        },
        {"details": {"valid_until": "2026-02-28"}},
    ),
    "a day in a record comes": (
        WAYS["a day that becomes known"],
        {"details": {"corrected_on": "2026-03-01"}},
    ),
}
FACTS = {
    "an entity is a year old": (WAYS["a fact"], date(2025, 3, 1)),
    "an entity is more than two years old": (WAYS["a fact by years"], date(2023, 3, 1)),
}


def looking_at(way) -> list:
    """The scheme of one way, ready to rate, as if it were in force."""
    components = way or counted(records={"types": [PENALTY, LISTING]})
    return [
        in_force(
            services.install_scheme(
                by=None,
                code="a",
                facts={"name_zh": "字", "name_en": "W", "family": "evaluation"},
                document=SchemeDocument.model_validate(
                    document(
                        components,
                        considered={"article": "1", "types": [PENALTY, LISTING]},
                        enough={"article": "2", "records": 0},
                        ceiling=None,
                        floor=None,
                        working_days=WORKING_DAYS | {"known_to": "2026-12-31"},
                    )
                ),
                effective_from=date(2020, 1, 1),
            )
        )
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_midnight_touches_exactly_those_whose_dated_thing_begins_or_ends_with_it(record, kind):
    way, known = KINDS[kind]
    schemes = looking_at(way)

    def shifted(days: int):
        later = {
            name: value + timedelta(days=days) if isinstance(value, date) else value
            for name, value in known.items()
        }
        if "details" in known:
            later["details"] = {
                name: (date.fromisoformat(value) + timedelta(days=days)).isoformat()
                for name, value in known["details"].items()
            }
        entity = EntityFactory()
        record(entity, later.pop("code", PENALTY), **{"decided_on": date(2025, 6, 15)} | later)
        return entity

    _before, touched, _after = shifted(-1), shifted(0), shifted(1)
    assert entities_touched_by(MIDNIGHT, schemes) == {touched.pk}


@pytest.mark.parametrize("kind", FACTS)
def test_midnight_touches_exactly_those_whose_own_day_comes_round(kind):
    way, registered = FACTS[kind]
    schemes = looking_at(way)
    _before, touched, _after = (
        EntityFactory(registered_on=registered + timedelta(days=days)) for days in (-1, 0, 1)
    )
    assert entities_touched_by(MIDNIGHT, schemes) == {touched.pk}


def test_a_record_that_no_scheme_looks_at_touches_nobody_when_it_ends(record):
    schemes = looking_at(None)
    record(EntityFactory(), "commendation", publish_until=date(2026, 2, 28), decided_on=date(2025, 6, 15))
    assert entities_touched_by(MIDNIGHT, schemes) == set()
