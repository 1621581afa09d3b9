"""What stands in the calendar, for whom, and how it leaves as a file that other calendars understand."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from credit_platform.portal.integrity_calendar import icalendar, selectors, services, shipped
from credit_platform.portal.integrity_calendar.models import CalendarEntry
from credit_platform.portal.integrity_calendar.selectors import Event
from tests.associations.factories import CourseFactory
from tests.factories import BodyFactory, InstrumentFactory, MemberFactory, RecordTypeFactory

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


def entry(**facts) -> services.Entry:
    usual = {
        "kind": "campaign",
        "name_zh": "诚信宣传日",
        "name_en": "Day of good faith",
        "starts_on": date(2027, 6, 14),
        "ends_on": date(2027, 6, 14),
        "source": "云汀市信用办〔2026〕9号",
    }
    return services.Entry(**usual | facts)


def titles(start: date, end: date) -> list[str]:
    return [event.title for event in selectors.events(start, end)]


class TestKeeping:
    def test_the_lead_office_puts_a_day_in_and_takes_it_out(self, lead):
        added = services.add_entry(by=lead, entry=entry())
        assert "Day of good faith" in titles(added.starts_on, added.ends_on)
        services.take_out(by=lead, entry_id=added.pk)
        assert "Day of good faith" not in titles(added.starts_on, added.ends_on)
        with pytest.raises(WrongState):
            services.take_out(by=lead, entry_id=added.pk)
        deeds = AuditEvent.objects.filter(target_id=str(added.pk)).values_list("verb", flat=True)
        assert set(deeds) == {"integrity_calendar.entry.added", "integrity_calendar.entry.taken_out"}

    def test_nobody_else_does(self):
        with pytest.raises(NotPermitted):
            services.add_entry(by=MemberFactory(role="supervisor"), entry=entry())
        with pytest.raises(NotPermitted):
            services.take_out(by=MemberFactory(), entry_id=CalendarEntry.objects.first().pk)

    def test_what_is_not_there_is_not_taken_out(self, lead):
        with pytest.raises(Missing):
            services.take_out(by=lead, entry_id=0)

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"source": " "}, "source"),
            ({"ends_on": date(2027, 6, 13)}, "ends_on"),
            ({"is_yearly": True, "ends_on": date(2028, 1, 2)}, "ends_on"),
        ],
    )
    def test_a_day_without_a_source_or_with_wrong_ends_is_refused_beside_its_field(self, lead, facts, field):
        with pytest.raises(InvalidInput) as refused:
            services.add_entry(by=lead, entry=entry(**facts))
        assert set(refused.value.problems) == {field}
        with pytest.raises(IntegrityError), transaction.atomic():
            CalendarEntry.objects.create(
                **{name: getattr(entry(), name) for name in entry().__dataclass_fields__}
                | facts
                | ({"source": ""} if field == "source" else {})
            )

    def test_the_page_of_the_lead_office_puts_one_in(self, client, lead):
        client.force_login(lead)
        typed = {name: getattr(entry(), name) for name in entry().__dataclass_fields__}
        sent = client.post(reverse("integrity_calendar:entries"), typed | {"is_yearly": ""})
        assert sent.status_code == 302
        added = CalendarEntry.objects.get(name_en="Day of good faith")
        assert added.added_by == lead


class TestWhatIsShipped:
    def test_each_day_names_the_text_on_which_it_stands(self):
        assert CalendarEntry.objects.filter(added_by=None).count() == len(shipped.ENTRIES)
        assert all("第" in facts["source"] for facts in shipped.ENTRIES.values())

    def test_what_the_lead_office_took_out_stays_out(self, lead):
        services.take_out(by=lead, entry_id=CalendarEntry.objects.get(code="annual-reports").pk)
        shipped.seed(sender=None)
        assert not any("Annual reports" in title for title in titles(date(2027, 6, 1), date(2027, 6, 30)))

    def test_annual_reports_come_every_year_from_the_first_on(self):
        for year, there in ((2021, False), (2022, True), (2031, True)):
            found = titles(date(year, 6, 30), date(year, 6, 30))
            assert any("Annual reports" in title for title in found) is there
        assert not any("Annual reports" in one for one in titles(date(2027, 7, 1), date(2027, 12, 31)))


class TestWhatComesInByItself:
    def test_courses_that_are_open_to_all_and_not_called_off(self):
        course, off = (CourseFactory(starts_at=timezone.now() + timedelta(days=3)) for _one in range(2))
        type(off).objects.filter(pk=off.pk).update(cancelled_at=timezone.now())
        day = timezone.localdate(course.starts_at)
        found = [event for event in selectors.events(day, day) if event.key.startswith("course-")]
        assert [(event.key, event.moment) for event in found] == [(f"course-{course.pk}", course.starts_at)]

    def test_texts_and_versions_of_the_catalogue_on_the_days_on_which_they_begin(self):
        InstrumentFactory(
            name_en="Credit Rules", in_force_from=date(2027, 3, 1), in_force_to=date(2027, 3, 31)
        )
        RecordTypeFactory(
            name_en="Fire check", version__valid_from=date(2027, 3, 2), version__disclosure="public"
        )
        RecordTypeFactory(
            name_en="Risk class", version__valid_from=date(2027, 3, 2), version__disclosure="shared"
        )
        found = " ".join(titles(date(2027, 3, 1), date(2027, 3, 31)))
        assert "Comes into force: Credit Rules" in found
        assert "Last day in force: Credit Rules" in found
        assert "Fire check" in found
        assert "Risk class" not in found


class TestPages:
    def test_a_month_its_list_and_its_feed_show_the_same(self, client, lead):
        day = timezone.localdate() + timedelta(days=1)
        services.add_entry(by=lead, entry=entry(starts_on=day, ends_on=day))
        month = f"{reverse('integrity_calendar:month')}?month={day:%Y-%m}"
        for place in (month, reverse("integrity_calendar:coming"), reverse("integrity_calendar:feed")):
            assert "Day of good faith" in client.get(place, headers=ENGLISH).text
        assert "诚信宣传日" in client.get(month, headers={"accept-language": "zh-hans"}).text

    @pytest.mark.parametrize("asked", ["2026-13", "x", "1999-12", "2100-01", "2026-1-1"])
    def test_a_month_that_is_none_is_not_there(self, client, asked):
        assert client.get(f"{reverse('integrity_calendar:month')}?month={asked}").status_code == 404

    @pytest.mark.parametrize("asked", ["2000-01", "2099-12"])
    def test_at_its_ends_the_calendar_leads_no_further(self, client, asked):
        page = client.get(f"{reverse('integrity_calendar:month')}?month={asked}")
        assert page.status_code == 200
        assert page.text.count('rel="prev"') + page.text.count('rel="next"') == 1


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


class TestTheFile:
    MADE = datetime(2026, 11, 22, 20, 0, tzinfo=ZoneInfo("UTC"))

    def test_is_what_calendars_read(self):
        days = Event(
            "entry-1-2027",
            "Day",
            "Good; faith, always",
            date(2027, 6, 14),
            date(2027, 6, 15),
            "No. 9\nart. 1",
        )
        begins = datetime(2027, 6, 14, 14, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
        course = Event(
            "course-1", "Courses", "诚信经营" * 40, date(2027, 6, 14), date(2027, 6, 14), "Association",
            place="Hall 2", url="/courses/1/", moment=begins, until=begins + timedelta(hours=2),
        )  # fmt: skip
        text = icalendar.file_of(
            [days, course], name="Calendar", host="https://credit.example", made_at=self.MADE
        )
        assert text.endswith("END:VCALENDAR\r\n")
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
        lines = unfolded(text)
        for line in (
            "UID:entry-1-2027@credit.example",
            "DTSTART;VALUE=DATE:20270614",
            "DTEND;VALUE=DATE:20270616",
            "SUMMARY:Good\\; faith\\, always",
            "DESCRIPTION:No. 9\\nart. 1",
            f"SUMMARY:{'诚信经营' * 40}",
            "DTSTART:20270614T060000Z",
            "DTEND:20270614T080000Z",
            "URL:https://credit.example/courses/1/",
        ):
            assert line in lines
        assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2

    def test_everybody_gets_it(self, client):
        answer = client.get(reverse("integrity_calendar:file"))
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert unfolded(answer.text)[0] == "BEGIN:VCALENDAR"
