"""The boards and the page of an entity's grade, as an official opens them one after the other."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

import numpy as np

from bench import city, databases
from bench.harness import CannotMeasure, Result, Run, measure

#: Everybody is rated as of so many days ago first, so that grades have moved in every period that boards show.
BEFORE = (400, 40, 5)
VIEWER = "bench-viewer"
#: Of the city's departments those that have much and little on record.
DEPARTMENTS = ("market-supervision", "tax")


@measure("boards.p95", unit="ms")
def boards_p95(run: Run) -> Result:
    """The time that 95 of 100 openings of a board stay within: the city's, narrowed to parts and to departments, sorted
    and of every period, those of districts, industries and departments, and the calendar.

    It is the time of the whole request in one process, query and page. `baseline` is the time in which the ratings behind
    one board are counted without any count kept, by one query.
    """
    with _counted_city(run) as copy:
        told = run.apart("bench.measures.boards:open_boards", run.size.searches, database=copy)
    run.say("    " + ", ".join(f"{name} {ms:.0f} ms" for name, ms in told["by_board"].items()))
    return Result(told["p95"], told["counted"], told["counted"] / told["p95"])


@measure("entity_page.p95", unit="ms")
def entity_page_p95(run: Run) -> Result:
    """The time that 95 of 100 openings of an entity's grade stay within: reasons, path, forecast and all its records.

    Entities are drawn by their records, so that those with many come often. The time is that of the whole request in
    one process.
    """
    with _counted_city(run) as copy:
        told = run.apart("bench.measures.boards:open_entities", run.size.searches, database=copy)
    run.say(f"    half of them within {told['half']:.0f} ms")
    return Result(told["p95"])


@contextmanager
def _counted_city(run: Run) -> Iterator[str]:
    """A copy of the city with grades that moved, counted as workers count them."""
    with databases.copy_of(city.database_of(run.size)) as copy:
        run.unwatched().apart("bench.measures.boards:prepare", database=copy)
        yield copy


# In processes of their own


def prepare() -> None:
    """Rate everybody on some days and for today, count, weigh and look ahead."""
    from django.db import connection

    from credit_platform.accounts.models import User
    from entities.models import Membership, SubmittingBody
    from evaluation.boards import coming, counting, weighing

    let_grades_move()
    counting.rebuild()
    require_counted()
    weighing.weigh()
    coming.look_ahead()
    with connection.cursor() as cursor:
        # As the database keeps itself while nobody looks.
        cursor.execute("VACUUM ANALYZE")
    person = User.objects.create(username=VIEWER, email=f"{VIEWER}@bench.example", name_zh=VIEWER)
    # Of a body to whose reviewers nothing waits.
    Membership.objects.create(
        user=person, body=SubmittingBody.objects.get(code="customs"), role=Membership.Role.SUPERVISOR
    )


def let_grades_move() -> None:
    """Rate everybody on the days before and for today, in their order, by the platform's schemes, in force since then."""
    from django.utils import timezone

    from evaluation.bulk import rate_all
    from evaluation.schemes.shipped import shipped_schemes
    from evaluation.services import install_scheme

    days = [timezone.localdate() - timedelta(days=before) for before in (*BEFORE, 0)]
    for one in shipped_schemes():
        install_scheme(by=None, code=one.code, facts=one.facts, document=one.document, effective_from=days[0])
    for day in days:
        rate_all(as_of=day)


def require_counted() -> None:
    """What the boards show is what the ratings give, and some grades moved in each period."""
    from django.db.models import F

    from evaluation.boards import counting
    from evaluation.boards.models import CountedRating, Period

    if differences := counting.verify().differences:
        raise CannotMeasure(f"The boards show what the ratings do not give: {differences[0]}.")
    for period in Period.values:
        if not CountedRating.objects.filter(place__gt=F(f"{period}_place")).exists():
            raise CannotMeasure(f"Nobody fell in the period “{period}”.")


def open_boards(times: int) -> dict:
    """Open boards; the milliseconds that 95 of 100 stay within, in all and by board."""
    from evaluation.boards.counting import begins, counted_day

    spent: dict[str, list[float]] = {}
    for address in _boards(times):
        spent.setdefault(address.partition("?")[0], []).append(_open(address))
    return {
        "p95": _p95([one for found in spent.values() for one in found]),
        "by_board": {name: _p95(found) for name, found in spent.items()},
        "counted": _count_by_hand(begins("month", counted_day())),
    }


def _boards(times: int) -> Iterator[str]:
    """Addresses of boards as people come to them: the same for the same city."""
    chance = np.random.default_rng(city.SEED)

    def one_of(*words: str) -> str:
        return words[int(chance.integers(len(words)))]

    for number in range(times):
        asked = {"scheme": one_of("", "risk-class"), "period": one_of("week", "month", "year")}
        if number % 5:
            asked |= {
                "show": one_of("fell", "rose", "all"),
                "sort": one_of("", "name", "-name", "grade", "-grade", "points", "-move", "district", "-day"),
                "district": one_of("", "", *(name for _code, name in city.DISTRICTS)),
                "section": one_of("", "", "C", "F", "H"),
                "department": one_of("", "", "", *DEPARTMENTS),
                "page": one_of("", "", "2", "7"),
            }
            yield f"/ratings/?{urlencode(asked)}"
        else:
            board = one_of("districts", "industries", "departments", "calendar")
            yield f"/ratings/{board}/?{urlencode(asked)}"


def _count_by_hand(since) -> float:
    """How long it takes to count one scheme's ratings by part of the city and by what they were, in milliseconds."""
    from django.db import connection

    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT entity.district, left(entity.industry_code, 1), rating.place, coalesce(first.from_place, rating.place),
                count(*)
            FROM evaluation_currentrating AS rating JOIN entities_entity AS entity ON entity.id = rating.entity_id
            LEFT JOIN LATERAL (
                SELECT from_place FROM evaluation_ratingchange AS change WHERE change.entity_id = rating.entity_id
                    AND change.scheme_id = rating.scheme_id AND change.as_of > %(since)s ORDER BY as_of, id LIMIT 1
            ) AS first ON rating.as_of > %(since)s
            WHERE rating.scheme_id = (SELECT id FROM evaluation_scheme WHERE code = 'city-comprehensive')
            GROUP BY 1, 2, 3, 4
            """,
            {"since": since},
        )
        cursor.fetchall()
    return (time.perf_counter() - started) * 1000


def open_entities(times: int) -> dict:
    """Open the pages of entities; the milliseconds that 95 of 100 and that half of them stay within."""
    from entities.models import CreditRecord

    chance = np.random.default_rng(city.SEED)
    last = CreditRecord.objects.order_by("-pk").values_list("pk", flat=True)[0]
    drawn = chance.integers(1, last + 1, size=times).tolist()
    owners = CreditRecord.objects.filter(pk__in=drawn).values_list("pk", "entity__credit_code")
    of_record = dict(owners)
    spent = [_open(f"/ratings/{of_record[key]}/") for key in drawn if key in of_record]
    return {"p95": _p95(spent), "half": float(np.percentile(spent, 50))}


@cache
def _signed_in() -> Any:
    """One session for all requests of the process; its first ones are not counted."""
    from django.conf import settings
    from django.test import Client

    from credit_platform.accounts.models import User

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    person = User.objects.get(username=VIEWER)
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    for _warm in range(3):
        client.get("/ratings/")
    return client


def _open(address: str) -> float:
    """Milliseconds of one request, signed in."""
    client = _signed_in()
    started = time.perf_counter()
    response = client.get(address)
    took = (time.perf_counter() - started) * 1000
    if response.status_code != 200:
        raise CannotMeasure(f"{address} answered {response.status_code}.")
    return took


def _p95(spent: list[float]) -> float:
    return float(np.percentile(spent, 95))
