"""The systems of bodies confirm by taking a signed message; one that is away holds nothing up and nothing is lost."""

import json
import threading
from datetime import timedelta
from http.server import HTTPServer

import pytest
from django.db import connection
from django.utils import timezone

from credit_platform.common.errors import NotPermitted
from entities.models import CreditRecord, Notice
from entities.sharing import outbound, signing
from entities.sharing.models import WebhookMessage
from entities.sharing.services import webhooks
from entities.systems.services import connect_system
from evaluation.models import RatingRequest
from repair.proof import services, tasks
from repair.proof.models import Confirmation
from tests.factories import MemberFactory
from tests.sharing.test_webhooks import Receiver, signed_by
from tests.workers import running_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.came, server.answer = [], (204, {})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def keeper(tax, follow):
    return follow(tax)


@pytest.fixture
def webhook(keeper, tax, receiver):
    url = f"http://127.0.0.1:{receiver.server_port}/changes"
    return webhooks.add_webhook(by=keeper, body=tax, url=url)


def of_receiver(effect) -> Confirmation:
    return effect.confirmations.select_related("message").get(kind="receiver")


def everything_due() -> None:
    WebhookMessage.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())


def settle_own_places() -> None:
    RatingRequest.objects.all().delete()
    Confirmation.objects.filter(next_look_at__isnull=False).update(next_look_at=timezone.now())
    services.look_at_own_places()


def test_a_receiver_confirms_by_taking_the_signed_message(grant, case, webhook, receiver):
    effect = grant()
    assert webhooks.deliver_waiting() == 1
    ((headers, sent),) = receiver.came
    assert signed_by(signing.secret_of(webhook), headers, sent)
    message = json.loads(sent)
    assert message["type"] == "record.gone"
    assert message["data"]["record"] == case.record_id
    assert message["data"]["how"] == "repaired"
    assert case.record.title not in sent.decode()
    assert services.take_receipts() == 1
    row = of_receiver(effect)
    assert (row.state, row.how) == ("confirmed", "receiver")
    assert row.settled_at == row.message.delivered_at


def test_a_receiver_that_cannot_be_reached_during_a_grant_is_told_once_it_is_back(
    grant, case, webhook, receiver
):
    receiver.answer = (503, {})
    effect = grant()
    case.record.refresh_from_db()
    assert case.record.status == CreditRecord.Status.REPAIRED
    assert webhooks.deliver_waiting() == 0
    settle_own_places()
    assert services.take_receipts() == 0
    effect.refresh_from_db()
    assert effect.closed_at is None
    assert "not reached yet" in str(_sites(effect))
    receiver.answer = (204, {})
    everything_due()
    webhooks.deliver_waiting()
    assert services.take_receipts() == 1
    effect.refresh_from_db()
    assert effect.closed_at is not None


def _sites(effect):
    from repair.proof.selectors import proof_of

    reader = MemberFactory(body=effect.case.deciding_body, role="supervisor")
    return proof_of(user=reader, case=effect.case).sites


def test_one_that_is_away_for_days_is_given_up_its_body_reminded_and_may_confirm_by_hand(
    grant, webhook, receiver, keeper, tax
):
    receiver.answer = (500, {})
    effect = grant()
    for _try in range(len(webhooks.WAITS) + 1):
        everything_due()
        webhooks.deliver_waiting()
    assert of_receiver(effect).message.given_up_at
    assert services.remind(now=timezone.now() + timedelta(days=1, minutes=1)) == 1
    assert Notice.objects.filter(body=tax, kind="proof.reminded").exists()
    services.confirm(by=keeper, key=of_receiver(effect).pk)
    assert of_receiver(effect).how == "person"


def test_a_worker_killed_between_the_decision_and_the_message_loses_nothing(
    grant, webhook, receiver, monkeypatch
):
    effect = grant()

    def die(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(outbound, "post", die)
        with pytest.raises(KeyboardInterrupt):
            webhooks.deliver_waiting()
    assert of_receiver(effect).state == "waiting"
    everything_due()
    webhooks.deliver_waiting()
    services.take_receipts()
    assert of_receiver(effect).state == "confirmed"
    assert len(receiver.came) == 1


def test_a_worker_killed_between_receipt_and_confirmation_takes_it_the_next_time(
    grant, webhook, receiver, monkeypatch
):
    effect = grant()
    webhooks.deliver_waiting()

    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(services, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            services.take_receipts()
    assert of_receiver(effect).state == "waiting"
    assert services.take_receipts() == 1


def test_taken_twice_a_receipt_is_one_confirmation(grant, case, webhook, receiver):
    grant()
    webhooks.deliver_waiting()
    settle_own_places()
    assert [services.take_receipts() for _again in range(2)] == [1, 0]
    tasks.confirm_waiting()
    assert case.steps.filter(action="closed").count() == 1


@pytest.mark.integration
def test_a_worker_that_is_killed_with_the_task_in_hand_leaves_it_to_the_next(grant):
    effect = grant()
    RatingRequest.objects.all().delete()
    with running_worker() as worker:
        Confirmation.objects.filter(next_look_at__isnull=False).update(next_look_at=timezone.now())
        tasks.confirm_waiting.delay()
        worker.kill()
        worker.wait()
    Confirmation.objects.filter(next_look_at__isnull=False).update(next_look_at=timezone.now())
    tasks.confirm_waiting()
    assert not effect.confirmations.waiting().exists()
    connection.close()


def test_a_system_that_only_reads_lists_and_confirms_what_it_kept(client, grant, keeper, tax):
    made = connect_system(by=keeper, body=tax, name="archive", scopes=["records:read"])
    effect = grant()
    answer = client.post(
        "/o/token/",
        {"grant_type": "client_credentials", "client_id": made.client_id, "client_secret": made.secret},
    )
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {answer.json()['access_token']}"}
    (row,) = client.get("/api/v1/confirmations/", **bearer).json()["results"]
    assert row["document_number"] == effect.record.document_number
    done = client.post(f"/api/v1/confirmations/{row['key']}/confirm/", **bearer)
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    assert effect.confirmations.get(body=tax).how == "system"
    assert client.get("/api/v1/confirmations/", **bearer).json()["results"] == []


def test_nobody_confirms_through_the_interface_for_another_body(client, grant, keeper, tax, supervisor):
    row = grant().confirmations.get(body=tax)
    client.force_login(supervisor)
    assert client.post(f"/api/v1/confirmations/{row.pk}/confirm/").status_code == NotPermitted.http_status
    client.force_login(MemberFactory())
    assert client.post(f"/api/v1/confirmations/{row.pk}/confirm/").status_code == 404
