"""An association sends its members and what it keeps of them, and sees what changed for them."""

import pytest
from playwright.sync_api import FilePayload, expect

from associations.models import Member
from entities.models import CreditRecord
from tests.browser.accessibility import assert_accessible
from tests.browser.city import City, build_city, fine
from tests.browser.uploading import Reader, assert_fits_a_phone

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

MEMBERS = "统一社会信用代码,会员名称,会员编号,入会日期,数据依据\n"
RECORDS = "统一社会信用代码,会员名称,记录类别,文号,内容,作出日期,依据条款\n"


@pytest.fixture
def city(transactional_db) -> City:
    return build_city()


def table(name: str, text: str) -> FilePayload:
    """A file as an office program saves it."""
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode("gb18030")}


@pytest.mark.parametrize("lang", ["zh-hans"])
def test_members_and_their_records_come_in_and_what_is_new_stands_beside_them(page_as, city, workers, lang):
    hegu, leasing = city.hegu, city.leasing
    officer = Reader(page_as(city.people["officer"], lang=lang), lang)
    page = officer.page
    officer.go("/members/")
    expect(page.get_by_text(officer.says("No members yet"))).to_be_visible()
    assert_accessible(page)

    with page.expect_navigation():
        officer.link("Upload members or records").click()
    assert_accessible(page)
    officer.send_file(
        table(
            "会员名册.csv",
            f"{MEMBERS}{hegu.credit_code},{hegu.name_zh},YTC-1,2021-03-01,协会章程\n"
            f",{leasing.name_zh},YTC-2,2022年5月1日,会员同意\n"
            f"{hegu.credit_code},{hegu.name_zh},YTC-3,2023-01-01,协会章程\n",
        ),
        kind="Members",
    )
    assert [officer.rows(label) for label in ("Ready", "To decide", "Must be fixed")] == [1, 1, 1]
    # Without a code the name is only a proposal.
    decide = officer.says("Decide", "row of a file")
    with page.expect_navigation():
        page.get_by_role("table").first.get_by_role("link", name=decide).click()
    page.get_by_role("radio", name=leasing.name_zh).check()
    with page.expect_navigation():
        officer.button("Confirm, next").click()
    assert_accessible(page)
    assert_fits_a_phone(page)
    officer.save()
    assert_accessible(page)
    assert set(Member.objects.values_list("entity", "member_number")) == {
        (hegu.pk, "YTC-1"),
        (leasing.pk, "YTC-2"),
    }

    # A department's record is news to the association from the day on which it is published.
    city.record("market-supervision", "administrative-penalty", hegu, fine(days_ago=30))
    officer.send_file(
        table(
            "会员记录.csv",
            f"{RECORDS}{hegu.credit_code},{hegu.name_zh},表彰,云餐协〔2026〕1号,明厨亮灶示范单位,2026-03-01,\n"
            f"{hegu.credit_code},{hegu.name_zh},警示,云餐协〔2026〕2号,未公示价目,2026-04-01,《章程》第十一条\n"
            f"{leasing.credit_code},{leasing.name_zh},表彰,云餐协〔2026〕3号,优秀会员,2020-03-01,\n",
        ),
        kind="Member records",
    )
    assert [officer.rows(label) for label in ("Ready", "Must be fixed")] == [2, 1]
    officer.open_lane("Must be fixed")
    expect(page.get_by_role("row").filter(has_text="2020-03-01").first).to_be_visible()
    officer.save()
    assert_accessible(page)
    assert dict(
        CreditRecord.objects.filter(submitted_by=city.bodies["catering-association"]).values_list(
            "title", "status"
        )
    ) == {
        "明厨亮灶示范单位": "published",
        "未公示价目": "waiting",
    }

    officer.go("/members/")
    changed = page.get_by_role("row").filter(has_text=hegu.credit_code)
    expect(changed.get_by_text(fine().title).first).to_be_visible()
    expect(changed.get_by_role("link", name="明厨亮灶示范单位")).to_be_visible()
    with page.expect_navigation():
        officer.link("Something new").click()
    expect(page.get_by_role("row").filter(has_text=hegu.credit_code)).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=leasing.credit_code)).to_have_count(0)
    assert_accessible(page)
    assert_fits_a_phone(page)
