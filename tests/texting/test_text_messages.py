"""Who asked for it and confirmed a number hears of what is urgent on the telephone: each text once, however often tried."""

import base64
import json
from datetime import timedelta
from http.server import HTTPServer
from threading import Thread
from unittest import mock

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, WrongState
from credit_platform.common.outgoing import NotSent
from entities.models import Delivery, Notice
from entities.services import feedback
from entities.sharing import signing
from entities.texting import numbers, selectors, services
from entities.texting.backends import FileBackend, HttpBackend, MemoryBackend, Text
from entities.texting.channel import code_of
from entities.texting.models import TextNumber
from tests.factories import AgentFactory, EntityFactory, UserFactory
from tests.sharing.test_webhooks import Receiver

pytestmark = pytest.mark.django_db
feedback.register_notice("tests.urgent", "Something waits for you: %(words)s", urgent=True)
feedback.register_notice("tests.quiet", "You may like to know: %(words)s")
PHONE = "138 0013 8000"
SECRET = "whsec_" + base64.b64encode(b"a secret of the gateway alone").decode()


@pytest.fixture(autouse=True)
def sent():
    MemoryBackend.sent.clear()
    yield MemoryBackend.sent
    MemoryBackend.sent.clear()


def texts() -> list[tuple[str, str]]:
    return [(text.number, text.words) for text in MemoryBackend.sent.values()]


def with_number(user=None, phone=PHONE):
    user = user or UserFactory(language="en")
    number = services.give_number(by=user, typed=phone)
    services.confirm_number(by=user, code=code_of(number))
    Delivery.objects.all().delete()
    return user


def tell(kind="tests.urgent", words="a case", **receiver) -> Notice:
    return feedback.notify(kind=kind, params={"words": words}, **receiver)


# Numbers


@pytest.mark.parametrize(
    ("typed", "plain", "shown"),
    [
        ("138 0013 8000", "+8613800138000", "138****8000"),
        ("+86 138-0013-8000", "+8613800138000", "138****8000"),
        ("008613800138000", "+8613800138000", "138****8000"),
        ("+852 6123 4567", "+85261234567", "+852****4567"),
        ("+49 (151) 234.567.89", "+4915123456789", "+491****6789"),
        ("+1234567 8", "+12345678", "+1****78"),
    ],
)
def test_a_number_is_read_as_people_type_it_and_shown_masked(typed, plain, shown):
    assert (numbers.parsed(typed), numbers.masked(plain)) == (plain, shown)


@pytest.mark.parametrize(
    "typed", ["", "010 6512 3456", "12800138000", "1380013800", "+86 010 65123456", "+86128001380001"]
)
def test_what_is_no_mobile_number_is_refused_at_its_field(typed):
    with pytest.raises(InvalidInput) as refusal:
        numbers.parsed(typed)
    assert set(refusal.value.problems) == {"number"}


# Confirming


def test_before_the_code_has_come_back_nothing_but_the_code_goes_there():
    user = UserFactory(language="en")
    number = services.give_number(by=user, typed=PHONE)
    tell(user=user)
    feedback.deliver_waiting()
    assert len(texts()) == 1
    assert texts()[0][0] == "+8613800138000"
    assert code_of(number) in texts()[0][1]
    assert [code_of(number) in message.body for message in mail.outbox] == [False, False]


def test_the_code_stands_in_no_inbox_where_whoever_sits_at_the_screen_would_read_it():
    number = services.give_number(by=UserFactory(language="en"), typed=PHONE)
    notice = Notice.objects.get()
    assert "138****8000" in notice.text
    assert code_of(number) not in notice.text + json.dumps(notice.params)


def test_with_the_code_the_number_is_confirmed_and_again_changes_nothing():
    user = with_number()
    assert services.confirm_number(by=user, code="whatever").confirmed_at
    assert AuditEvent.objects.filter(verb="texting.number.confirmed").count() == 1
    assert services.give_number(by=user, typed=PHONE).generation == 1


def test_five_wrong_codes_end_the_code_and_each_is_counted():
    user = UserFactory()
    number = services.give_number(by=user, typed=PHONE)
    wrong = f"{(int(code_of(number)) + 1) % 10**6:06}"
    for _try in range(5):
        with pytest.raises(InvalidInput, match="does not fit"):
            services.confirm_number(by=user, code=wrong)
    with pytest.raises(InvalidInput, match="is over"):
        services.confirm_number(by=user, code=code_of(number))
    assert AuditEvent.objects.filter(verb="texting.number.refused").count() == 5


def test_a_code_is_over_after_ten_minutes_and_is_not_sent_any_more():
    user = UserFactory()
    number = services.give_number(by=user, typed=PHONE)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        with pytest.raises(InvalidInput, match="is over"):
            services.confirm_number(by=user, code=code_of(number))
        feedback.deliver_waiting()
    assert texts() == []
    assert not Delivery.objects.filter(channel="text").exists()


def test_a_new_code_takes_the_place_of_the_one_before():
    user = UserFactory()
    old = code_of(services.give_number(by=user, typed=PHONE))
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        new = code_of(services.send_another_code(by=user))
        assert old != new
        with pytest.raises(InvalidInput):
            services.confirm_number(by=user, code=old)
        feedback.deliver_waiting()
        assert [new in words for _number, words in texts()] == [True]
        assert services.confirm_number(by=user, code=f" {new[:3]} {new[3:]} ").confirmed_at


def test_codes_are_sent_a_minute_apart_and_five_a_day():
    user, now = UserFactory(), timezone.now()
    with time_machine.travel(now, tick=False):
        services.give_number(by=user, typed=PHONE)
        with pytest.raises(InvalidInput, match="just now"):
            services.give_number(by=user, typed="13900139000")
    for minutes in range(2, 6):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            services.send_another_code(by=user)
    with (
        time_machine.travel(now + timedelta(hours=23), tick=False),
        pytest.raises(InvalidInput, match="5 codes"),
    ):
        services.send_another_code(by=user)
    with time_machine.travel(now + timedelta(days=1, minutes=6), tick=False):
        assert services.send_another_code(by=user).generation == 6


def test_another_number_ends_the_first_at_once():
    user = with_number()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        number = services.give_number(by=user, typed="13900139000")
        tell(user=user)
        feedback.deliver_waiting()
    assert (number.confirmed_at, [to for to, _words in texts()]) == (None, ["+8613900139000"])


# What is sent


def test_what_is_urgent_goes_to_the_telephone_in_its_owners_language_and_nothing_else_does():
    english, chinese = with_number(), with_number(UserFactory(language="zh-hans"), "139 0013 9000")
    for user in (english, chinese):
        tell(user=user, words={"zh": "案件", "en": "a case"})
        tell("tests.quiet", user=user)
    feedback.deliver_waiting()
    said = dict(texts())
    assert (
        said["+8613800138000"]
        == "[Credit supervision platform] Something waits for you: a case Sign in to read more."
    )
    assert "案件" in said["+8613900139000"]
    assert len(said) == len(texts()) == 2


def test_agents_who_confirmed_a_number_hear_of_their_entity_and_others_do_not():
    entity = EntityFactory()
    with_number(AgentFactory(entity=entity).user)
    with_number(AgentFactory(entity=entity, revoked_at=timezone.now()).user, "139 0013 9000")
    AgentFactory(entity=entity)
    tell(entity=entity)
    feedback.deliver_waiting()
    assert [to for to, _words in texts()] == ["+8613800138000"]


def test_a_text_is_short_and_holds_no_address_to_open(settings):
    settings.PLATFORM_URL, settings.SMS_SIGNATURE = "https://credit.example", "Yunting"
    user = with_number()
    feedback.notify(kind="tests.urgent", params={"words": "long\nwords " * 60}, url="/cases/1/", user=user)
    feedback.deliver_waiting()
    words = texts()[0][1]
    assert words.startswith("[Yunting] Something waits for you: long words")
    assert len(words) < 140
    assert "http" not in words


def test_two_accounts_with_one_telephone_get_one_text_for_one_notice():
    entity = EntityFactory()
    for _account in range(2):
        with_number(AgentFactory(entity=entity).user)
    tell(entity=entity)
    feedback.deliver_waiting()
    assert len(texts()) == 1


def test_a_gateway_that_is_away_delays_a_text_and_loses_none(monkeypatch):
    user = with_number()
    with monkeypatch.context() as away:
        away.setattr(MemoryBackend, "send", mock.Mock(side_effect=NotSent("nobody there")))
        tell(user=user)
        feedback.deliver_waiting()
    waiting = Delivery.objects.get(channel="text")
    assert (waiting.attempts, waiting.last_error) == (1, "NotSent: nobody there")
    assert selectors.own_number(user=user).held_up == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        feedback.deliver_waiting()
        feedback.deliver_waiting()
    assert len(texts()) == 1


def test_a_worker_that_dies_after_the_gateway_took_a_text_leads_to_no_second_one(monkeypatch):
    user = with_number()
    tell(user=user)
    keys = []
    send = MemoryBackend.send

    def send_and_die(self, text):
        keys.append(text.key)
        send(self, text)
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(MemoryBackend, "send", send_and_die)
        with pytest.raises(KeyboardInterrupt):
            feedback.deliver_waiting()
    assert Delivery.objects.filter(channel="text", delivered_at=None).count() == 1
    feedback.deliver_waiting()
    assert [*MemoryBackend.sent] == keys
    assert not Delivery.objects.filter(delivered_at=None).exists()


def test_who_ends_texts_gets_not_even_those_that_wait():
    user = with_number()
    tell(user=user)
    services.remove_number(by=user)
    services.remove_number(by=user)
    feedback.deliver_waiting()
    assert (texts(), TextNumber.objects.count()) == ([], 0)
    assert [message.to for message in mail.outbox] == [[user.email]]
    assert AuditEvent.objects.filter(verb="texting.number.removed").count() == 1


def test_the_number_stands_nowhere_in_the_database():
    user = with_number()
    tell(user=user)
    feedback.deliver_waiting()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {table} kept WHERE kept::text LIKE '%%13800138000%%'")
            assert cursor.fetchone() == (0,), table
    assert "13800138000" not in str(mail.outbox[0].message())


def test_a_platform_that_sends_no_texts_offers_none_and_sends_none(client, settings):
    user = with_number()
    settings.SMS_BACKEND = ""
    client.force_login(user)
    assert "sends no text messages" in client.get(reverse("texting:number")).content.decode()
    tell(user=user)
    feedback.deliver_waiting()
    assert not Delivery.objects.filter(channel="text").exists()
    with pytest.raises(WrongState):
        services.give_number(by=UserFactory(), typed=PHONE)


# What carries them


@pytest.fixture
def gateway(settings):
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.came, server.answer = [], (202, {})
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_SECRET = (
        f"http://127.0.0.1:{server.server_port}/texts",
        SECRET,
    )
    settings.SMS_BACKEND = "entities.texting.backends.HttpBackend"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_gateway_gets_each_text_signed_and_under_the_same_key_at_every_try(gateway):
    user = with_number()
    tell(user=user)
    gateway.answer = 503, {}
    feedback.deliver_waiting()
    assert Delivery.objects.get(channel="text").last_error == "NotSent: HTTP 503"
    gateway.answer = 202, {}
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        feedback.deliver_waiting()
    assert Delivery.objects.get(channel="text").delivered_at
    (first, _body), (headers, body) = [
        ({name.lower(): value for name, value in headers.items()}, body.decode())
        for headers, body in gateway.came
    ]
    said = json.loads(body)
    assert said["to"] == "+8613800138000"
    assert said["id"] == headers["webhook-id"] == headers["idempotency-key"] == first["idempotency-key"]
    signed = signing.signature(SECRET, said["id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == signed


def test_a_gateway_without_an_address_is_told_of_before_anybody_waits_for_a_code(settings):
    settings.SMS_BACKEND = "entities.texting.backends.HttpBackend"
    with pytest.raises(SystemCheckError, match="SMS_GATEWAY_URL"):
        call_command("check")
    settings.SMS_BACKEND = "entities.texting.backends.Nothing"
    with pytest.raises(SystemCheckError, match="Nothing"):
        call_command("check")
    settings.SMS_BACKEND = ""
    call_command("check")


def test_a_file_for_each_text_and_one_for_one_that_is_tried_twice(settings, tmp_path):
    settings.SMS_FILE_PATH = tmp_path / "texts"
    for _try in range(2):
        FileBackend().send(Text(key="k1", number="+8613800138000", words="你好"))
    (written,) = settings.SMS_FILE_PATH.iterdir()
    assert written.read_text(encoding="utf-8") == "+8613800138000\n\n你好\n"


def test_the_backend_for_a_gateway_says_what_it_lacks(settings):
    settings.SMS_GATEWAY_URL = "https://gateway.example"
    with pytest.raises(Exception, match="SMS_GATEWAY_SECRET"):
        HttpBackend()


# The page


def test_a_number_is_named_confirmed_and_forgotten_on_one_page(client):
    user = UserFactory(language="en")
    client.force_login(user)
    page = reverse("texting:number")
    refused = client.post(page, {"number": "5"})
    assert (refused.status_code, "eleven digits" in refused.content.decode()) == (422, True)
    assert client.post(page, {"number": PHONE}).status_code == 302
    assert "138****8000" in client.get(page).content.decode()
    too_soon = client.post(reverse("texting:code"))
    assert (too_soon.status_code, "Wait a minute" in too_soon.content.decode()) == (422, True)
    wrong = client.post(reverse("texting:confirm"), {"code": "nonsense"})
    assert (wrong.status_code, "does not fit" in wrong.content.decode()) == (422, True)
    assert client.post(reverse("texting:confirm"), {"code": ""}).status_code == 422
    code = code_of(TextNumber.objects.get())
    done = client.post(reverse("texting:confirm"), {"code": code}, follow=True)
    assert "Urgent notices go to this number" in done.content.decode()
    ended = client.post(reverse("texting:end"), follow=True)
    assert "the number is forgotten" in ended.content.decode()
    assert PHONE.replace(" ", "") not in ended.content.decode()
