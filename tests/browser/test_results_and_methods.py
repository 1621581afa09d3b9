"""In a real browser: a file of results is saved and taken back by two, and the method of a public grade is read."""

import re
from datetime import date

import pytest
from playwright.sync_api import FilePayload, expect

from entities.models import CreditRecord, Submission, SubmittingBody
from entities.services import submissions, taking_back
from entities.services.catalogue import seed_catalogue
from evaluation import services
from evaluation.schemes.shipped import shipped_schemes
from tests.browser.accessibility import assert_accessible
from tests.browser.sides import assert_fits
from tests.browser.uploading import Reader, assert_fits_a_phone
from tests.evaluation.test_imported import HEAD
from tests.factories import EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "云汀市启帆机电安装工程技术服务有限责任公司汀东第二分公司"


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_a_clerk_and_a_reviewer_save_a_file_of_results_and_take_it_back(page_as, media, lang):
    seed_catalogue()
    office = SubmittingBody.objects.get(code="lead-office")
    clerk, reviewer = (MemberFactory(body=office, role=role) for role in ("clerk", "reviewer"))
    entity = EntityFactory(name_zh=LONG)
    content = f"{HEAD}\n{entity.credit_code},{LONG},A,2026-06-30,2026,示例评价单位"
    payload = FilePayload(name="综合评价结果2026.csv", mimeType="text/csv", buffer=content.encode())
    first, second = (Reader(page_as(who, lang=lang), lang) for who in (clerk, reviewer))

    first.go("/submissions/new/")
    first.page.get_by_role("radio", name=first.says("National comprehensive evaluations")).check()
    first.page.get_by_label(first.says("The file")).set_input_files(payload)
    first.button("Send and check").click()
    first.page.wait_for_url(re.compile(r"/submissions/\d+/$"))
    submission = Submission.objects.get()
    submissions.check_submission(submission_id=submission.pk)
    here = f"/submissions/{submission.pk}/"
    first.go(here)
    with first.page.expect_navigation():
        first.page.locator("form[data-primary] button").click()
    expect(first.page.get_by_text(first.says("This file lies before a reviewer"))).to_be_visible()
    assert_fits_a_phone(first.page)

    second.go(here)
    assert_accessible(second.page)
    assert_fits_a_phone(second.page)
    with second.page.expect_navigation():
        second.page.locator("form[data-primary] button").click()
    submissions.save_submission(submission_id=submission.pk)
    assert CreditRecord.objects.get().status == "published"

    first.go(here)
    first.link("Ask that this file be taken back").click()
    first.page.get_by_label(first.says("Reason")).fill("名单发错了年度。")
    assert_fits_a_phone(first.page)
    first.press("Ask a reviewer to agree")
    expect(first.page.get_by_text("名单发错了年度。")).to_be_visible()
    second.go(here)
    assert_fits_a_phone(second.page)
    second.link("Agree that it is taken back").click()
    expect(second.page.get_by_text("名单发错了年度。")).to_be_visible()
    assert_fits_a_phone(second.page)
    second.press("Take the file back")
    taking_back.take_back(submission_id=submission.pk)
    assert CreditRecord.objects.get().status == "withdrawn"


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_anybody_reads_the_whole_method_of_a_public_grade_on_a_phone_too(page_as, lang):
    seed_catalogue()
    shipped = next(one for one in shipped_schemes() if one.document.family == "evaluation")
    seen_by = shipped.document.seen_by.model_copy(update={"public": True})
    services.install_scheme(
        by=None,
        code=shipped.code,
        facts=shipped.facts | {"is_public": True},
        document=shipped.document.model_copy(update={"seen_by": seen_by}),
        effective_from=date(2026, 1, 1),
    )
    for width in (1440, 390):
        reader = Reader(page_as(None, lang=lang, width=width), lang)
        reader.go("/methods/")
        assert_fits(reader.page, width)
        assert_accessible(reader.page)
        reader.page.locator("#h-public ~ * a").first.click()
        reader.page.wait_for_url(f"**/{shipped.code}/")
        assert_fits(reader.page, width)
        assert_accessible(reader.page)
        name = shipped.facts["name_en" if lang == "en" else "name_zh"]
        expect(reader.page.get_by_role("heading", level=1)).to_contain_text(name)
