"""Another grade is a change: told to whom the scheme is open, in every way by which bodies hear of changes."""

import json

import pytest
from django.utils import timezone

from entities.models import CreditRecord, Notice
from entities.sharing import feed, kinds
from entities.sharing.feed import START
from entities.sharing.models import Change
from entities.sharing.services import watching
from entities.sharing.services.watching import ListDraft
from entities.sharing.services.webhooks import thin
from evaluation import services
from evaluation.models import Scheme
from tests.factories import (
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    install_shipped_schemes,
)

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate
SCHEME = "city-comprehensive"


def rate(entity) -> None:
    services.request_ratings([entity.pk])
    while services.rate_waiting(limit=10, as_of=TODAY()):
        pass


def told(body, **asked) -> list:
    answer = feed.changes_since(body=body, since=START, **{"watch_lists": None} | asked)
    return [one for one in answer.changes if one.grade and one.grade.scheme == SCHEME]


@pytest.fixture
def entity():
    """An entity that had grades and has worse ones now."""
    install_shipped_schemes()
    entity, penalty = EntityFactory(), RecordTypeFactory(code="administrative-penalty")
    for severity in ("general", "serious"):
        RecordFactory(entity=entity, record_type=penalty, severity_class=severity)
        rate(entity)
    return entity


def test_another_grade_is_told_and_the_first_is_none(entity):
    (one,) = told(BodyFactory())
    assert (one.entity, one.about, one.record, one.is_gone) == (entity, None, None, False)
    assert (one.grade.was, one.grade.now) == ("C", "D")
    assert one.grade.name == Scheme.objects.get(code=SCHEME).name


def test_rating_again_without_another_grade_is_no_change(entity):
    before = Change.objects.count()
    rate(entity)
    assert Change.objects.count() == before


def test_a_grade_that_ends_and_comes_back_is_told_both_times(entity):
    CreditRecord.objects.update(status="withdrawn", ended_on=TODAY())
    rate(entity)
    CreditRecord.objects.update(status="published", ended_on=None)
    rate(entity)
    assert [(one.grade.was, one.grade.now) for one in told(BodyFactory())] == [
        ("C", "D"),
        ("D", ""),
        ("", "D"),
    ]


def test_an_association_hears_of_the_grades_of_public_schemes_alone(entity):
    association = BodyFactory(kind="association")
    assert told(association) == []
    Scheme.objects.filter(code=SCHEME).update(is_public=True)
    assert [one.grade.now for one in told(association)] == ["D"]
    schemes = {
        change.detail["scheme"] for change in Change.objects.filter(kinds.open_to(association), kind="graded")
    }
    assert schemes == {SCHEME}


def test_nobody_hears_of_grades_of_which_no_app_says_to_whom_they_are_open(entity, monkeypatch):
    monkeypatch.setattr(kinds, "_open_to", {})
    assert told(BodyFactory()) == []


def test_the_interface_says_from_which_grade_to_which_and_a_message_only_that_it_moved(client, entity):
    body = BodyFactory()
    client.force_login(MemberFactory(body=body))
    answer = client.get("/api/v1/changes/?list=all").json()
    (grade,) = [
        one["grade"] for one in answer["changes"] if one["grade"] and one["grade"]["scheme"] == SCHEME
    ]
    assert grade == {"scheme": SCHEME, "was": "C", "now": "D"}
    (one,) = told(body)
    message = thin(one)
    assert (message["kind"], message["scheme"]) == ("graded", SCHEME)
    assert "D" not in json.dumps({**message, "entity": ""})


def test_the_day_in_the_inbox_and_the_page_and_file_of_a_list_tell_of_grades(client, entity):
    clerk = MemberFactory(body=BodyFactory())
    body = clerk.memberships.get().body
    draft = ListDraft(name="Kitchens", kind="picked")
    watch_list, _added = watching.begin_list(
        by=clerk, body=body, draft=draft, credit_codes=[entity.credit_code]
    )
    CreditRecord.objects.filter(severity_class="serious").update(status="withdrawn", ended_on=TODAY())
    rate(entity)
    watching.tell_of_the_day(day=TODAY())
    notice = Notice.objects.get(kind="sharing.digest-grades")
    moved = Change.objects.filter(kind="graded", at__gte=watch_list.created_at).count()
    assert moved and notice.params["grades"] == moved
    client.force_login(clerk)
    page = client.get(f"/watch/{watch_list.pk}/").content.decode()
    assert "D → <b>C</b>" in page
    lines = b"".join(client.get(f"/export/watch-changes.csv?list={watch_list.pk}").streaming_content).decode()
    assert ",D,C," in lines
