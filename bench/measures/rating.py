"""Grades of the whole city: against a bare scan of its records and against a loop over the ORM."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from bench import city, databases
from bench.harness import SIZES, CannotMeasure, Result, Run, Size, measure

#: The scheme that is simulated, and that the loop rates by.
SCHEME = "city-comprehensive"
#: Each round rates for a day so much later that about a tenth of the ratings are others.
DAYS_LATER = 35
#: Of fewer changes than one rating in so many it is not said that everybody was rated.
ONE_CHANGED_IN = 30
#: What a reader of a whole table would set; both sides have two processes for themselves.
SCAN_SETTINGS = {"max_parallel_workers_per_gather": "2", "work_mem": "'512MB'", "jit": "off"}


@dataclass(frozen=True, slots=True)
class _Bulk:
    ratios: tuple[float, ...]
    scanned: float
    rated: float
    entities: int
    loop: float
    peak_mb: float


@measure("rating.bulk_vs_scan", unit="ratio")
def bulk_vs_scan(run: Run) -> Result:
    """How many times as long as a bare sum over all records it takes to rate everybody; less is better.

    Rating everybody is: records read, every entity rated under each scheme in force, changes and current ratings
    written; about a tenth of the ratings become others, and every rating must be the one that follows from the
    records. The sum is `SELECT entity_id, sum(amount) … GROUP BY
    entity_id` over the same records in the same database, in turns. `baseline` is its time in seconds.
    """
    taken = _bulk(run)
    return Result(sorted(taken.ratios)[len(taken.ratios) // 2], taken.scanned, taken.scanned / taken.rated)


@measure("rating.bulk_vs_orm", unit="ratio")
def bulk_vs_orm(run: Run) -> Result:
    """How many times as many entities a second are rated as by a loop that asks, counts and saves one by one.

    The loop rates a sample under one scheme, the product everybody under each. `baseline` is the loop's speed in
    entities a second.
    """
    taken = _bulk(run)
    speed = taken.entities / taken.rated
    return Result(speed / taken.loop, taken.loop, speed / taken.loop)


@measure("rating.simulate_vs_scan", unit="ratio")
def simulate_vs_scan(run: Run) -> Result:
    """How many times as long as a bare sum over all records it takes to simulate a draft over the whole city.

    The draft has general penalties at more points and one grade's limit higher. Simulating is: records read once,
    everybody rated by the scheme in force and by the draft, counted from grade to grade by district, industry, size,
    age and department, who moves most found with the reasons, the sample taken through the last twelve months
    and each parameter, the result stored. The side of the scheme in force must be what is stored. The
    sum is that of `rating.bulk_vs_scan`, in turns; `baseline` is its time in seconds.
    """
    other = run.unwatched()
    ratios, scans, simulated = [], [], []
    with _rated_city(run) as copy:
        for number in range(1, run.size.rounds + 1):
            found: dict[str, Any] = {}
            steps = {
                "scan": lambda: other.apart("bench.measures.rating:scan", database=copy),
                "simulate": lambda: run.apart("bench.measures.rating:simulate_draft", database=copy),
            }
            for step in ("scan", "simulate") if number % 2 else ("simulate", "scan"):
                found[step] = steps[step]()
            told = found["simulate"]
            scans.append(found["scan"])
            simulated.append(told["seconds"])
            ratios.append(told["seconds"] / found["scan"])
            run.say(
                f"    round {number}: {told['entities']:,} entities in {told['seconds']:.2f} s, of which the city "
                f"{told['city']:.2f} s; {told['moved']:,} others; scan {found['scan']:.2f} s, ratio {ratios[-1]:.2f}"
            )
    middle = len(ratios) // 2
    return Result(
        sorted(ratios)[middle], sorted(scans)[middle], sorted(scans)[middle] / sorted(simulated)[middle]
    )


@measure("rating.flatness", unit="ratio")
def flatness(run: Run) -> Result:
    """How many times as much an entity costs in this city as in a small one, ten records each in both; 1 is flat.

    The small city has 10 thousand entities, or a tenth of this one where this one has no more. In both everybody is
    rated for a later day, about a tenth of the ratings become others, and the time is that of `rating.bulk_vs_scan`.
    What it costs to begin, two processes and all schemes, is shared by few in the small city and by many in a large one.
    `baseline` is what an entity costs in the small city, in microseconds.
    """
    taken = _bulk(run)
    smaller = _smaller(run.size)
    city.ensure(smaller, run.log)
    cost = 1e6 * taken.rated / taken.entities
    with _rated_city(Run(smaller, run.log, say=run.say)) as copy:
        other = Run(smaller, run.log, say=run.say)
        rated = [
            other.apart("bench.measures.rating:rate_everybody", number * DAYS_LATER, database=copy)
            for number in range(1, 2 * run.size.rounds)
        ]
    costs = sorted(1e6 * told["seconds"] / told["entities"] for told in rated)
    baseline = costs[len(costs) // 2]
    run.say(
        f"    an entity costs {cost:.1f} µs among {taken.entities:,}, {baseline:.1f} µs among {smaller.entities:,}"
    )
    return Result(cost / baseline, baseline, baseline / cost)


def _smaller(size: Size) -> Size:
    small = SIZES["small"]
    if size.entities > small.entities:
        return small
    return replace(size, name=f"{size.name}_tenth", entities=size.entities // 10, records=size.records // 10)


_taken: dict[str, _Bulk] = {}


def _bulk(run: Run) -> _Bulk:
    """Both measures are taken of one copy of the city, which takes long to make."""
    if run.size.name not in _taken:
        with _rated_city(run) as copy:
            _taken[run.size.name] = _take(run, copy)
    run.peak_mb = max(run.peak_mb, _taken[run.size.name].peak_mb)
    return _taken[run.size.name]


def _take(run: Run, copy: str) -> _Bulk:
    ratios: list[float] = []
    scans: list[float] = []
    rates: list[dict] = []
    entities = 0
    # The server's side of the sum is none of the product's memory.
    other = Run(run.size, run.log, say=run.say)
    for number in range(1, run.size.rounds + 1):

        def sums() -> None:
            scans.append(other.apart("bench.measures.rating:scan", database=copy))

        def product(days: int = number * DAYS_LATER) -> None:
            rates.append(run.apart("bench.measures.rating:rate_everybody", days, database=copy))

        for step in (sums, product) if number % 2 else (product, sums):
            step()
        told, entities = rates[-1], rates[-1]["entities"]
        if told["changed"] * ONE_CHANGED_IN < told["ratings"]:
            raise CannotMeasure(f"Only {told['changed']:,} of {told['ratings']:,} ratings became others.")
        ratios.append(told["seconds"] / scans[-1])
        run.say(
            f"    round {number}: {entities:,} entities in {told['seconds']:.2f} s, {told['changed']:,} of "
            f"{told['ratings']:,} ratings changed; scan {scans[-1]:.2f} s, ratio {ratios[-1]:.2f}"
        )
    other.apart("bench.measures.rating:require_right", run.size.rounds * DAYS_LATER, database=copy)
    loop = other.apart("bench.measures.rating:rate_one_by_one", min(2_000, run.size.sample), database=copy)
    seconds = sorted(told["seconds"] for told in rates)[len(rates) // 2]
    run.say(f"    the loop: {loop:,.0f} entities/s; everybody at once: {entities / seconds:,.0f}")
    return _Bulk(tuple(ratios), sorted(scans)[len(scans) // 2], seconds, entities, loop, run.peak_mb)


@contextmanager
def _rated_city(run: Run) -> Iterator[str]:
    """A copy of the city in which everybody has the grades of today."""
    with databases.copy_of(city.database_of(run.size)) as copy:
        run.unwatched().apart("bench.measures.rating:rate_first", database=copy)
        yield copy


# In processes of their own


def rate_first() -> None:
    """Put the schemes in force that come with the platform, and rate everybody for today."""
    from django.core.management import call_command
    from django.db import connection

    call_command("seed_schemes")
    with connection.cursor() as cursor:
        # As the database keeps itself while nobody looks.
        cursor.execute("VACUUM ANALYZE evaluation_currentrating, evaluation_ratingchange")
        cursor.execute("CHECKPOINT")


def scan() -> float:
    """The seconds that the bare sum takes; its rows stay in the server."""
    from django.db import connection

    with connection.cursor() as cursor:
        for name, value in SCAN_SETTINGS.items():
            cursor.execute(f"SET {name} = {value}")
        query = "SELECT entity_id, sum(amount) FROM entities_creditrecord GROUP BY entity_id"
        started = time.perf_counter()
        # All of its work, without sending a million rows to somebody.
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, SERIALIZE NONE) {query}")
        return time.perf_counter() - started


def rate_everybody(days_later: int) -> dict:
    """Rate everybody for a later day, by as many processes as the machine has cores, at most two."""
    from django.utils import timezone

    from entities.models import Entity
    from evaluation import bulk
    from evaluation.models import CurrentRating

    day = timezone.localdate() + timedelta(days=days_later)
    started = time.perf_counter()
    changed = bulk.rate_all(as_of=day, workers=2)
    seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "changed": changed,
        "entities": Entity.objects.count(),
        "ratings": CurrentRating.objects.count(),
    }


def require_right(days_later: int) -> None:
    """Every stored rating is the one that the records give on that day."""
    from django.utils import timezone

    from evaluation.services import verify_ratings

    found = verify_ratings(as_of=timezone.localdate() + timedelta(days=days_later))
    if found.differences or not found.compared:
        raise CannotMeasure(
            f"{len(found.differences)} of {found.compared} ratings do not follow from the records."
        )


def simulate_draft() -> dict:
    """Simulate a draft of the comprehensive scheme, by as many processes as the machine has cores, at most two."""
    import multiprocessing

    from django.db import connections

    from evaluation.composing.models import Simulation

    key = draft_and_start()
    connections.close_all()
    started = time.perf_counter()
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_simulate, args=(key,)) for _ in range(2)]
    for process in processes:
        process.start()
    city = 0.0
    while any(process.is_alive() for process in processes):
        time.sleep(0.02)
        if not city and not _city_is_left(key):
            city = time.perf_counter() - started
    seconds = time.perf_counter() - started
    simulation = Simulation.objects.get(pk=key)
    return told_of(simulation) | {"seconds": seconds, "city": city}


def draft_and_start() -> int:
    """The key of a simulation that waits for workers."""
    from credit_platform.accounts.models import User
    from entities.models import Membership, SubmittingBody
    from evaluation.composing import services

    body = SubmittingBody.objects.get(code="lead-office")
    user, is_new = User.objects.get_or_create(username="bench-lead", defaults={"email": "lead@example.org"})
    if is_new:
        Membership.objects.create(user=user, body=body, role=Membership.Role.LEAD)
    draft = services.begin_draft(by=user, code=SCHEME)
    document = draft.document
    document["components"][0]["each"]["add"][0]["gives"]["general"] = "-12"
    document["scale"][1]["from"] = "77"
    services.save_draft(
        by=user,
        draft_id=draft.pk,
        document=document,
        name_zh=draft.name_zh,
        name_en=draft.name_en,
        effective_from=draft.effective_from,
        reason="measured",
    )
    return services.start_simulation(by=user, draft_id=draft.pk).pk


def told_of(simulation) -> dict:
    """How many entities were simulated and how many moved; refused where the side of the scheme in force is not what
    is stored."""
    from django.db.models import Count

    from evaluation.models import CurrentRating

    if simulation.state != "done":
        raise CannotMeasure(f"The simulation is {simulation.state}.")
    grades = len(simulation.document["scale"]) + 1
    matrix = np.array(simulation.results["matrix"]).reshape(-1, grades)
    stored = CurrentRating.objects.filter(scheme__code=SCHEME).order_by().values_list("place")
    places = dict(stored.annotate(Count("pk")))
    # Those not rated come first.
    expected = [places.get(None if place < 0 else place, 0) for place in range(-1, len(matrix) - 1)]
    if matrix.sum(axis=1).tolist() != expected:
        raise CannotMeasure(f"Simulated {matrix.sum(axis=1).tolist()}, but stored are {expected}.")
    return {"entities": int(matrix.sum()), "moved": int(matrix.sum() - np.trace(matrix))}


def _simulate(simulation_id: int) -> None:
    """What a process that was forked off does. It leaves without what its parent would have done at the end."""
    import os

    from django.db import connections

    from evaluation.composing.simulating import work_on

    work_on(simulation_id)
    connections.close_all()
    os._exit(0)


def _city_is_left(simulation_id: int) -> bool:
    from evaluation.composing.models import Simulation, SimulationPart

    parts = SimulationPart.objects.filter(simulation_id=simulation_id, kind="city")
    is_waiting = Simulation.objects.filter(pk=simulation_id, state="waiting").exists()
    return is_waiting or parts.filter(done_at=None).exists()


def rate_one_by_one(sample: int) -> float:
    """The entities a second that a plain loop rates: the records of each, points in Python, one row saved for each."""
    from django.db import transaction
    from django.utils import timezone

    from entities.models import Entity
    from evaluation.models import CurrentRating, Scheme

    scheme = Scheme.objects.get(code=SCHEME)
    version, today, now = scheme.versions.latest("number"), timezone.localdate(), timezone.now()
    step = max(Entity.objects.count() // sample, 1)
    chosen = list(Entity.objects.order_by("pk")[::step])[:sample]
    started = time.perf_counter()
    for entity in chosen:
        records = list(entity.records.counting_on(today).select_related("record_type"))
        points = 84 + sum(_points(record, today) for record in records)
        points = max(0, min(100, points))
        place = next(n for n, bound in enumerate((90, 75, 55, 0)) if points >= bound)
        with transaction.atomic():
            CurrentRating.objects.update_or_create(
                entity=entity,
                scheme=scheme,
                defaults={
                    "version": version,
                    "as_of": today,
                    "points": round(points * 100),
                    "grade": "ABCD"[place],
                    "place": place,
                    "records_counted": len(records),
                    "changed_at": now,
                    "rated_at": now,
                },
            )
    return len(chosen) / (time.perf_counter() - started)


CLASS_POINTS = {"minor": -2.0, "general": -10.0, "serious": -20.0, "": -6.0}


def _points(record, today: date) -> float:
    """What a record gives under something like the comprehensive scheme."""
    months = (today.year - record.decided_on.year) * 12 + today.month - record.decided_on.month
    if record.record_type.code == "administrative-penalty":
        age = 1.0 if months < 6 else 0.8 if months < 12 else 0.6 if months < 24 else 0.4
        return CLASS_POINTS[record.severity_class] * age
    if record.record_type.code == "commendation":
        return 4.0 if months < 36 else 2.0
    return {"A": 6.0, "B": 2.0, "C": -5.0, "D": -12.0}.get(record.details.get("grade", ""), 0.0)
