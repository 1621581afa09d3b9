"""How much waits is counted once in a while, and anew as soon as the reader has done something."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import RequestFactory
from django.utils import timezone

from credit_platform.ui import navigation, waiting
from credit_platform.ui.middleware import CountsAfterActs
from entities.models import Notice
from tests.factories import BodyFactory, MemberFactory


@pytest.fixture(autouse=True)
def _kept(settings):
    settings.BAR_COUNTS_KEPT = 20


@pytest.fixture
def reader():
    return SimpleNamespace(pk=uuid4().hex, is_authenticated=True)


class Desk:
    """Counts how often it is counted."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, user) -> int:
        self.asked += 1
        return self.asked


def asked_by(reader, method: str) -> None:
    request = RequestFactory().generic(method, "/")
    request.user = reader
    CountsAfterActs(lambda request: None)(request)


def test_a_count_is_kept_for_its_reader_alone(reader):
    desk = Desk()
    assert [waiting.counts_of(reader, "desk", {"a": desk}) for _page in range(3)] == [{"a": 1}] * 3
    other = SimpleNamespace(pk=uuid4().hex, is_authenticated=True)
    assert waiting.counts_of(other, "desk", {"a": desk}) == {"a": 2}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_after_an_act_it_is_counted_anew(reader, method):
    desk = Desk()
    waiting.counts_of(reader, "desk", {"a": desk})
    asked_by(reader, method)
    assert waiting.counts_of(reader, "desk", {"a": desk}) == {"a": 2}


def test_reading_a_page_is_no_act(reader):
    desk = Desk()
    waiting.counts_of(reader, "desk", {"a": desk})
    asked_by(reader, "GET")
    assert waiting.counts_of(reader, "desk", {"a": desk}) == {"a": 1}


def test_what_another_page_counted_while_the_act_ran_is_not_taken(reader):
    desk = Desk()
    act = RequestFactory().post("/")
    act.user = reader
    CountsAfterActs(lambda request: waiting.counts_of(reader, "desk", {"a": desk}))(act)
    assert waiting.counts_of(reader, "desk", {"a": desk}) == {"a": 2}


def test_an_act_that_breaks_down_is_an_act(reader):
    desk = Desk()
    waiting.counts_of(reader, "desk", {"a": desk})
    act = RequestFactory().post("/")
    act.user = reader
    with pytest.raises(ZeroDivisionError):
        CountsAfterActs(lambda request: 1 / 0)(act)
    assert waiting.counts_of(reader, "desk", {"a": desk}) == {"a": 2}


def test_what_came_into_the_bar_since_is_counted_with_the_rest(reader):
    desk = Desk()
    waiting.counts_of(reader, "desk", {"a": desk})
    assert waiting.counts_of(reader, "desk", {"a": desk, "b": desk}) == {"a": 2, "b": 3}


def test_whoever_is_not_signed_in_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr(cache, "set", lambda *args, **kwargs: pytest.fail("something was kept"))
    assert waiting.counts_of(SimpleNamespace(is_authenticated=False), "portal", {"a": lambda user: 3}) == {
        "a": 3
    }
    asked_by(SimpleNamespace(is_authenticated=False), "POST")


@pytest.mark.django_db
def test_whoever_takes_note_of_a_notice_sees_at_once_how_many_are_left(client):
    body = BodyFactory()
    notice = Notice.objects.create(kind="test", template="Hello.", body=body)
    client.force_login(MemberFactory(body=body))

    def told() -> int:
        page = client.get("/inbox/")
        return next(entry.count for entry in page.context["desk_nav"] if entry.url == "/inbox/")

    assert told() == 1
    for _times in range(2):
        Notice.objects.create(kind="test", template="Another.", body=body)
    assert told() == 1
    client.post(f"/inbox/{notice.pk}/acknowledge/")
    assert Notice.objects.filter(acknowledged_at__lte=timezone.now()).count() == 1
    assert told() == 2


def test_the_bar_asks_for_what_it_offers(reader, monkeypatch):
    monkeypatch.setattr(navigation, "_items", {})
    desk = Desk()
    navigation.register(navigation.Item(label="Guide", url_name="ui:styleguide", count=desk))
    assert [navigation.entries(reader, "desk")[0].count for _page in range(2)] == [1, 1]
