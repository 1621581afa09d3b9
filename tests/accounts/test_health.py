"""What machines ask of the platform."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection, utils
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from credit_platform import health
from entities.sharing.models import Change, WatchList, Webhook, WebhookMessage
from evaluation.models import RatingRequest
from tests.factories import BodyFactory, EntityFactory, RecordFactory, UserFactory


def test_the_process_says_that_it_is_alive_without_looking_at_the_database(client):
    assert client.get("/healthz").json() == {"status": "alive"}


def test_ready_means_database_migrations_and_redis(client, db):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": "ok", "redis": "ok"}


def test_without_redis_the_platform_is_degraded_but_takes_visitors(client, db, redis_away):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "database": "ok", "redis": "away"}
    assert client.get(reverse("account_login")).status_code == 200


def test_without_the_database_no_visitor_may_come(client, db):
    def away():
        raise utils.OperationalError("gone")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "cursor", away)
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "away"


def test_missing_migrations_are_seen(client, db):
    health._migrated.clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'repair'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "database": "migrations missing", "redis": "ok"}


def test_figures_are_for_this_machine(client, db):
    assert b"django_http_requests_total_by_method_total" in client.get("/metrics").content


@pytest.mark.parametrize(
    "headers",
    [{"REMOTE_ADDR": "10.0.0.9"}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.9"}],
    ids=["from elsewhere", "through a proxy on this machine"],
)
def test_figures_are_for_nobody_else_without_the_token(client, db, headers):
    assert client.get("/metrics", **headers).status_code == 404
    with override_settings(METRICS_TOKEN="a long token"):
        assert client.get("/metrics", **headers).status_code == 404
        assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer another", **headers).status_code == 404
        assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer a long token", **headers).status_code == 200


def test_what_waits_for_a_worker_is_counted_with_its_age(client, db):
    RatingRequest.objects.create(entity=EntityFactory(), requested_at=timezone.now() - timedelta(seconds=90))
    figures = client.get("/metrics").content.decode()
    assert 'credit_waiting{what="rating"} 1.0' in figures
    assert 'credit_waiting{what="submission"} 0.0' in figures
    age = float(re.search(r'credit_waiting_seconds{what="rating"} (\S+)', figures)[1])
    assert 89 < age < 300


def _figure(client, what: str) -> float:
    figures = client.get("/metrics").content.decode()
    return float(re.search(rf'credit_waiting{{what="{what}"}} (\S+)', figures)[1])


def test_changes_wait_until_the_slowest_of_those_that_are_told_at_once_has_heard_of_them(client, db):
    RecordFactory()
    follower = WatchList.objects.create(
        body=BodyFactory(), name="Kitchens", kind="picked", created_by=UserFactory()
    )
    assert _figure(client, "change") == Change.objects.count() > 0
    newest = Change.objects.latest("transaction_id", "id")
    WatchList.objects.update(urgent_transaction=newest.transaction_id, urgent_change=newest.pk)
    assert _figure(client, "change") == 0
    RecordFactory()
    assert _figure(client, "change") == 1
    WatchList.objects.filter(pk=follower.pk).update(urgent=False)
    assert _figure(client, "change") == 0


def test_messages_to_receivers_wait_until_they_are_taken_or_given_up(client, db):
    webhook = Webhook.objects.create(body=BodyFactory(), url="https://example.org/", created_by=UserFactory())
    message = WebhookMessage.objects.create(webhook=webhook, body="{}", next_attempt_at=timezone.now())
    assert _figure(client, "message") == 1
    for update in ({"delivered_at": timezone.now()}, {"delivered_at": None, "given_up_at": timezone.now()}):
        WebhookMessage.objects.filter(pk=message.pk).update(**update)
        assert _figure(client, "message") == 0


def test_an_empty_token_opens_nothing(client, db):
    with override_settings(METRICS_TOKEN=""):
        assert client.get("/metrics", REMOTE_ADDR="10.0.0.9", HTTP_AUTHORIZATION="Bearer ").status_code == 404


def test_the_cache_goes_on_in_memory_while_redis_is_away_and_comes_back(redis_away):
    cache.set("a", 1)
    assert cache.get("a") == 1
    assert cache.add("a", 2) is False
    cache.set("n", 1)
    assert cache.incr("n") == 2
    redis_away.comes_back()
    assert cache.get("a") is None
    cache.set("a", 3)
    assert cache.get("a") == 3
