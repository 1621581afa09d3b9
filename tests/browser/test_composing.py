"""A scheme is changed, and a new one begun, in the browser: drafted, simulated by a worker, published by a second person."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from entities.models import Membership
from evaluation.composing.models import SchemeDraft, Simulation
from evaluation.models import CurrentRating
from evaluation.services import rate_waiting
from tests.browser.accessibility import assert_accessible
from tests.browser.city import City, build_city, fine
from tests.browser.uploading import Reader, assert_fits_a_phone
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "city-comprehensive"
GENERAL = "v:/components/0/each/add/0/gives/general"


@pytest.fixture
def city(transactional_db) -> City:
    """A rated city, and a second person in the lead office."""
    city = build_city()
    city.people["colleague"] = MemberFactory(body=city.bodies["lead-office"], role=Membership.Role.LEAD)
    city.record("market-supervision", "administrative-penalty", city.hegu, fine())
    city.record(
        "market-supervision",
        "administrative-penalty",
        city.leasing,
        fine(days_ago=20, number="云市监罚〔2026〕0413号"),
    )
    while rate_waiting(limit=100, as_of=timezone.localdate()):
        pass
    return city


def looked_at(page: Page) -> None:
    """The page stands in nobody's way, at a desk and on a phone."""
    assert_accessible(page)
    assert_fits_a_phone(page)


def keep(reader: Reader, **typed: str) -> None:
    """Type into the form of a draft and keep it."""
    for name, value in typed.items():
        field = reader.page.locator(f"[name='{name}']")
        folded = reader.page.locator("details:not([open])").filter(has=field)
        while folded.count():
            folded.first.locator("> summary").click()
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    reader.press("Keep the draft")


def simulate(reader: Reader, draft: SchemeDraft) -> Simulation:
    """Have a worker rate the city by the draft, and wait until its page shows what was found."""
    reader.go(f"/schemes/drafts/{draft.pk}/simulate/")
    looked_at(reader.page)
    reader.page.locator("[name=grade_0]").fill("1")
    reader.press("Simulate the whole city")
    expect(
        reader.page.get_by_role(
            "heading", name=reader.says("The last twelve months under the draft"), exact=True
        )
    ).to_be_visible(timeout=90_000)
    looked_at(reader.page)
    return Simulation.objects.latest("pk")


def publish(reader: Reader, draft: SchemeDraft) -> None:
    """The colleague's part."""
    reader.go(f"/schemes/drafts/{draft.pk}/")
    looked_at(reader.page)
    reader.press("Publish")
    draft.refresh_from_db()
    assert draft.state == "published"


@pytest.mark.parametrize("lang", ["zh-hans"])
def test_a_scheme_is_changed_simulated_and_published_by_a_colleague(page_as, city, workers, lang):
    lead = Reader(page_as(city.people["lead"], lang=lang), lang)
    colleague = Reader(page_as(city.people["colleague"], lang=lang), lang)
    lead.go("/schemes/")
    looked_at(lead.page)
    with lead.page.expect_navigation():
        lead.page.locator(f"form[action$='/schemes/{CODE}/draft/'] button").click()
    draft = SchemeDraft.objects.get()
    lead.go(f"/schemes/drafts/{draft.pk}/edit/")
    looked_at(lead.page)
    keep(lead, **{GENERAL: "many"})
    expect(lead.page.locator("[data-error-summary]")).to_be_focused()
    assert_accessible(lead.page)
    keep(lead, **{GENERAL: "-37", "reason": "General penalties weigh more."})
    draft.refresh_from_db()
    assert draft.document["components"][0]["each"]["add"][0]["gives"]["general"] == "-37"

    simulation = simulate(lead, draft)

    assert (simulation.state, simulation.draft) == ("done", draft)
    was = set(CurrentRating.objects.values_list("grade", flat=True))
    lead.go(f"/schemes/drafts/{draft.pk}/")
    lead.press("Put before a colleague")
    expect(lead.button("Publish")).to_have_count(0)
    publish(colleague, draft)
    assert draft.decided_by == city.people["colleague"]
    assert set(CurrentRating.objects.values_list("grade", flat=True)) == was, "until its day nothing moves"

    # What becomes of it is for officials to read until it is in force; the method of the day stays what it was.
    reader = Reader(page_as(city.people["tax clerk"], lang=lang), lang)
    reader.go(f"/schemes/{CODE}/")
    expect(reader.page.get_by_text(re.compile("[−-]37"))).to_have_count(0)
    with reader.page.expect_navigation():
        reader.page.locator("#versions a[href='?version=2']").click()
    expect(reader.page.get_by_text(re.compile("[−-]37")).first).to_be_visible()
    looked_at(reader.page)


@pytest.mark.parametrize("lang", ["en"])
def test_a_scheme_that_there_was_not_is_begun_filled_in_and_published(page_as, city, workers, lang):
    lead = Reader(page_as(city.people["lead"], lang=lang), lang)
    colleague = Reader(page_as(city.people["colleague"], lang=lang), lang)
    lead.go("/schemes/")
    with lead.page.expect_navigation():
        lead.link("Begin a new scheme").click()
    looked_at(lead.page)
    lead.press("Begin the draft")
    expect(lead.page.locator("[data-error-summary]")).to_be_focused()
    page = lead.page
    page.locator("[name=types][value=administrative-penalty]").check()
    for name in ("purpose", "basis", "seen"):
        page.locator(f"[name={name}_zh]").fill("《食品安全法》")
        page.locator(f"[name={name}_en]").fill("Food Safety Law")
    page.locator("[name=code]").fill("food-grade")
    page.locator("[name=name_zh]").fill("食品安全等级")
    page.locator("[name=name_en]").fill("Food safety grade")
    page.locator("[name=family]").select_option("sector")
    page.locator("[name=public]").check()
    lead.press("Begin the draft")
    draft = SchemeDraft.objects.get()
    looked_at(page)
    keep(
        lead,
        **{
            "v:/components/0/each/gives/general": "-50",
            "add:/rules": "rule",
            "reason": "The law asks for it.",
            "effective_from": (timezone.localdate() + timedelta(days=1)).isoformat(),
        },
    )
    draft.refresh_from_db()
    assert draft.document["rules"][0]["code"] == "new-rule"

    simulation = simulate(lead, draft)

    assert simulation.base is None
    lead.go(f"/schemes/drafts/{draft.pk}/")
    lead.press("Put before a colleague")
    publish(colleague, draft)
    assert draft.became.number == 1

    public = page_as(None, lang=lang)
    public.goto("/schemes/food-grade/")
    expect(public.get_by_role("heading", level=1)).to_have_text(
        "Food safety grade" if lang == "en" else "食品安全等级"
    )
    assert_accessible(public)
