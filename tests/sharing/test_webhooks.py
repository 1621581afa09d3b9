"""Changes reach the systems of bodies: signed, tried for days, never lost, never sent where they must not go."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from credit_platform.audit.models import AccessEntry, AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import Notice
from entities.sharing import outbound, signing
from entities.sharing.models import WatchList, Webhook, WebhookMessage
from entities.sharing.services import successions, watching, webhooks
from entities.sharing.services.watching import ListDraft
from tests.factories import BodyFactory, EntityFactory, MemberFactory, RecordFactory, RecordTypeFactory

pytestmark = pytest.mark.django_db(transaction=True)


class Receiver(BaseHTTPRequestHandler):
    """A body's system: answers as it is told to and remembers what came."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.came.append((dict(self.headers.items()), body))
        status, headers = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Quiet."""


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
def url(receiver) -> str:
    return f"http://127.0.0.1:{receiver.server_port}/changes"


@pytest.fixture
def body():
    return BodyFactory()


@pytest.fixture
def keeper(body):
    return MemberFactory(body=body, role="supervisor")


@pytest.fixture
def entity():
    return EntityFactory()


@pytest.fixture
def watch_list(keeper, body, entity):
    draft = ListDraft(name="Kitchens", kind="picked")
    return watching.begin_list(by=keeper, body=body, draft=draft, credit_codes=[entity.credit_code])[0]


@pytest.fixture
def webhook(keeper, body, watch_list, url):
    return webhooks.add_webhook(by=keeper, body=body, url=url)


def everything_due() -> None:
    WebhookMessage.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())


def signed_by(secret: str, headers: dict, body: bytes) -> bool:
    """As a receiver checks it, from the published description alone."""
    headers = {name.lower(): value for name, value in headers.items()}
    meant = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, meant, hashlib.sha256).digest()).decode()
    return expected in headers["webhook-signature"].split(" ")


def test_a_change_reaches_the_receiver_signed_and_without_content(webhook, receiver, entity):
    record = RecordFactory(
        entity=entity, title="机密", record_type=RecordTypeFactory(version__disclosure="shared")
    )
    RecordFactory()
    assert webhooks.write_messages() == 1
    assert webhooks.deliver_waiting() == 1
    ((headers, sent),) = receiver.came
    assert signed_by(signing.secret_of(webhook), headers, sent)
    said = json.loads(sent)
    (change,) = said["data"]["changes"]
    assert (change["kind"], change["entity"], change["record"]) == (
        "published",
        entity.credit_code,
        record.pk,
    )
    assert "机密" not in sent.decode()
    message = WebhookMessage.objects.get()
    assert (message.state, message.last_status, message.attempts) == ("delivered", 204, 1)


def test_what_was_sent_of_a_shared_record_is_in_the_access_log(webhook, entity, body):
    record = RecordFactory(entity=entity, record_type=RecordTypeFactory(version__disclosure="shared"))
    webhooks.write_messages()
    look = AccessEntry.objects.get()
    assert (look.way, look.body_id, look.record_ids, look.actor) == ("webhook", body.pk, [record.pk], None)


def test_asked_again_nothing_is_written_or_sent_twice(webhook, receiver, entity):
    RecordFactory(entity=entity)
    for _ in range(3):
        webhooks.write_messages()
        webhooks.deliver_waiting()
    assert len(receiver.came) == 1


def test_many_changes_are_several_messages_without_a_gap(webhook, receiver, entity, monkeypatch):
    monkeypatch.setattr(webhooks, "CHANGES_IN_A_MESSAGE", 2)
    made = [RecordFactory(entity=entity).pk for _ in range(5)]
    assert webhooks.write_messages() == 3
    webhooks.deliver_waiting()
    told = [
        change["record"] for _headers, sent in receiver.came for change in json.loads(sent)["data"]["changes"]
    ]
    assert sorted(told) == made


@pytest.mark.parametrize("status", [301, 302, 400, 404, 429, 500, 503])
def test_an_answer_that_says_no_is_tried_again_later(webhook, receiver, entity, status):
    receiver.answer = (status, {"Location": "http://127.0.0.1:1/"})
    RecordFactory(entity=entity)
    webhooks.write_messages()
    assert webhooks.deliver_waiting() == 0
    message = WebhookMessage.objects.get()
    assert (message.state, message.last_status) == ("waiting", status)
    assert message.next_attempt_at > timezone.now()
    receiver.answer = (200, {})
    everything_due()
    assert webhooks.deliver_waiting() == 1
    first, second = (headers["webhook-id"] for headers, _sent in receiver.came)
    assert first == second


def test_a_receiver_that_cannot_be_reached_is_tried_for_more_than_three_days_and_then_given_up(
    webhook, receiver, entity, body
):
    receiver.shutdown()
    receiver.server_close()
    RecordFactory(entity=entity)
    webhooks.write_messages()
    message, waited = WebhookMessage.objects.get(), timedelta()
    while message.state == "waiting":
        everything_due()
        before = timezone.now()
        assert webhooks.deliver_waiting(limit=1) == 0
        message.refresh_from_db()
        if message.next_attempt_at:
            waited += message.next_attempt_at - before
    assert message.attempts == 10
    assert waited > timedelta(days=3)
    assert (message.state, message.last_status) == ("given_up", None)
    assert "ConnectError" in message.last_error
    assert Notice.objects.get(kind="sharing.message-given-up").body == body


def test_a_message_given_up_is_sent_again_by_a_button(client, webhook, receiver, entity, keeper):
    receiver.answer = (410, {})
    RecordFactory(entity=entity)
    webhooks.write_messages()
    webhooks.deliver_waiting()
    message = WebhookMessage.objects.get()
    assert message.state == "given_up"
    client.force_login(keeper)
    page = client.get(f"/receivers/{webhook.pk}/?show=given-up").content.decode()
    assert f"/receivers/{webhook.pk}/messages/{message.key}/again/" in page
    receiver.answer = (200, {})
    client.post(f"/receivers/{webhook.pk}/messages/{message.key}/again/")
    assert webhooks.deliver_waiting() == 1
    with pytest.raises(WrongState):
        webhooks.send_again(by=keeper, key=message.key)


def test_a_receiver_that_answers_byte_by_byte_holds_nobody(webhook, entity, monkeypatch):
    monkeypatch.setattr(outbound, "DEADLINE", 0.5)
    RecordFactory(entity=entity)
    webhooks.write_messages()
    with socket.create_server(("127.0.0.1", 0)) as slow:
        Webhook.objects.update(url=f"http://127.0.0.1:{slow.getsockname()[1]}/")
        stopped = threading.Event()

        def drip():
            connection, _address = slow.accept()
            with connection, suppress(OSError):
                while not stopped.wait(0.05):
                    connection.sendall(b"H")

        thread = threading.Thread(target=drip)
        thread.start()
        assert webhooks.deliver_waiting() == 0
        stopped.set()
        thread.join()
    assert "No answer within" in WebhookMessage.objects.get().last_error


def test_a_receiver_that_is_away_costs_one_try_a_run(webhook, receiver, entity, monkeypatch):
    monkeypatch.setattr(webhooks, "CHANGES_IN_A_MESSAGE", 1)
    for _number in range(3):
        RecordFactory(entity=entity)
    assert webhooks.write_messages() == 3
    receiver.answer = (503, {})
    assert webhooks.deliver_waiting() == 0
    assert len(receiver.came) == 1


def test_nothing_is_sent_to_a_body_that_is_gone(webhook, receiver, entity, body):
    RecordFactory(entity=entity)
    webhooks.write_messages()
    RecordFactory(entity=entity)
    body.is_active, body.successor = False, BodyFactory()
    body.save()
    assert (webhooks.write_messages(), webhooks.deliver_waiting()) == (0, 0)
    assert receiver.came == []


def test_a_receiver_ends_with_its_body_and_the_successor_hears_of_it(webhook, body):
    heir = BodyFactory()
    body.is_active, body.successor = False, heir
    body.save()
    assert successions.pass_on() == 2
    webhook.refresh_from_db()
    assert webhook.removed_at
    notice = Notice.objects.get(kind="sharing.receiver-ended")
    assert (notice.body, notice.params["url"]) == (heir, webhook.url)
    assert AuditEvent.objects.filter(verb="sharing.webhook.removed", actor=None).exists()


def test_a_worker_killed_while_it_sends_leaves_the_message_for_the_next(
    webhook, receiver, entity, monkeypatch
):
    RecordFactory(entity=entity)
    webhooks.write_messages()

    def die(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(outbound, "post", die)
        with pytest.raises(KeyboardInterrupt):
            webhooks.deliver_waiting()
    assert webhooks.deliver_waiting() == 0
    everything_due()
    assert webhooks.deliver_waiting() == 1


def test_for_a_day_after_a_change_of_secret_both_sign(webhook, receiver, entity, keeper):
    old = signing.secret_of(webhook)
    webhook = webhooks.change_secret(by=keeper, webhook_id=webhook.pk)
    new = signing.secret_of(webhook)
    assert new != old
    RecordFactory(entity=entity)
    webhooks.write_messages()
    webhooks.deliver_waiting()
    ((headers, sent),) = receiver.came
    assert signed_by(old, headers, sent)
    assert signed_by(new, headers, sent)
    assert signing.secrets_of(webhook, timezone.now() + timedelta(days=2)) == [new]


def test_no_secret_stands_in_the_database(webhook):
    secret = signing.secret_of(webhook)
    assert all(secret not in str(value) for value in Webhook.objects.values_list().get())


def test_paused_means_later_and_removed_means_never(webhook, receiver, entity, keeper):
    webhooks.pause(by=keeper, webhook_id=webhook.pk)
    RecordFactory(entity=entity)
    assert (webhooks.write_messages(), webhooks.deliver_waiting()) == (0, 0)
    webhooks.resume(by=keeper, webhook_id=webhook.pk)
    assert (webhooks.write_messages(), webhooks.deliver_waiting()) == (1, 1)
    RecordFactory(entity=entity)
    webhooks.write_messages()
    webhooks.remove(by=keeper, webhook_id=webhook.pk)
    assert webhooks.deliver_waiting() == 0


def test_who_says_where_changes_go_is_a_supervisor(body, watch_list, url):
    clerk = MemberFactory(body=body)
    with pytest.raises(NotPermitted):
        webhooks.add_webhook(by=clerk, body=body, url=url)
    assert not Webhook.objects.exists()


def test_nobody_touches_the_receiver_of_another_body(webhook):
    stranger = MemberFactory(role="supervisor")
    for act in (webhooks.pause, webhooks.resume, webhooks.remove, webhooks.change_secret):
        with pytest.raises(Missing):
            act(by=stranger, webhook_id=webhook.pk)
    assert not AuditEvent.objects.filter(actor=stranger).exists()


def test_a_receiver_takes_no_list_of_another_body(keeper, body, url, receiver):
    other = WatchList.objects.create(body=BodyFactory(), name="theirs", kind="picked", created_by=keeper)
    with pytest.raises(InvalidInput) as refusal:
        webhooks.add_webhook(by=keeper, body=body, url=url, watch_list=other)
    assert "watch_list" in refusal.value.problems


# Where nothing is sent


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.1.2.3/", "https://192.168.1.1/",
        "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data/", "https://0.0.0.0/", "https://[fd00::1]/",
        "https://[fe80::1]/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/",
        "https://100.64.0.1/", "https://224.0.0.1/", "https://2130706433/", "https://0x7f.1/",
    ],
)  # fmt: skip
def test_a_private_address_is_refused_in_every_spelling(address):
    with pytest.raises(outbound.Refused):
        outbound.check(address)


@pytest.mark.parametrize(
    "address",
    ["ftp://example.org/", "file:///etc/passwd", "https://", "https://user:word@93.184.216.34/", "nonsense"],
)
def test_what_is_no_web_address_is_refused(address):
    with pytest.raises(outbound.Refused):
        outbound.check(address)


def test_outside_of_the_own_network_only_https_is_sent_to():
    assert outbound.check("https://93.184.216.34/")
    with pytest.raises(outbound.Refused, match="https"):
        outbound.check("http://93.184.216.34/")


def test_an_address_that_has_become_private_since_is_not_sent_to(webhook, receiver, entity, settings):
    RecordFactory(entity=entity)
    webhooks.write_messages()
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    assert webhooks.deliver_waiting() == 0
    assert "private network" in WebhookMessage.objects.get().last_error
    assert receiver.came == []


def test_the_form_says_why_an_address_is_refused(client, keeper, body):
    client.force_login(keeper)
    answer = client.post("/receivers/", {"body": body.pk, "url": "https://10.0.0.8/hook"})
    assert answer.status_code == 422
    assert "private network" in answer.content.decode()


def test_the_page_of_a_receiver_shows_its_secret_to_its_keepers_only(client, webhook, keeper, body):
    client.force_login(keeper)
    assert signing.secret_of(webhook) in client.get(f"/receivers/{webhook.pk}/").content.decode()
    for stranger in (MemberFactory(body=body), MemberFactory(role="supervisor")):
        client.force_login(stranger)
        assert client.get(f"/receivers/{webhook.pk}/").status_code == 404
