"""What goes wrong with a file while its page is open: a second press, the way back, a worker that is killed."""

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, expect

from credit_platform.audit.models import AuditEvent
from entities.models import CreditRecord, Submission
from entities.services import submissions
from tests.browser.city import build_city
from tests.browser.uploading import WORKED_OFF, Reader
from tests.factories import invented_code
from tests.workers import kill_with_children, running_worker, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

#: Enough of them to be killed in the middle.
MANY = 6_000


@pytest.fixture
def clerk(transactional_db, page_as) -> Reader:
    return Reader(page_as(build_city().people["tax clerk"]), "en")


def taxpayers(count: int) -> FilePayload:
    rows = (f"{invented_code(500_000 + n)},云汀第{n}号公司,2025,云汀市税务局" for n in range(count))
    text = "\n".join(["纳税人识别号,纳税人名称,评价年度,税务机关", *rows])
    return {"name": "名单.csv", "mimeType": "text/csv", "buffer": text.encode()}


def test_pressing_twice_going_back_and_pressing_in_another_tab_save_once(clerk, workers):
    page = clerk.page
    clerk.send_file(taxpayers(3))
    clerk.press("Register all %(count)s from their rows", count=3)
    other = Reader(page.context.new_page(), "en")
    other.go(page.url)
    page.get_by_role("button", name="Save 3 ready rows").dblclick()
    expect(page.get_by_role("heading", name="What was saved")).to_be_visible(timeout=WORKED_OFF)
    saved = set(CreditRecord.objects.values_list("pk", flat=True))
    assert len(saved) == 3

    page.go_back()
    expect(page.get_by_role("heading", name="What was saved")).to_be_visible()
    expect(page.get_by_role("button", name="Save 3 ready rows")).to_have_count(0)
    other.press("Save 3 ready rows")
    expect(other.page.get_by_role("heading", name="What was saved")).to_be_visible()
    assert set(CreditRecord.objects.values_list("pk", flat=True)) == saved
    assert AuditEvent.objects.filter(verb="entities.submission.confirmed").count() == 1


def test_a_worker_is_killed_and_the_page_gets_on_by_itself_with_the_next_one(clerk, media, monkeypatch):
    monkeypatch.setenv("MEDIA_ROOT", str(media))
    page = clerk.page
    page.goto("/submissions/new/")
    page.get_by_label("The file").set_input_files(taxpayers(MANY))
    page.get_by_role("button", name="Send and check").click()
    progress = page.get_by_role("region", name="Progress")
    expect(progress).to_contain_text("You can leave this page")
    submission = Submission.objects.get()
    with running_worker(concurrency=1) as worker:
        wait_until(lambda: Submission.objects.get(pk=submission.pk).rows_worked > 0, "the worker begins")
        kill_with_children(worker)
    left_at = Submission.objects.get(pk=submission.pk)
    assert 0 < left_at.rows_worked < MANY
    # The page says how far it has come, and waits.
    expect(progress.get_by_text(f"{left_at.rows_worked:,} / {left_at.rows_total:,}")).to_be_visible()
    long_ago = timezone.now() - 2 * submissions.STALE_AFTER
    Submission.objects.filter(pk=submission.pk).update(heartbeat_at=long_ago)
    with running_worker(concurrency=1):
        expect(page.get_by_role("button", name="Check again")).to_be_visible(timeout=WORKED_OFF)
    assert clerk.rows("To decide") == MANY
