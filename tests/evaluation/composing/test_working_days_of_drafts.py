"""A scheme takes its working days over from the platform's calendar, and each next version those published since."""

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone

from credit_platform.common.models import CalendarException, CalendarYear
from credit_platform.common.services import seed_working_calendar
from evaluation.composing import services
from evaluation.composing.problems import problems_of
from evaluation.schemes import SchemeDocument
from evaluation.services import install_scheme
from tests.evaluation.composing.test_pages import page, typed
from tests.evaluation.test_working_days import WORKING_DAYS

pytestmark = pytest.mark.django_db


def arranged(year: int, *days: tuple[date, bool]) -> None:
    """A year of the calendar with the days that are not what their weekday is."""
    one = CalendarYear.objects.create(year=year, source="entered by hand")
    for day, is_working in days:
        CalendarException.objects.create(day=day, year=one, is_working=is_working, name="day")


def test_a_mark_in_the_form_takes_the_calendar_over_and_shows_it(client, office, draft):
    seed_working_calendar()
    client.force_login(office[0])
    assert "v:/working_days" in client.get(page(draft, "edit")).content.decode()

    answer = client.post(page(draft, "edit"), typed(draft, **{"v:/working_days": "on"}))

    assert answer.url == page(draft)
    draft.refresh_from_db()
    said = draft.document["working_days"]
    assert said["known_to"] == f"{max(CalendarYear.objects.values_list('year', flat=True))}-12-31"
    exceptions = CalendarException.objects.filter(day__gte=said["known_from"])
    assert len(said["off"]) + len(said["worked"]) == exceptions.count()
    assert problems_of(draft.document) == []
    assert "Monday to Friday from" in client.get(answer.url).content.decode()
    again = client.get(page(draft, "edit")).content.decode()
    assert said["off"][-1] in again
    assert 'name="v:/working_days"' not in again


def test_the_source_takes_it_over_too_with_the_next_article_and_leaves_what_it_says_itself(
    client, office, draft
):
    client.force_login(office[0])
    # The articles of the draft go up to 7.
    arranged(2026, (date(2026, 1, 1), False), (date(2026, 1, 4), True))
    for said, kept in ((True, WORKING_DAYS | {"article": "8"}), (WORKING_DAYS, WORKING_DAYS)):
        source = json.dumps(draft.document | {"working_days": said})
        answer = client.post(page(draft, "source"), typed(draft, source=source))
        assert answer.status_code == 302
        draft.refresh_from_db()
        assert draft.document["working_days"] == kept


def test_without_any_year_of_the_calendar_it_is_told_that_none_is_known(client, office, draft):
    client.force_login(office[0])
    answer = client.post(page(draft, "edit"), typed(draft, **{"v:/working_days": "on"}))
    assert answer.status_code == 422
    assert "No year of the working calendar is known here yet." in answer.content.decode()


@pytest.mark.parametrize(("ahead", "is_said"), [(60, True), (-1, True), (120, False)])
def test_the_office_is_told_before_the_working_days_of_a_scheme_end(client, schemes, office, ahead, is_said):
    last = timezone.localdate() + timedelta(days=ahead)
    said = WORKING_DAYS | {"known_from": "2020-01-01", "known_to": last.isoformat(), "off": [], "worked": []}
    install_scheme(
        by=None,
        code="counted",
        facts={"name_zh": "字", "name_en": "Counted", "family": "evaluation"},
        document=SchemeDocument.model_validate(
            schemes["city-comprehensive"].document.model_dump() | {"working_days": said}
        ),
        effective_from=date(2020, 1, 1),
    )
    client.force_login(office[0])
    shown = client.get("/schemes/").content.decode()
    assert ("This scheme knows working days up to" in shown) == is_said


def test_a_draft_of_the_next_version_has_the_years_that_were_published_since(schemes, office):
    before = schemes["city-comprehensive"]
    version = install_scheme(
        by=None,
        code="counted",
        facts={"name_zh": "字", "name_en": "W", "family": "evaluation"},
        document=SchemeDocument.model_validate(before.document.model_dump() | {"working_days": WORKING_DAYS}),
        effective_from=date(2020, 1, 1),
    )
    arranged(2026, (date(2026, 5, 1), False))
    arranged(2027, (date(2027, 1, 1), False), (date(2027, 1, 2), True))
    draft = services.begin_draft(by=office[0], code="counted")
    assert draft.document["working_days"] == WORKING_DAYS | {
        "known_to": "2027-12-31",
        "off": ["2026-01-01", "2027-01-01"],
        "worked": ["2026-01-04", "2027-01-02"],
    }
    assert version.document["working_days"] == WORKING_DAYS
