"""How long a grade lags behind the record that moves it, while submissions come in as fast as they ever may."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench import city, databases
from bench.harness import CannotMeasure, Result, Run, measure

#: So many submissions a second, each in a transaction of its own.
SUBMISSIONS = 200
#: The web processes that commit them, as `make up` and a small server have.
WRITERS = 4
WORKERS = 2
#: How often it is looked whose new grade is not there yet; so much too late a grade may seem to come.
LOOKED_EVERY = 0.02
#: What may be left to do after the last submission, in seconds, before it is a backlog.
CAUGHT_UP_WITHIN = 5.0
GIVEN_UP_AFTER = 60.0
READY_WITHIN = 180.0
BODIES = 8


@measure("rating.lag_p95", unit="s")
def lag_p95(run: Run) -> Result:
    """The seconds from the commit of a submission within which 95 of 100 new grades are to be seen; less is better.

    For a minute (in the small city less) 200 records a second enter the registry, each approved by the service that
    reviewers use, in a transaction of its own, by processes of their own, at fixed times whether or not those before
    are done. Workers are those of the platform: processes of Celery on Redis. A grade is there when the wish that
    stands in the submission's transaction is gone, which happens in the transaction that writes the grade. No
    backlog may be left, and every grade must be the one that follows from the records. `baseline` is how many
    submissions a second there were to be, and `ratio` how many of them this machine could commit beside the workers:
    below 1 it is the submitting, not the rating, that is too much for it.
    """
    with databases.copy_of(city.database_of(run.size)) as copy:
        Run(run.size, run.log, say=run.say).apart("bench.measures.rating:rate_first", database=copy)
        told = run.apart("bench.measures.lag:submit_and_watch", SUBMISSIONS, run.size.seconds, database=copy)
    run.say(
        f"    {told['submitted']:,} submissions, {told['speed']:.0f} a second (the latest {told['late']:.2f} s behind its "
        f"time, {told['service']:.1f} ms each); lag p50 {told['p50']:.3f} s, p95 {told['p95']:.3f} s, longest "
        f"{told['longest']:.3f} s; all rated {told['caught_up']:.2f} s after the last"
    )
    if told["caught_up"] > CAUGHT_UP_WITHIN:
        raise CannotMeasure(f"A backlog was left: it took {told['caught_up']:.1f} s to rate what waited.")
    return Result(told["p95"], SUBMISSIONS, told["speed"] / SUBMISSIONS)


# In a process of its own


@dataclass(frozen=True, slots=True)
class _Submission:
    record: int
    entity: int
    reviewer: str


def submit_and_watch(a_second: int, seconds: int) -> dict:
    """Submit, let workers rate, watch; the lag of the grades in seconds and how the submitting went."""
    submissions = prepare(a_second * seconds)
    with _workers():
        from evaluation.models import RatingRequest

        begins = time.monotonic() + 1
        committed, watch = _submit(submissions, a_second, begins), _Watch()
        results = []
        last_word = None
        while True:
            watch.look()
            while committed.ready():
                results += committed.take()
            if len(results) == len(submissions):
                last_word = last_word or time.monotonic() + GIVEN_UP_AFTER
                if not RatingRequest.objects.exists():
                    break
                if time.monotonic() > last_word:
                    raise CannotMeasure(f"{RatingRequest.objects.count()} wishes still wait.")
            time.sleep(LOOKED_EVERY)
        watch.look()
    _require_right([one.entity for one in submissions])
    return _told(results, watch, begins, a_second)


def prepare(count: int) -> list[_Submission]:
    """Penalties of different entities that wait for review, as clerks of several bodies leave them to reviewers."""
    from django.utils import timezone

    from credit_platform.accounts.models import User
    from entities.models import CreditRecord, Entity, Membership, RecordType, SubmittingBody

    chance = np.random.default_rng(city.SEED)
    keys = np.array(Entity.objects.filter(merged_into=None).order_by("pk").values_list("pk", flat=True))
    if len(keys) < count:
        raise CannotMeasure(
            f"The city has {len(keys):,} entities, and each of {count:,} submissions needs one."
        )
    entities = chance.choice(keys, size=count, replace=False).tolist()
    kind = RecordType.objects.get(code="administrative-penalty")
    version = kind.versions.latest("valid_from")
    bodies = list(
        SubmittingBody.objects.filter(pk__in=version.submitters.values("pk")).order_by("pk")[:BODIES]
    )
    clerk = User.objects.get(username=city.CLERK)
    reviewers = []
    for number, body in enumerate(bodies):
        name = f"bench-reviewer-{number}"
        person = User.objects.create(username=name, email=f"{name}@bench.example", name_zh=name)
        Membership.objects.create(user=person, body=body, role="reviewer")
        reviewers.append(name)
    today = timezone.localdate()
    records = CreditRecord.objects.bulk_create(
        (
            CreditRecord(
                entity_id=entity,
                submitted_by=bodies[n % len(bodies)],
                record_type=kind,
                type_version=version,
                document_number=f"云汀急字〔{today.year}〕第{n + 1}号",
                title=city.ACTS[n % len(city.ACTS)],
                facts=f"检查中发现当事人{city.ACTS[n % len(city.ACTS)]}，已立案核实",
                legal_basis=city.LAWS[n % len(city.LAWS)],
                authority="云汀市主管部门",
                severity_class="general",
                penalty_kinds=["fine"],
                amount=1000 + n % 90 * 100,
                decided_on=today,
                status=CreditRecord.Status.WAITING,
                entered_by=clerk,
            )
            for n, entity in enumerate(entities)
        ),
        batch_size=5_000,
    )
    return [
        _Submission(record.pk, record.entity_id, reviewers[n % len(reviewers)])
        for n, record in enumerate(records)
    ]


class _Committed:
    """What the submitting processes tell of each submission: its entity, when it was due, begun and committed."""

    def __init__(self, queue, processes: Sequence) -> None:
        self._queue, self._processes = queue, processes

    def ready(self) -> bool:
        if any(one.exitcode for one in self._processes):
            raise CannotMeasure("A submitting process failed.")
        return not self._queue.empty()

    def take(self) -> list[tuple[int, float, float, float]]:
        told: list[tuple[int, float, float, float]] = self._queue.get()
        return told


def _submit(submissions: Sequence[_Submission], a_second: int, begins: float) -> _Committed:
    from django.db import connections

    # A connection must not be shared with a process that is forked off.
    connections.close_all()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    due = [(one, begins + number / a_second) for number, one in enumerate(submissions)]
    processes = [
        context.Process(target=_approve, args=(due[n::WRITERS], queue), daemon=True) for n in range(WRITERS)
    ]
    for process in processes:
        process.start()
    return _Committed(queue, processes)


def _approve(due: Sequence[tuple[_Submission, float]], queue) -> None:
    from credit_platform.accounts.models import User
    from entities.services.records import approve_record

    told = []
    people = {one.username: one for one in User.objects.filter(username__startswith="bench-reviewer")}
    for one, at in due:
        time.sleep(max(0.0, at - time.monotonic()))
        begun = time.monotonic()
        approve_record(by=people[one.reviewer], record_id=one.record)
        told.append((one.entity, at, begun, time.monotonic()))
    queue.put(told)


class _Watch:
    """Which entities waited for a grade at which moment."""

    def __init__(self) -> None:
        self.began: list[float] = []
        self.ended: list[float] = []
        self.waiting: list[set[int]] = []

    def look(self) -> None:
        from evaluation.models import RatingRequest

        self.began.append(time.monotonic())
        self.waiting.append(set(RatingRequest.objects.values_list("entity_id", flat=True)))
        self.ended.append(time.monotonic())

    def seen_rated(self, entity: int, committed: float) -> float:
        """The end of the first look, begun after the commit, at which the entity waited no more."""
        place = int(np.searchsorted(self.began, committed))
        while entity in self.waiting[place]:
            place += 1
        return self.ended[place]


def _told(
    results: Sequence[tuple[int, float, float, float]], watch: _Watch, begins: float, a_second: int
) -> dict:
    lags = np.array([watch.seen_rated(entity, done) - done for entity, _due, _begun, done in results])
    last = max(done for _entity, _due, _begun, done in results)
    return {
        "submitted": len(results),
        "speed": len(results) / max(last - begins, len(results) / a_second),
        "late": max(begun - due for _entity, due, begun, _done in results),
        "service": 1000 * float(np.mean([done - begun for _entity, _due, begun, done in results])),
        "p50": float(np.quantile(lags, 0.5)),
        "p95": float(np.quantile(lags, 0.95)),
        "longest": float(lags.max()),
        "caught_up": max(watch.ended[-1] - last, 0.0),
    }


def _require_right(entities: Sequence[int]) -> None:
    """Every stored grade of these entities is the one that their records give."""
    from django.utils import timezone

    from evaluation import frames
    from evaluation.columns import Vocabulary
    from evaluation.kernel import rate
    from evaluation.schemes.in_force import schemes_in_force
    from evaluation.storing import moved, stored_ratings

    today = timezone.localdate()
    schemes = schemes_in_force(today)
    columns = frames.columns_in_force(entities, Vocabulary.union(one.compiled.vocabulary for one in schemes))
    for one in schemes:
        wrong = int(moved(rate(columns, one.compiled, today), stored_ratings(columns.entities, one)).sum())
        if wrong:
            raise CannotMeasure(f"{wrong} grades under {one.scheme.code} do not follow from the records.")


@contextmanager
def _workers() -> Iterator[None]:
    """The platform's workers for the queue on which ratings are hurried, started as `make up` starts them."""
    from credit_platform.celery import app
    from credit_platform.embedded.supervisor import die_with_parent

    app.control.purge()
    name = f"bench-{os.getpid()}@here"
    silent = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    command = [sys.executable, "-m", "celery", "--app", "credit_platform", "worker", "--queues", "default"]
    worker = subprocess.Popen(
        [*command, "--hostname", name, "--concurrency", str(WORKERS), *silent],
        preexec_fn=partial(die_with_parent, signal.SIGTERM, os.getpid()),
    )
    try:
        _wait(lambda: bool(app.control.ping(destination=[name], timeout=0.5)), worker)
        yield
    finally:
        worker.terminate()
        worker.wait(60)


def _wait(is_ready: Callable[[], bool], worker: subprocess.Popen) -> None:
    give_up_at = time.monotonic() + READY_WITHIN
    while not is_ready():
        if worker.poll() is not None or time.monotonic() > give_up_at:
            raise CannotMeasure("The workers did not start.")
