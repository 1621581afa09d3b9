"""My desk: what is to be done, due first, and nobody else's."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from agencies import desk as desks
from agencies.desk import DeskRow, register_lane
from entities.models import CreditRecord
from tests.agencies.conftest import shipped_once as shipped  # noqa: F401  (a fixture)
from tests.factories import EntityFactory, MemberFactory, RecordFactory, SubmissionFactory

pytestmark = pytest.mark.django_db
DESK, PUNCTUALITY = reverse("agencies:desk"), reverse("agencies:desk-punctuality")


@pytest.fixture
def record_of(city, market):
    """Makes a penalty of market supervision in preparation."""
    kind = city.types["administrative-penalty"]

    def make(**record) -> CreditRecord:
        return RecordFactory(
            **{
                "submitted_by": market,
                "record_type": kind,
                "type_version": kind.versions.last(),
                "status": "draft",
            }
            | record
        )

    return make


@pytest.fixture
def lane():
    """Registers lanes that are gone again after the test."""
    before = dict(desks._lanes)
    yield register_lane
    desks._lanes.clear()
    desks._lanes.update(before)


def counts(page) -> dict[str, int]:
    return {shown["lane"].code: shown["lane"].count for shown in page.context["lanes"]}


def test_each_lane_holds_what_it_says(clerk, market, record_of, sign_in):
    record_of(entered_by=clerk)
    record_of(entered_by=clerk, status="returned", review_note="请改")
    record_of(entered_by=clerk, status="waiting")
    record_of()
    SubmissionFactory(body=market, uploaded_by=clerk)
    found = counts(sign_in(clerk).get(DESK))
    expected = {"": 3, "drafts": 1, "returned": 1, "uploads": 1, "waiting": 1}
    assert expected.items() <= found.items()


def test_waiting_rows_of_a_file_are_one_line(clerk, market, record_of, sign_in):
    submission = SubmissionFactory(body=market, uploaded_by=clerk, state="done")
    for row in range(3):
        record_of(entered_by=clerk, status="waiting", submission=submission, row_number=row)
    page = sign_in(clerk).get(DESK, {"lane": "waiting"})
    (placed,) = page.context["page"].object_list
    assert "3 records" in placed.row.detail


def test_an_upload_says_how_many_rows_confirming_saves_also_of_those_kept_in_blocks(clerk, market, sign_in):
    submission = SubmissionFactory(body=market, uploaded_by=clerk)
    for number, (outcome, saved) in enumerate(
        [("changed", False), ("new", True), ("refused", False)], start=2
    ):
        submission.rows.create(number=number, outcome=outcome, is_saved=saved)
    for first, new, saved in ((10, 700, False), (2_000, 40, False), (9_000, 500, True)):
        submission.blocks.create(
            first=first,
            last=first + new,
            new=new,
            unchanged=9,
            keys=b"",
            content=b"",
            terms="",
            is_saved=saved,
        )
    (placed,) = sign_in(clerk).get(DESK, {"lane": "uploads"}).context["page"].object_list
    assert placed.row.detail == "741 rows good, 1 to put right"


def test_a_desk_shows_nothing_of_another_department(city, market, record_of, sign_in):
    hers = record_of()
    other = sign_in(MemberFactory(body=city.bodies["tax"]))
    page = other.get(DESK)
    assert counts(page)[""] == 0
    assert hers.document_number not in page.content.decode()


@time_machine.travel("2026-11-20 12:00+08:00")
def test_deadlines_are_working_days_and_the_most_urgent_stands_first(clerk, record_of, sign_in):
    for decided_on in (date(2026, 11, 16), date(2026, 11, 11), date(2026, 11, 10)):
        record_of(entered_by=clerk, decided_on=decided_on)
    page = sign_in(clerk).get(DESK)
    rows = page.context["page"].object_list
    assert [placed.row.due for placed in rows] == [date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 25)]
    assert [placed.days_left for placed in rows] == [-1, 0, 3]
    assert page.context["board"].everything.note == "1 overdue, 1 due today"
    assert [day.due for week in page.context["month"].weeks for day in week if day.due] == [1, 1, 1]


def test_another_app_may_add_a_lane(clerk, city, sign_in, lane):
    day = timezone.localdate()
    rows = [
        DeskRow(
            "Answer an objection",
            "/cases/7/",
            "Answer",
            due=day,
            reference="YY-7",
            name="云汀市禾谷食品有限公司",
        ),
        DeskRow(
            "Wait for material",
            "/cases/8/",
            "Open",
            due=day,
            paused=True,
            reference="YY-8",
            name="云汀市合广公司",
        ),
    ]
    lane("objections", "Objections", count=lambda user: 2, rows=lambda user: rows, order=60)
    page = sign_in(clerk).get(DESK, {"lane": "objections"})
    assert counts(page)["objections"] == 2
    assert [placed.row.reference for placed in page.context["page"]] == ["YY-7", "YY-8"]
    assert page.context["board"].due == {day: 1}


def test_the_desk_may_be_ordered_by_entity_and_by_type(clerk, record_of, sign_in):
    today = timezone.localdate()
    second = record_of(
        entered_by=clerk, entity=EntityFactory(name_en="B"), decided_on=today - timedelta(days=9)
    )
    first = record_of(entered_by=clerk, entity=EntityFactory(name_en="A"), decided_on=today)
    page = sign_in(clerk).get(DESK, {"order": "entity"})
    assert [placed.row.reference for placed in page.context["page"]] == [
        first.document_number,
        second.document_number,
    ]
    assert sign_in(clerk).get(DESK, {"order": "type"}).status_code == 200
    assert (
        sign_in(clerk).get(DESK, {"order": "nonsense", "lane": "nonsense", "page": "99"}).status_code == 200
    )


def test_an_empty_desk_says_so(clerk, sign_in):
    assert "Nothing waits for you" in sign_in(clerk).get(DESK).content.decode()


def test_a_reviewers_desk_leads_to_the_review(reviewer, record_of, sign_in):
    record = record_of(status="waiting")
    page = sign_in(reviewer).get(DESK)
    assert counts(page)["review"] == 1
    assert page.context["page"].object_list[0].row.url == reverse("agencies:review-record", args=(record.pk,))
    assert "drafts" not in counts(page)


@time_machine.travel("2026-11-20 12:00+08:00")
def test_punctuality_counts_only_what_has_a_deadline(city, clerk, market, record_of, sign_in):
    praise = city.types["commendation"]
    record_of(status="published", decided_on=date(2026, 11, 10), published_on=date(2026, 11, 19))
    record_of(status="published", decided_on=date(2026, 11, 9), published_on=date(2026, 11, 19))
    record_of(status="published", decided_on=date(2026, 9, 1), published_on=date(2026, 9, 30))
    record_of(
        record_type=praise,
        type_version=praise.versions.last(),
        status="published",
        severity_class="",
        decided_on=date(2026, 1, 9),
        published_on=date(2026, 11, 19),
    )
    record_of(status="waiting", decided_on=date(2026, 11, 2))
    figures = sign_in(clerk).get(PUNCTUALITY).context["punctuality"]
    assert (figures.published, figures.in_time, figures.share, figures.late_in_preparation) == (2, 1, 0.5, 1)


def test_without_a_deadline_nothing_is_claimed_about_punctuality(clerk, sign_in):
    assert sign_in(clerk).get(PUNCTUALITY).context["punctuality"].share is None


def test_the_figures_come_as_a_fragment_to_the_desk_and_as_a_page_to_others(clerk, sign_in):
    client = sign_in(clerk)
    assert "<html" not in client.get(PUNCTUALITY, headers={"HX-Request": "true"}).content.decode()
    assert "<html" in client.get(PUNCTUALITY).content.decode()


def test_uploads_ask_again_only_while_one_is_in_work(clerk, market, sign_in):
    client, url = sign_in(clerk), reverse("agencies:desk-uploads")
    submission = SubmissionFactory(
        body=market, uploaded_by=clerk, state="saving", rows_total=200, rows_worked=50
    )
    assert "hx-trigger" in client.get(url).content.decode()
    assert "25%" in client.get(url).content.decode()
    submission.state = "done"
    submission.save()
    assert "hx-trigger" not in client.get(url).content.decode()


def test_the_desk_costs_the_same_with_many_rows(clerk, record_of, sign_in, query_budget):
    for _ in range(20):
        record_of(entered_by=clerk)
        record_of(entered_by=clerk, status="returned", review_note="请改", reviewed_by=MemberFactory())
    client = sign_in(clerk)
    with query_budget("desk"):
        assert len(client.get(DESK).context["page"].object_list) == 25
