"""In time, complete, right: counted by one definition, which also opens the records."""

import csv
import io
import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from credit_platform.common.services import current_calendar, seed_working_calendar
from credit_platform.common.working_days import WorkingCalendar, working_days_after, working_days_between
from entities.models import CreditRecord, SubmissionBlock, SubmissionRow
from entities.quality import measures, selectors
from entities.quality.models import QualityMonth
from entities.quality.selectors import Asked, Span
from entities.quality.services import count_months, months_before
from repair.services import act_on_case
from tests.factories import (
    BodyFactory,
    CaseFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.django_db
#: A Friday; the Monday after is a working day, the week after next holds none of the holidays.
FRIDAY = date(2026, 9, 4)
TODAY = date(2026, 9, 30)
SEPTEMBER = Span(date(2026, 9, 1), date(2026, 10, 1))


@pytest.fixture
def body():
    return BodyFactory()


@pytest.fixture
def clerk(body):
    return MemberFactory(body=body)


@pytest.fixture
def licence(body):
    """To be published within five working days, with one place that must be filled and one that may."""
    return RecordTypeFactory(
        submitters=[body],
        polarity="neutral",
        version__submit_within_days=5,
        version__extra_fields=[
            {"name": "number", "type": "text", "required": True, "label_zh": "编号", "label_en": "Number"},
            {"name": "until", "type": "date", "required": False},
            {"name": "theirs", "type": "text", "required": True, "bodies": ["another-body"]},
        ],
    )


@pytest.fixture
def publish(body, clerk, licence):
    def make(published_on: date, decided_on: date = FRIDAY, **facts):
        return RecordFactory(
            submitted_by=body, entered_by=clerk, record_type=licence, decided_on=decided_on,
            published_on=published_on, **{"details": {"number": "1", "until": "2027-01-01"}} | facts,
        )  # fmt: skip

    return make


def counted() -> QualityMonth:
    count_months(today=TODAY)
    return QualityMonth.objects.get()


@pytest.mark.parametrize(
    ("published_on", "in_time"),
    [
        (FRIDAY, True),
        (date(2026, 9, 10), True),
        (date(2026, 9, 11), True),
        (date(2026, 9, 12), False),
        (date(2026, 9, 13), False),
        (date(2026, 9, 14), False),
    ],
    ids=["same day", "fourth day", "fifth day", "the Saturday after", "the Sunday after", "sixth day"],
)
def test_in_time_is_up_to_the_last_working_day_and_not_the_weekend_after(publish, published_on, in_time):
    record = publish(published_on)
    month = counted()
    assert (month.with_deadline, month.in_time) == (1, int(in_time))
    late = CreditRecord.objects.filter(
        measures.late(record.submitted_by, SEPTEMBER.since, SEPTEMBER.until, current_calendar())
    )
    assert list(late) == ([] if in_time else [record])


def test_the_counting_in_the_database_agrees_with_the_working_calendar_on_every_day(publish, body):
    seed_working_calendar()
    calendar = current_calendar()
    decided = date(2026, 9, 28)
    days = [decided + timedelta(days=n) for n in range(20)]
    made = {day: publish(day, decided) for day in days}
    deadline = working_days_after(decided, 5, calendar).day
    late = CreditRecord.objects.filter(measures.late(body, decided, days[-1] + timedelta(days=1), calendar))
    assert {record.published_on for record in late} == {day for day in days if day > deadline}
    count_months(today=date(2026, 10, 31))
    months = QualityMonth.objects.all()
    assert sum(month.working_days for month in months) == sum(
        working_days_between(decided, day, calendar) for day in made
    )


def test_a_decision_from_before_all_calendars_is_late_and_not_left_out(publish, body):
    record = publish(FRIDAY, decided_on=date(1998, 5, 6))
    month = counted()
    assert (month.published, month.with_deadline, month.in_time) == (1, 1, 0)
    late = measures.late(body, SEPTEMBER.since, SEPTEMBER.until, current_calendar())
    assert list(CreditRecord.objects.filter(late)) == [record]


def test_days_are_numbered_by_the_working_days_up_to_them():
    calendar = WorkingCalendar({date(2026, 9, 7): False, date(2026, 9, 5): True}, frozenset({2026}))
    days, numbers = measures.numbered_days(FRIDAY, date(2026, 9, 8), calendar)
    assert days[0] == FRIDAY
    assert numbers == [1, 2, 2, 2, 3]


def test_a_type_without_a_deadline_is_neither_in_time_nor_late(body, clerk):
    RecordFactory(submitted_by=body, entered_by=clerk, decided_on=FRIDAY, published_on=FRIDAY)
    month = counted()
    assert (month.published, month.with_deadline) == (1, 0)


def test_complete_is_what_the_catalogue_asks_of_this_body(publish):
    publish(FRIDAY)
    empty = publish(FRIDAY, details={"number": ""}, authority="", facts="")
    month = counted()
    # Required: the number; optional: legal basis, authority, facts and the last day.
    assert (month.required_places, month.required_filled) == (2, 1)
    assert (month.optional_places, month.optional_filled) == (8, 5)
    found = selectors.records_behind(
        user=MemberFactory(body=empty.submitted_by), asked=Asked(empty.submitted_by, "incomplete", SEPTEMBER)
    )
    assert list(found) == [empty]
    assert measures.empty_places(found[0]) == ["Number"]


@pytest.mark.parametrize(("language", "said"), [("en", "empty: Number;"), ("zh-hans", "编号")])
def test_each_record_with_an_empty_required_place_says_on_the_page_and_in_the_file_which(
    client, publish, body, language, said
):
    publish(timezone.localdate(), timezone.localdate(), details={"number": ""})
    count_months()
    client.force_login(MemberFactory(body=body))
    client.cookies["django_language"] = language
    page = client.get(f"/quality/{body.code}/records/?measure=incomplete").content.decode()
    assert said in page
    address = reverse("sharing:export", args=("quality-records", "csv"))
    rows = csv.DictReader(
        io.StringIO(
            b"".join(client.get(f"{address}?body={body.code}&measure=incomplete")).decode("utf-8-sig")
        )
    )
    assert [list(row.values())[-1] for row in rows] == ["Number" if language == "en" else "编号"]


@pytest.mark.parametrize(
    ("polarity", "required"),
    [("negative", {"legal_basis", "authority", "severity_class", "number"}), ("positive", {"number"})],
)
def test_a_penalty_needs_its_basis_its_authority_and_its_class(licence, polarity, required):
    version = licence.versions.get()
    places = list(measures.places_of(version, polarity, "body"))
    assert {place.name for place in places if place.required} == required
    assert "theirs" not in {place.name for place in places}


def test_corrections_and_withdrawals_are_counted_in_their_months_and_not_as_published(publish):
    first = publish(date(2026, 8, 31), date(2026, 8, 28), status="replaced")
    publish(FRIDAY, replaces=first, document_number=first.document_number)
    publish(date(2026, 8, 3), date(2026, 8, 3), status="withdrawn", ended_on=date(2026, 9, 9))
    count_months(today=TODAY)
    august, september = QualityMonth.objects.all()
    assert (august.published, august.corrected, august.withdrawn) == (2, 0, 0)
    assert (september.published, september.corrected, september.withdrawn) == (0, 1, 1)


def test_drafts_are_not_counted(publish):
    publish(None, status="draft")
    assert count_months(today=TODAY) == 0


def test_counting_again_changes_nothing_and_forgets_what_is_gone(publish):
    publish(FRIDAY)
    assert (count_months(today=TODAY), count_months(today=TODAY)) == (1, 1)
    CreditRecord.objects.all().delete()
    assert count_months(today=TODAY) == 0
    assert not QualityMonth.objects.exists()


def test_only_the_months_asked_for_are_counted_anew(publish):
    publish(date(2026, 6, 1), date(2026, 6, 1))
    count_months(today=TODAY)
    CreditRecord.objects.all().delete()
    count_months(today=TODAY, months=2)
    assert QualityMonth.objects.get().month == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("back", "month"), [(0, (2026, 1)), (1, (2025, 12)), (13, (2024, 12)), (-1, (2026, 2))]
)
def test_months_are_counted_back_over_the_year(back, month):
    assert months_before(date(2026, 1, 31), back) == date(*month, 1)


# The pages


def test_each_figure_of_the_board_opens_just_its_records(client, clerk, publish, body):
    today = timezone.localdate()
    on_time, late = publish(today, today), publish(today, today - timedelta(days=60))
    count_months()
    client.force_login(clerk)
    page = client.get(f"/quality/{body.code}/")
    sums = page.context["sums"]
    assert (sums.published, sums.late, sums.timeliness) == (2, 1, 0.5)
    for measure, expected in (("published", {on_time, late}), ("late", {late}), ("corrected", set())):
        shown = client.get(f"/quality/{body.code}/records/?measure={measure}")
        assert {row.record for row in shown.context["rows"]} == expected
        lines = b"".join(
            client.get(f"/export/quality-records.jsonl?body={body.code}&measure={measure}").streaming_content
        )
        assert len(lines.splitlines()) == len(expected)
    narrowed = client.get(
        f"/quality/{body.code}/records/?measure=late&type={late.record_type.code}&month={today:%Y-%m}"
    )
    assert [row.record for row in narrowed.context["rows"]] == [late]


def test_what_came_late_says_how_late(client, clerk, publish, body):
    publish(date(2026, 9, 14))
    client.force_login(clerk)
    shown = client.get(f"/quality/{body.code}/records/?measure=late&month=2026-09").context["rows"]
    assert [row.note for row in shown] == ["due by 11 Sep 2026, published 14 Sep 2026"]
    all_of_them = client.get(f"/quality/{body.code}/records/?measure=published&month=2026-09").context["rows"]
    assert [row.note for row in all_of_them] == [""]


@pytest.mark.parametrize("query", ["measure=nonsense", "type=nonsense", "month=2026-13", "month=x"])
def test_what_is_no_figure_is_not_found(client, clerk, body, query):
    client.force_login(clerk)
    assert client.get(f"/quality/{body.code}/records/?{query}").status_code == 404


def test_the_lead_office_compares_and_a_body_reads_its_own(client, clerk, publish, body):
    publish(timezone.localdate(), timezone.localdate())
    other = BodyFactory()
    count_months()
    client.force_login(MemberFactory(body=BodyFactory(kind="lead_office"), role="lead"))
    assert {line.body for line in client.get("/quality/").context["lines"]} == {body, other}
    assert client.get(f"/quality/{body.code}/").status_code == 200
    assert len(client.get("/api/v1/quality/").json()["results"]) == 1
    client.force_login(clerk)
    assert client.get("/quality/").headers["Location"] == f"/quality/{body.code}/"
    assert client.get(f"/quality/{other.code}/").status_code == 404
    client.force_login(MemberFactory(body=other))
    assert client.get("/api/v1/quality/").json()["results"] == []


def test_each_figure_of_the_city_opens_its_records_too(client, publish, body):
    today = timezone.localdate()
    publish(today, today)
    publish(today, today - timedelta(days=60), authority="")
    count_months()
    client.force_login(MemberFactory(body=BodyFactory(kind="lead_office"), role="lead"))
    page = client.get("/quality/").content.decode()
    for measure in ("published", "late", "incomplete"):
        address = f"/quality/{body.code}/records/?measure={measure}"
        assert address in page
        assert client.get(address).status_code == 200
    # Nothing is behind a nought.
    assert "measure=corrected" not in page and "measure=withdrawn" not in page


def test_the_lead_office_opens_of_a_figure_what_is_shared_with_it(client, body, clerk):
    kind = RecordTypeFactory(submitters=[body], version__disclosure="own")
    RecordFactory(submitted_by=body, entered_by=clerk, record_type=kind, decided_on=timezone.localdate())
    count_months()
    client.force_login(MemberFactory(body=BodyFactory(kind="lead_office"), role="lead"))
    assert client.get(f"/quality/{body.code}/").context["sums"].published == 1
    assert client.get(f"/quality/{body.code}/records/").context["rows"] == []


def test_reasons_of_refusal_are_gathered_whatever_value_was_wrong(client, clerk, body):
    submission = SubmissionFactory(body=body)
    for number, value in enumerate(("2026-13-01", "yesterday", "32"), start=2):
        SubmissionRow.objects.create(
            submission=submission, number=number, outcome="refused",
            problems=[{"at": 0, "column": "日期", "value": value, "en": f"“{value}” is no day.", "zh": f"“{value}”不是日期。", "level": "error"}],
        )  # fmt: skip
    SubmissionRow.objects.create(submission=submission, number=9, outcome="new")
    SubmissionBlock.objects.create(
        submission=submission, first=10, last=109, new=90, unchanged=10, keys=b"", content=b""
    )
    client.force_login(clerk)
    page = client.get(f"/quality/{body.code}/")
    ((sentence, reason),) = page.context["reasons"]
    assert (sentence, reason.rows) == ("“…” is no day.", 3)
    assert (page.context["board"].line.rows, page.context["board"].line.refused) == (104, 3)


class TestTheRowsBehindAFigureOfRefusedOnes:
    """A reason that is counted opens its rows, with what stood there; other bodies' rows stay theirs."""

    DAY = {"at": 0, "column": "日期", "level": "error"}
    CODE = {"at": 1, "column": "代码", "level": "error", "value": "9", "en": "No code.", "zh": "不是代码。"}

    @pytest.fixture
    def refused(self, body):
        """Of a file three rows, two of them for the same reason with other values, one for two reasons."""
        submission = SubmissionFactory(body=body)
        for number, days, others in ((2, ["32"], []), (3, ["x"], [self.CODE]), (4, [], [self.CODE])):
            problems = [
                {**self.DAY, "value": day, "en": f"“{day}” is no day.", "zh": f"“{day}”不是日期。"}
                for day in days
            ]
            SubmissionRow.objects.create(
                submission=submission, number=number, outcome="refused", problems=[*problems, *others]
            )
        SubmissionRow.objects.create(submission=submission, number=5, outcome="new")
        cancelled = SubmissionFactory(body=body, state="cancelled")
        SubmissionRow.objects.create(submission=cancelled, number=2, outcome="refused", problems=[self.CODE])
        return submission

    def numbers(self, client, address: str) -> list[int]:
        page = client.get(address)
        assert page.status_code == 200
        return [row.number for row, _reasons in page.context["rows"]]

    def test_each_reason_opens_as_many_rows_as_it_counts(self, client, clerk, body, refused):
        client.force_login(clerk)
        board = client.get(f"/quality/{body.code}/")
        counted = {one.column: one for _sentence, one in board.context["reasons"]}
        assert {column: one.rows for column, one in counted.items()} == {"日期": 2, "代码": 2}
        found = {}
        for column, one in counted.items():
            address = f"/quality/{body.code}/refused/?reason={one.key}"
            assert address in board.content.decode()
            found[column] = self.numbers(client, address)
        assert found == {"日期": [2, 3], "代码": [3, 4]}
        everything = f"/quality/{body.code}/refused/"
        assert everything in board.content.decode()
        assert self.numbers(client, everything) == [2, 3, 4]
        shown = client.get(everything).content.decode()
        assert "“32” is no day." in shown and f"/submissions/{refused.pk}/" in shown

    def test_the_files_made_of_it_hold_the_same_rows(self, client, clerk, body, refused):
        client.force_login(clerk)
        board = client.get(f"/quality/{body.code}/")
        key = next(one.key for _sentence, one in board.context["reasons"] if one.column == "日期")
        answer = client.get(f"/export/refused-rows.jsonl?body={body.code}&reason={key}")
        lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
        assert [(one["row"], one["columns"], one["values"]) for one in lines] == [
            (2, "日期", "32"),
            (3, "日期, 代码", "x, 9"),
        ]

    def test_nobody_else_opens_them(self, client, body, refused):
        lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
        for person in (lead, MemberFactory(), MemberFactory(role="supervisor")):
            client.force_login(person)
            assert client.get(f"/quality/{body.code}/refused/").status_code == 404
            assert client.get(f"/export/refused-rows.csv?body={body.code}").status_code == 404
        client.force_login(lead)
        assert "/refused/" not in client.get(f"/quality/{body.code}/").content.decode()

    def test_a_key_of_no_reason_opens_nothing(self, client, clerk, body, refused):
        client.force_login(clerk)
        assert self.numbers(client, f"/quality/{body.code}/refused/?reason=%00nonsense'") == []


def test_each_month_of_the_trend_opens_what_was_published_in_it(client, clerk, publish, body):
    today = timezone.localdate()
    record = publish(today, today)
    count_months()
    client.force_login(clerk)
    board = client.get(f"/quality/{body.code}/")
    *_earlier, link = board.context["chart"].links
    assert link.replace("&", "&amp;") in board.content.decode()
    assert [row.record for row in client.get(link).context["rows"]] == [record]


def test_the_types_of_a_board_are_taken_as_a_file(client, clerk, publish, body):
    today = timezone.localdate()
    record = publish(today, today)
    count_months()
    client.force_login(clerk)
    answer = client.get(f"/export/quality-types.jsonl?body={body.code}")
    (line,) = [json.loads(one) for one in b"".join(answer.streaming_content).splitlines()]
    assert (line["record_type"], line["published"], line["in_time"]) == (str(record.record_type), 1, 1)


@pytest.mark.parametrize(
    ("kind", "action", "upheld"),
    [
        ("repair", "uphold_appeal", 0),
        ("basis", "uphold_appeal", 0),
        ("objection", "uphold_appeal", 1),
        ("objection", "remit", 0),
    ],
)
def test_decisions_changed_on_appeal_count_against_the_body_that_took_them(client, kind, action, upheld):
    case = CaseFactory(kind=kind, state="appealed")
    lost = {"repair": "refused", "basis": "kept", "objection": "dismissed"}[kind]
    case.steps.create(action="appeal", source=lost, target="appealed", version=case.version)
    hearing = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    act_on_case(by=hearing, number=case.number, action=action, version=case.version, note="It was there.")
    CaseFactory(state="granted", record=RecordFactory(submitted_by=case.deciding_body))
    client.force_login(MemberFactory(body=case.deciding_body))
    page = client.get(f"/quality/{case.deciding_body.code}/")
    counted = {figure.code: count for figure, count in page.context["board"].figures}
    assert counted == {"objections-upheld": upheld, "changed-on-appeal": 1}
    shown = client.get(f"/quality/{case.deciding_body.code}/records/?measure=changed-on-appeal")
    assert [row.record for row in shown.context["rows"]] == [case.record]


def test_the_board_of_a_body_stays_within_its_query_budget(client, clerk, publish, body, query_budget):
    for day in range(1, 6):
        publish(
            timezone.localdate() - timedelta(days=40 * day), timezone.localdate() - timedelta(days=40 * day)
        )
    count_months()
    client.force_login(clerk)
    with query_budget("quality of a body"):
        client.get(f"/quality/{body.code}/")


@pytest.mark.parametrize("month", ["9999-12", "2003-12", "2026-13", "soon"])
def test_a_month_in_which_nothing_can_have_been_counted_is_not_there(client, body, clerk, month):
    client.force_login(clerk)
    there = f"/quality/{body.code}/records/"
    assert client.get(there, {"month": timezone.localdate().strftime("%Y-%m")}).status_code == 200
    assert client.get(there, {"month": month}).status_code == 404
