"""Files of departments as they really are, from the clerk's upload to what the public sees, in both languages.

The registry holds what the real register has of the entities that the files name: some hundreds of its million.
"""

import csv
import gzip
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from entities import naming
from entities.codes import normalise, organisation_code_of
from entities.intake.matching import head_office_in
from entities.models import CreditRecord, Entity
from entities.services.imports import import_entities
from tests import factories
from tests.browser.accessibility import assert_accessible
from tests.browser.city import City, build_city
from tests.browser.looking_up import look_up
from tests.browser.uploading import Reader, assert_fits_a_phone

pytestmark = [pytest.mark.real_data, pytest.mark.integration, pytest.mark.django_db(transaction=True)]

TAX_LIST = "tax_credit_A_2018/jiangxi_gbk.csv"
PENALTIES = "cn_penalties_nfra/penalties.csv"
REGISTER = "cn_enterprise_registration/all_name_uscc.csv.gz"
#: What the 4,937 rows of the tax list are with that registry.
BY_CODE, BY_ORGANISATION_CODE = 515, 151
UNREGISTERED, OTHER_NAME, OTHER_NAME_OF_ORGANISATION, NAMESAKE, HEAD_OFFICE = 3_362, 7, 6, 7, 7
REFUSED = 882
#: Once they are decided on, so many rows speak of an entity of which another row already speaks.
REPEATED = 2
#: What is saved when all is decided but the namesakes and the branches.
READY = BY_CODE + BY_ORGANISATION_CODE + OTHER_NAME + OTHER_NAME_OF_ORGANISATION + UNREGISTERED - REPEATED
CONFIRM_ALL = ("Confirm the one proposal", "Confirm all %(count)s single proposals")
REGISTER_ALL = ("Register this one", "Register all %(count)s from their rows")
OWN = "You entered this record yourself; a colleague must review it."


@pytest.fixture(scope="module")
def register(real_data_dir, tmp_path_factory) -> Path:
    """The rows of the real register that a row of the two files could mean."""
    with (real_data_dir / TAX_LIST).open(encoding="gb18030", newline="") as file:
        taxpayers = [(normalise(number), name) for number, name, *_rest in csv.reader(file)]
    with (real_data_dir / PENALTIES).open(encoding="utf-8-sig", newline="") as file:
        punished = [row[name] for row in csv.DictReader(file) for name in ("party", "head_office")]
    inner = {code for number, _name in taxpayers if (code := organisation_code_of(number))}
    names = {naming.name_key(name) for name in (*punished, *(name for _number, name in taxpayers))}
    names |= {head_office_in(name) for name in names}
    part = tmp_path_factory.mktemp("register") / "register.csv"
    with (
        gzip.open(real_data_dir / REGISTER, "rt", encoding="utf-8-sig", newline="") as whole,
        part.open("w", encoding="utf-8", newline="") as file,
    ):
        rows, chosen = csv.reader(whole), csv.writer(file)
        chosen.writerow(next(rows))
        chosen.writerows(row for row in rows if len(row) > 1 and (row[1][8:17] in inner or row[0] in names))
    return part


@pytest.fixture
def city(transactional_db, register) -> City:
    city = build_city()
    import_entities(path=register)
    return city


@pytest.mark.parametrize("lang", ["zh-hans"])
def test_the_list_of_a_tax_office_goes_in_as_it_is_and_the_rest_comes_back(
    page_as, city, workers, real_data_dir, lang
):
    clerk = Reader(page_as(city.people["tax clerk"], lang=lang), lang)
    clerk.send_file(real_data_dir / TAX_LIST)
    _read_the_preview(clerk)
    _decide_which_entities_are_meant(clerk)
    assert clerk.rows("Ready") == READY
    clerk.save()
    assert_accessible(clerk.page)
    _see_the_records(clerk)
    _see_what_is_public(Reader(page_as(lang=lang), lang))
    _take_the_rest_back(clerk)
    _send_it_again(clerk, real_data_dir / TAX_LIST)


def _read_the_preview(clerk: Reader) -> None:
    """How many rows are good, and each problem with its row, column, value and reason."""
    assert_accessible(clerk.page)
    counts = [clerk.rows(label) for label in ("Ready", "To decide", "Must be fixed", "Already on file")]
    to_decide = UNREGISTERED + OTHER_NAME + OTHER_NAME_OF_ORGANISATION + NAMESAKE + HEAD_OFFICE
    assert counts == [BY_CODE + BY_ORGANISATION_CODE, to_decide, REFUSED, 0]
    clerk.open_lane("Must be fixed")
    problem = clerk.page.get_by_role("row").filter(has_text="360206550875725").first
    expect(problem.get_by_role("cell").nth(0)).to_have_text("A3")
    expect(problem.get_by_role("cell").nth(1)).to_have_text("纳税人识别号")
    expect(problem).to_contain_text("55087572-5")
    assert_fits_a_phone(clerk.page)


def _decide_which_entities_are_meant(clerk: Reader) -> None:
    """One of each kind by hand; the rest of a kind together; what has no good code is not registered."""
    page = clerk.page
    _show(clerk, "The organisation code fits, the name is another")
    _press_decide(clerk)
    _choose_and_confirm(clerk, page.get_by_role("radio").first)
    # After a proposal comes the next proposal, not one of the many that are only to be registered.
    expect(
        _deciding(page).get_by_role("radio", name=clerk.says("A new entity: register it from this row"))
    ).to_have_count(0)
    _all_at_once(
        clerk, "The organisation code fits, the name is another", CONFIRM_ALL, OTHER_NAME_OF_ORGANISATION - 1
    )
    _all_at_once(clerk, "The code is in the registry under another name", CONFIRM_ALL, OTHER_NAME)
    _show(clerk, "Only the head office of the branch is in the registry")
    _press_decide(clerk)
    _choose_and_confirm(clerk, page.get_by_role("radio", name=clerk.says("None of these: leave the row out")))
    _show(clerk, "Good code, not in the registry yet")
    _press_decide(clerk)
    assert_accessible(page)
    new = page.get_by_role("radio", name=clerk.says("A new entity: register it from this row"))
    _choose_and_confirm(clerk, new)
    _all_at_once(
        clerk,
        "Good code, not in the registry yet",
        REGISTER_ALL,
        UNREGISTERED - 1,
    )
    clerk.open_lane("Ready")


def _deciding(page: Page):
    return page.locator("form#decide")


def _group(clerk: Reader, label: str):
    """A kind of question, on its card."""
    return clerk.page.get_by_role("listitem").filter(has_text=clerk.says(label))


def _show(clerk: Reader, label: str) -> None:
    """See the rows that ask one kind of question."""
    with clerk.page.expect_navigation():
        _group(clerk, label).get_by_role("link").click()


def _press_decide(clerk: Reader) -> None:
    """Press “Decide” at the first row of those shown."""
    with clerk.page.expect_navigation():
        clerk.page.get_by_role("table").first.get_by_role(
            "link", name=clerk.says("Decide", "row of a file")
        ).first.click()


def _choose_and_confirm(clerk: Reader, choice) -> None:
    choice.check()
    with clerk.page.expect_navigation():
        clerk.page.get_by_role("button", name=clerk.says("Confirm, next")).click()


def _all_at_once(clerk: Reader, label: str, answers: tuple[str, str], count: int) -> None:
    """Press the one button that answers a kind of question for so many rows."""
    answer = clerk.counted(*answers, count, count=f"{count:,}")
    with clerk.page.expect_navigation():
        _group(clerk, label).get_by_role("button", name=answer).click()


def _see_the_records(clerk: Reader) -> None:
    """They stand on the entity's page and in the list of the department."""
    page = clerk.page
    entity = page.get_by_role("row").nth(1).get_by_role("link").last
    name = entity.inner_text()
    entity.click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_role("link", name="2018年度纳税缴费信用级别 A")).to_be_visible()
    assert_accessible(page)
    with page.expect_navigation():
        clerk.link("Our records").click()
    expect(
        page.get_by_text(clerk.counted("%(found)s record", "%(found)s records", READY, found=READY))
    ).to_be_visible()
    page.go_back()
    page.go_back()


def _see_what_is_public(anybody: Reader) -> None:
    """The list is public as it came: anybody finds the taxpayer by a part of its name."""
    record = CreditRecord.objects.select_related("entity").earliest("pk")
    anybody.go(f"/search/?q={record.entity.name_zh[:-6]}")
    anybody.page.get_by_role("link", name=record.entity.name_zh).click()
    expect(anybody.page.get_by_text(record.title)).to_be_visible()
    assert_accessible(anybody.page)


def _take_the_rest_back(clerk: Reader) -> None:
    """A file in the same format, with a column of reasons."""
    count = 4_937 - READY
    text = clerk.counted(
        "The %(rows)s row that was not taken",
        "The %(rows)s rows that were not taken",
        count,
        rows=f"{count:,}",
    )
    clerk.page.get_by_text(text, exact=True).click()
    with clerk.page.expect_download() as download:
        clerk.link("CSV, with a column of reasons").click()
    rest = Path(download.value.path()).read_bytes()
    head, *rows = csv.reader(io.StringIO(rest.decode("gb18030")))
    assert head == ["纳税人识别号", "纳税人名称", "评价年度", "税务机关", "原因 / Reason"]
    assert len(rows) == count
    assert all(reason for *_cells, reason in rows)
    assert ["360206550875725", "景德镇市伟雁水暖器材物资有限公司"] in [row[:2] for row in rows]


def _send_it_again(clerk: Reader, path: Path) -> None:
    """Nothing would change, and there is nothing to confirm."""
    records = CreditRecord.objects.count()
    clerk.send_file(path)
    assert [clerk.rows(label) for label in ("Ready", "Already on file")] == [0, READY]
    expect(clerk.button("Nothing to save")).to_be_disabled()
    clerk.open_lane("Already on file")
    assert_accessible(clerk.page)
    assert CreditRecord.objects.count() == records


@pytest.mark.parametrize("lang", ["en"])
def test_the_penalties_of_a_regulator_are_proposed_by_name_chosen_by_hand_and_reviewed_by_another(
    page_as, city, workers, real_data_dir, lang
):
    clerk = Reader(page_as(city.people["financial-supervision clerk"], lang=lang), lang)
    clerk.send_file(real_data_dir / PENALTIES)
    assert [clerk.rows(label) for label in ("Ready", "To decide", "Must be fixed")] == [0, 50, 50]
    expect(clerk.button("Nothing to save")).to_be_disabled()
    # A branch is not its head office: each is looked at.
    expect(
        _group(clerk, "Only the head office of the branch is in the registry").get_by_role("button")
    ).to_have_count(0)
    assert_accessible(clerk.page)
    assert_fits_a_phone(clerk.page)

    _show(clerk, "The name fits, there is no good code")
    _press_decide(clerk)
    proposed = _deciding(clerk.page).get_by_role("radio").first
    expect(proposed).not_to_be_checked()
    _choose_and_confirm(clerk, proposed)
    _show(clerk, "Only the head office of the branch is in the registry")
    _press_decide(clerk)
    _look_up(clerk, city.leasing)
    assert_accessible(clerk.page)
    ready = clerk.rows("Ready")
    clerk.save()
    expect(
        clerk.page.get_by_text(
            clerk.says(
                "The records wait for a reviewer of your body. They are in the registry once a colleague has approved them."
            )
        )
    ).to_be_visible()
    assert_accessible(clerk.page)
    assert CreditRecord.objects.filter(status="waiting").count() == ready >= 2

    _review(page_as, city, lang)


def _look_up(clerk: Reader, entity: Entity) -> None:
    """Choose an entity that nobody proposed by typing its initials; only the keyboard."""
    form = _deciding(clerk.page)
    form.get_by_role("radio", name=clerk.says("Another one, which I look up")).check()
    look_up(form.get_by_role("combobox"), entity.initials[:6])
    expect(clerk.page.get_by_role("option").first).to_be_visible()
    clerk.page.keyboard.press("Enter")
    with clerk.page.expect_navigation():
        clerk.page.keyboard.press("Enter")


def _review(page_as, city: City, lang: str) -> None:
    """A reviewer approves one and returns one; who sent the file reviews none of it."""
    approved, returned = CreditRecord.objects.order_by("pk")[:2]
    factories.MembershipFactory(
        user=approved.entered_by, body=city.bodies["financial-supervision"], role="reviewer"
    )
    sender = Reader(page_as(approved.entered_by, lang=lang), lang)
    sender.go(f"/review/{approved.pk}/")
    expect(sender.page.get_by_text(sender.says(OWN))).to_be_visible()
    expect(sender.button("Approve")).to_have_count(0)

    reviewer = Reader(page_as(city.people["financial-supervision reviewer"], lang=lang), lang)
    page = reviewer.page
    for record in (approved, returned):
        reviewer.go("/review/")
        page.get_by_role("link", name=f"{reviewer.says('Open')} {record.document_number}").click()
        expect(page.get_by_role("heading", name=record.title, level=1)).to_be_visible()
        assert_accessible(page)
        if record == approved:
            reviewer.press("Approve")
        else:
            page.get_by_label(reviewer.says("Note to the clerk")).fill("请核对处罚日期。")
            reviewer.press("Return with this note")
    # Decided years ago: it counts, but its publicity is over.
    assert CreditRecord.objects.get(pk=approved.pk).status == "expired"
    assert CreditRecord.objects.get(pk=returned.pk).status == "returned"
    sender.go("/desk/?lane=returned")
    expect(sender.page.get_by_text("请核对处罚日期。").first).to_be_visible()
