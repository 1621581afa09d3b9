"""Finding an entity as a clerk types."""

import time

import numpy as np
import psutil

from bench import city, register
from bench.harness import CannotMeasure, Result, Run, measure

#: What is asked as it stands in the registry: a search that does not find it measures nothing.
ALWAYS_FOUND = frozenset({"name", "beginning", "code", "part of a code"})


@measure("search.p95", unit="ms")
def p95(run: Run) -> Result:
    """The time in the database that 95 of 100 searches stay within, over fragments, names, codes, initials, slips.

    Asked of the real names of the public register where REAL_DATA_DIR has it, otherwise of the city's invented ones.
    `baseline` is the same for reading all names with LIKE; it is asked in turns with the product.
    """
    database = register.ensure(run) or city.database_of(run.size)
    found = run.apart("bench.measures.search:ask", run.size.searches, database=database)
    run.say("    " + ", ".join(f"{kind} {ms:.1f} ms" for kind, ms in found["by_kind"].items()))
    run.say(
        f"    {found['entities']:,} entities in {database}; a search takes {found['queries']:.1f} questions and "
        f"{found['server']:.1f} ms of the database's processor, in the mean"
    )
    return Result(found["product"], found["baseline"], found["baseline"] / found["product"])


def ask(searches: int) -> dict:
    """Ask the questions; the 95th percentile of the milliseconds in the database, in all and by kind.

    Of all questions together also the means: `server` milliseconds of processor and `queries`.
    """
    from django.db import connection

    from credit_platform.accounts.models import User
    from entities.models import Entity
    from entities.search import find_entities

    clerk = User.objects.get(username=city.CLERK)
    spent: list[float] = []

    def watch(execute, sql, params, many, context):
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append(time.perf_counter() - started)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = psutil.Process(cursor.fetchone()[0])

    def worked() -> float:
        times = session.cpu_times()
        return times.user + times.system

    product: dict[str, list[float]] = {}
    baseline: list[float] = []
    server, queries = 0.0, 0
    for number, (kind, text) in enumerate(questions(searches)):
        spent.clear()
        before = worked()
        with connection.execute_wrapper(watch):
            found = find_entities(user=clerk, query=text)
        if kind in ALWAYS_FOUND and not found:
            raise CannotMeasure(f"“{text}” is the {kind} of an entity and was not found.")
        server += worked() - before
        queries += len(spent)
        product.setdefault(kind, []).append(sum(spent) * 1000)
        if number % 10 == 0:
            spent.clear()
            with connection.execute_wrapper(watch):
                # The other condition always holds, and no index of names knows it.
                list(
                    Entity.objects.filter(business_scope__gte="", name_zh__contains=text).order_by("pk")[:10]
                )
            baseline.append(sum(spent) * 1000)
    return {
        "product": _p95([one for found in product.values() for one in found]),
        "baseline": _p95(baseline),
        "by_kind": {kind: _p95(found) for kind, found in product.items()},
        "entities": Entity.objects.count(),
        "server": server * 1000 / searches,
        "queries": queries / searches,
    }


def questions(count: int) -> list[tuple[str, str]]:
    """What people type, of the city's own entities: the same for the same city."""
    from entities.models import Entity

    chance = np.random.default_rng(city.SEED)
    keys = list(Entity.objects.order_by("pk").values_list("pk", flat=True))
    drawn = [keys[place] for place in chance.integers(len(keys), size=count).tolist()]
    entities = {one.pk: one for one in Entity.objects.filter(pk__in=drawn)}
    asked = []
    for number, key in enumerate(drawn):
        one = entities[key]
        name, start = one.name_zh, int(chance.integers(2, 5))
        slip = name[:start] + city.SIGNS[number % len(city.SIGNS)] + name[start + 1 :]
        kinds = {
            "fragment": name[start : start + 4],
            "name": name,
            "beginning": name[:5],
            "code": one.credit_code,
            "part of a code": one.credit_code[:12],
            "initials": one.initials[:5],
            "two parts": f"{name[:2]} {name[-7:-4]}",
            "slip": slip,
        }
        kind = list(kinds)[number % len(kinds)]
        asked.append((kind, kinds[kind]))
    return asked


def _p95(milliseconds: list[float]) -> float:
    return float(np.percentile(milliseconds, 95))
