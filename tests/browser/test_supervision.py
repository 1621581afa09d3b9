"""What a grade leads to, in a real browser: from a rule by two persons to a draw, with nothing in a reader's way."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from agencies.supervision.models import SupervisionRule
from entities.models import LegalInstrument, RecordType, SubmittingBody
from entities.services.catalogue import seed_catalogue
from evaluation.boards import counting
from evaluation.models import Scheme
from tests.browser.accessibility import assert_accessible
from tests.browser.sides import assert_fits
from tests.factories import (
    CurrentRatingFactory,
    EntityFactory,
    MemberFactory,
    RatingChangeFactory,
    RecordFactory,
    install_shipped_schemes,
)

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "云汀市启帆机电安装工程技术服务有限责任公司汀东第二分公司"


@pytest.fixture
def office(transactional_db) -> SubmittingBody:
    seed_catalogue()
    return SubmittingBody.objects.get(code="lead-office")


@pytest.fixture
def market(office) -> SubmittingBody:
    """Market supervision, with six entities by risk class, some of them inspected."""
    today, market = timezone.localdate(), SubmittingBody.objects.get(code="market-supervision")
    scheme = install_shipped_schemes()["risk-class"]
    kind = RecordType.objects.get(code="inspection-result")
    for number, grade in enumerate("ABCDCD"):
        entity = EntityFactory(
            name_zh=f"{number}号{LONG}",
            name_en=f"Yunting Qifan Electromechanical Installation and Engineering Services, branch {number}",
            district="汀东区",
            registered_on=today - timedelta(days=900),
        )
        place = scheme.compiled.letters.index(grade)
        CurrentRatingFactory(entity=entity, version=scheme.version, grade=grade, place=place)
        RatingChangeFactory(
            entity=entity, version=scheme.version, as_of=today - timedelta(days=5), from_grade="A", to_grade=grade,
            from_place=0, to_place=place,
        )  # fmt: skip
        if number % 2:
            RecordFactory(
                entity=entity, record_type=kind, type_version=kind.versions.last(), submitted_by=market,
                decided_on=today - timedelta(days=100 * number), severity_class="",
            )  # fmt: skip
    counting.follow()
    return market


def rule(grade: str, body: SubmittingBody, **fields) -> SupervisionRule:
    given = {
        "code": f"of-{grade.lower()}",
        "kind": "inspection",
        "scheme": Scheme.objects.get(code="risk-class"),
        "grades": [grade],
        "body": body,
        "name_zh": f"{grade}类企业抽查频次",
        "name_en": f"Inspections of class {grade}",
        "text_zh": "至迟每6个月检查一次。",
        "text_en": "Inspected at the latest every 6 months.",
        "instrument": LegalInstrument.objects.get(code="registration-rules-2022"),
        "article": "第六十五条",
        "every_months": 6,
        "share_least": 20,
        "share_most": 100,
        "valid_from": timezone.localdate() - timedelta(days=90),
        "state": "approved",
        "written_by": MemberFactory(body=body),
        "approved_by": MemberFactory(body=body),
    }
    return SupervisionRule.objects.create(**given | fields)


@pytest.mark.parametrize(("lang", "width"), [("zh-hans", 1440), ("en", 390)])
def test_nothing_on_the_pages_of_supervision_stands_in_a_readers_way(page_as, market, lang, width):
    shown, _other = (rule(grade, market) for grade in "CD")
    draft = rule("A", market, state="draft", approved_by=None)
    supervisor = MemberFactory(body=market, role="supervisor")
    page = page_as(supervisor, lang=lang, width=width)
    page.goto("/supervision/draws/new/")
    page.locator("[name=purpose]").fill("秋季抽查")
    page.locator(f"[name=inspectors][value='{supervisor.pk}']").check()
    page.locator("[name=each]").fill("1")
    page.locator("form.card button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/supervision/draws/\d+/$"))
    draw = page.url
    code = page.locator("tbody .code").first.inner_text()
    for path in (
        "/supervision/inspections/",
        "/supervision/inspections/?q=nobody",
        "/supervision/rules/",
        f"/supervision/rules/{shown.pk}/",
        f"/supervision/rules/{draft.pk}/",
        f"/supervision/rules/{shown.pk}/entities/",
        f"/supervision/rules/{shown.pk}/entities/?show=came",
        "/supervision/rules/new/?from=lindian-b",
        "/supervision/draws/",
        "/supervision/draws/new/",
        draw,
        f"{draw}?again=1",
        f"/entities/{code}/what-follows/",
    ):
        page.goto(path)
        assert_accessible(page)
        assert_fits(page, width)


def test_a_rule_by_two_persons_puts_an_entity_on_the_list_of_its_page(page_as, office, market):
    writer, colleague = (MemberFactory(body=office, role="lead") for _person in range(2))
    page = page_as(writer)
    page.goto("/supervision/inspections/?body=market-supervision")
    expect(page.get_by_text("No rule says how often this department inspects")).to_be_visible()
    page.goto("/supervision/rules/new/?from=lindian-b")
    page.locator("[name=code]").fill("inspections-of-b")
    page.locator("[name=every_months]").fill("12")
    page.get_by_role("button", name="Keep the draft").click()
    # All that is missing is said at once, and what was typed is still there.
    expect(page.locator("[name=every_months]")).to_have_value("12")
    expect(page.get_by_text("Name the law on which this stands").first).to_be_visible()
    page.locator("[name=instrument]").select_option(
        str(LegalInstrument.objects.get(code="registration-rules-2022").pk)
    )
    page.locator("[name=article]").fill("第六十五条")
    page.get_by_role("button", name="Keep the draft").click()
    expect(page.get_by_text("You wrote this; another person puts it in force.")).to_be_visible()
    address = page.url

    page = page_as(colleague)
    page.goto(address)
    page.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_text("It is in force from")).to_be_visible()
    page.goto("/supervision/inspections/?body=market-supervision")
    expect(page.locator("tbody tr a.rowlink")).to_have_count(1)
    page.locator("tbody tr a.rowlink").click()
    expect(page.locator("#what-follows")).to_contain_text("第六十五条")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_the_public_reads_what_follows_from_a_grade(page_as, market, lang, width):
    evaluation = Scheme.objects.get(code="city-comprehensive")
    Scheme.objects.filter(pk=evaluation.pk).update(is_public=True)
    none = dict.fromkeys(("every_months", "share_least", "share_most"))
    rule("A", market, **none, code="fast-lane", kind="incentive", scheme=evaluation)
    rule(
        "D", market, **none, code="no-tender", kind="restriction", scheme=evaluation, listed_as="第三项 限制参加招标"
    )  # fmt: skip
    page = page_as(lang=lang, width=width)
    page.goto("/methods/")
    page.locator("a[href='/methods/consequences/']").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    assert_accessible(page)
    assert_fits(page, width)
