"""What machines ask: is the process alive, may it be sent visitors, and how is it doing.

`/healthz` says that the process answers; it looks at nothing else, so that a database that is away
does not get web processes restarted. `/readyz` says whether visitors may be sent here.
`/metrics` is for Prometheus and tells nobody else anything.
"""

import secrets
from threading import Event

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from entities.models import Delivery, RulesTurn, Submission
from entities.sharing import selectors as sharing
from evaluation.models import RatingRequest
from repair.letters.models import Letter
from repair.proof import selectors as proof
from repair.proof.models import Confirmation

LOOPBACK = ("127.0.0.1", "::1")
#: Set once all migrations were seen to be applied: they stay so, and looking reads every migration file.
_migrated = Event()


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether visitors may be sent here: 503 without the database or with migrations missing.

    Redis away is 200 with `"redis": "away"`. Every need for work is a row in PostgreSQL, so pages
    are served and nothing is lost: work starts with the next sweep after Redis is back.
    """
    database = _database()
    redis = "ok" if cache.redis_answers() else "away"  # type: ignore[attr-defined]
    ready = database == "ok"
    state = "ready" if ready and redis == "ok" else "degraded" if ready else "not ready"
    return JsonResponse({"status": state, "database": database, "redis": redis}, status=200 if ready else 503)


def _database() -> str:
    """`ok`, `away`, or `migrations missing`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok" if _migrations_are_applied() else "migrations missing"
    except DatabaseError:
        return "away"


def _migrations_are_applied() -> bool:
    if not _migrated.is_set():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.set()
    return True


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' figures, for this machine or with the token of `METRICS_TOKEN`; a 404 for anybody else.

    A request that came through a reverse proxy on this machine also has a loopback address, but
    it carries `X-Forwarded-For`; such a request needs the token.
    """
    if not _may_read_metrics(request):
        raise Http404
    response = ExportToDjangoView(request)
    response.write(_waiting())
    return response


def _waiting() -> bytes:
    """What waits for a worker in the tables, and how long the oldest of it already does.

    Read at the time of asking, so that a stopped worker shows even when nothing else tells of it.
    """
    registry = CollectorRegistry()
    count = Gauge("credit_waiting", "Rows that wait for a worker.", ["what"], registry=registry)
    age = Gauge("credit_waiting_seconds", "Age of the oldest row that waits.", ["what"], registry=registry)
    now = timezone.now()
    for what, (rows, since) in {
        "rating": (RatingRequest.objects.all(), "requested_at"),
        "delivery": (Delivery.objects.waiting(), "next_attempt_at"),
        "confirmation": (Confirmation.objects.waiting(), "effect__begun_at"),
        "letter": (Letter.objects.filter(document=None), "issued_at"),
        "submission": (Submission.objects.filter(state__in=Submission.IN_WORK), "uploaded_at"),
        "rules": (RulesTurn.objects.filter(done_at=None), "asked_at"),
        "change": (sharing.changes_untold(), "at"),
        "message": (sharing.messages_waiting(), "created_at"),
    }.items():
        found = rows.aggregate(count=Count("pk"), oldest=Min(since))
        count.labels(what).set(found["count"])
        age.labels(what).set(max((now - found["oldest"]).total_seconds(), 0) if found["oldest"] else 0)
    differing = Gauge(
        "credit_publicity_differences",
        "Records that are public otherwise than they may be, by the last daily comparison.",
        ["kind"],
        registry=registry,
    )
    for kind, _label, rows_open in proof.difference_counts():
        differing.labels(kind).set(rows_open)
    return generate_latest(registry)


def _may_read_metrics(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and secrets.compare_digest(given.encode(), token.encode()):
        return True
    return request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers
