"""What bodies, entities and persons have to hear: in the inbox, and by e-mail until it has arrived."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import Missing
from entities import selectors, tasks
from entities.models import Delivery, Notice
from entities.services import feedback
from tests.factories import AgentFactory, BodyFactory, EntityFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db
feedback.register_notice("tests.greeting", "%(body)s greets you: %(words)s")


def greet(**receiver) -> Notice:
    bureau = BodyFactory(name_zh="税务局", name_en="Tax Bureau")
    return feedback.notify(
        kind="tests.greeting",
        params={"body": feedback.both_names(bureau), "words": "hello"},
        url="/inbox/",
        **receiver,
    )


@pytest.fixture
def mail_is_down(monkeypatch):
    def refuse(message, *args, **kwargs):
        raise SMTPServerDisconnected("nobody there")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)


def test_a_notice_is_read_in_the_language_of_its_reader():
    notice = greet(user=UserFactory())
    assert notice.text == "Tax Bureau greets you: hello"
    with translation.override("zh-hans"):
        assert notice.text == "税务局 greets you: hello"


def test_a_kind_that_no_app_registered_is_a_mistake():
    with pytest.raises(KeyError):
        feedback.notify(kind="tests.unheard", params={}, user=UserFactory())


def test_a_notice_has_one_receiver():
    with pytest.raises(IntegrityError, match="a_notice_has_one_receiver"), transaction.atomic():
        greet(user=UserFactory(), body=BodyFactory())


def test_everyone_of_a_body_gets_the_e_mail_in_their_language():
    body = BodyFactory()
    one, other = MemberFactory(body=body, language="zh-hans"), MemberFactory(body=body, language="en")
    MemberFactory(body=body, is_active=False)
    MemberFactory(body=body, email="")
    MemberFactory()
    greet(body=body)
    assert feedback.deliver_waiting() == 2
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects == {one.email: "税务局 greets you: hello", other.email: "Tax Bureau greets you: hello"}
    assert "/inbox/" in mail.outbox[0].body


def test_the_agents_of_an_entity_get_the_e_mail_and_former_ones_do_not():
    entity = EntityFactory()
    agent = AgentFactory(entity=entity).user
    AgentFactory(entity=entity, revoked_at=timezone.now())
    greet(entity=entity)
    feedback.deliver_waiting()
    assert [message.to for message in mail.outbox] == [[agent.email]]


def test_somebody_with_two_roles_gets_one_e_mail():
    body = BodyFactory()
    MemberFactory(body=body).memberships.create(body=body, role="reviewer")
    greet(body=body)
    assert feedback.deliver_waiting() == 1


def test_what_was_delivered_is_not_sent_again():
    greet(user=UserFactory())
    assert (feedback.deliver_waiting(), feedback.deliver_waiting()) == (1, 0)


def test_a_mail_server_that_is_away_is_no_error_of_the_sender(mail_is_down):
    greet(user=UserFactory())
    assert feedback.deliver_waiting() == 0
    delivery = Delivery.objects.get()
    assert (delivery.delivered_at, delivery.attempts) == (None, 1)
    assert "nobody there" in delivery.last_error


def test_each_failure_doubles_the_wait_up_to_half_a_day(mail_is_down):
    greet(user=UserFactory())
    waits, now = [], timezone.now()
    for _attempt in range(13):
        with time_machine.travel(now, tick=False):
            feedback.deliver_waiting()
        due = Delivery.objects.get().next_attempt_at
        waits.append(due - now)
        now = due
    minutes = [wait // timedelta(minutes=1) for wait in waits]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720, 720, 720]


def test_one_address_that_fails_holds_up_no_other(monkeypatch):
    body = BodyFactory()
    bad, good = MemberFactory(body=body), MemberFactory(body=body)
    send = mail.EmailMessage.send

    def refuse_one(message, *args, **kwargs):
        if message.to == [bad.email]:
            raise SMTPServerDisconnected("mailbox full")
        return send(message, *args, **kwargs)

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse_one)
    greet(body=body)
    assert feedback.deliver_waiting() == 1
    assert mail.outbox[0].to == [good.email]


def test_a_notice_that_was_noted_on_the_platform_is_not_sent_any_more(mail_is_down):
    person = UserFactory()
    notice = greet(user=person)
    feedback.deliver_waiting()
    feedback.acknowledge(by=person, notice_id=notice.pk)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        feedback.deliver_waiting()
    assert Delivery.objects.get().attempts == 1


def test_the_inbox_says_to_whom_mail_does_not_get_through_that_all_of_it_stands_there(client, mail_is_down):
    person = UserFactory(language="en")
    client.force_login(person)
    greet(user=person)
    assert "E-mail does not get through" not in client.get("/inbox/").content.decode()
    feedback.deliver_waiting()
    assert "1 message to you" in client.get("/inbox/").content.decode()
    client.force_login(UserFactory())
    assert "E-mail does not get through" not in client.get("/inbox/").content.decode()


def test_what_was_noted_is_not_counted_among_what_waits(mail_is_down):
    person = UserFactory()
    notice = greet(user=person)
    feedback.deliver_waiting()
    assert selectors.held_up_mail(user=person).count == Delivery.objects.waiting().count() == 1
    feedback.acknowledge(by=person, notice_id=notice.pk)
    assert selectors.held_up_mail(user=person) is None
    assert not Delivery.objects.waiting().exists()


def test_a_line_break_in_a_title_breaks_no_e_mail():
    feedback.notify(kind="tests.greeting", params={"body": "x", "words": "two\nlines"}, user=UserFactory())
    assert feedback.deliver_waiting() == 1
    assert mail.outbox[0].subject == "x greets you: two lines"


def test_the_task_delivers():
    greet(user=UserFactory())
    tasks.deliver_feedback()
    assert len(mail.outbox) == 1


def test_the_first_of_a_body_to_note_a_notice_does_so_for_all():
    body = BodyFactory()
    one, other = MemberFactory(body=body), MemberFactory(body=body)
    notice = greet(body=body)
    feedback.acknowledge(by=one, notice_id=notice.pk)
    assert feedback.acknowledge(by=other, notice_id=notice.pk).acknowledged_by == one
    assert AuditEvent.objects.filter(verb="entities.notice.acknowledged").count() == 1


def test_nobody_notes_what_was_written_to_somebody_else():
    notice = greet(user=UserFactory())
    with pytest.raises(Missing):
        feedback.acknowledge(by=UserFactory(), notice_id=notice.pk)


def test_many_entities_are_told_in_the_same_queries_as_one(query_budget):
    def tell(count):
        entities = [AgentFactory().entity for _each in range(count)]
        params = {"body": "x", "words": "hello"}
        with query_budget("tell many entities"):
            feedback.notify_entities(kind="tests.greeting", notices=[(e.pk, params, "") for e in entities])

    tell(2)
    tell(6)
    assert Delivery.objects.count() == 8


def test_a_link_in_an_e_mail_leads_to_the_platform_from_anywhere(settings):
    settings.PLATFORM_URL = "https://credit.example"
    greet(user=UserFactory(email="reader@people.example"))
    feedback.deliver_waiting()
    assert "https://credit.example/inbox/" in mail.outbox[0].body
