"""Asks axe what stands in the way of a reader with a screen reader, a keyboard or weak eyes."""

from functools import cache

from django.conf import settings
from playwright.sync_api import Page, expect

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
#: Without `preload: false` axe fetches the style sheets again by itself. What a rule finds is as serious as the rule is.
RUN = """() => axe.run(document, {
    resultTypes: ['violations'],
    preload: false,
    rules: Object.fromEntries(
        axe._audit.rules
            .filter(rule => ['minor', 'moderate'].includes(rule.impact))
            .map(rule => [rule.id, {enabled: false}])
    ),
})"""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def assert_accessible(page: Page) -> None:
    """Fail with each rule and element where axe finds something serious on the page, once all of it is there."""
    page.wait_for_load_state()
    expect(page.locator(".htmx-request")).to_have_count(0)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found = page.evaluate(RUN)
    problems = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n    {node['html'][:200]}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
    assert not problems, f"{page.url} is not accessible:\n" + "\n".join(problems)
