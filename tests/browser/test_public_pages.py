"""Somebody without an account looks a business up and sees what may be public, no more."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from entities.models import CreditRecord, RecordType
from entities.services import records
from evaluation.models import CurrentRating
from evaluation.services import rate_waiting
from tests.browser.accessibility import assert_accessible
from tests.browser.city import City, build_city, fine
from tests.browser.uploading import Reader, assert_fits_a_phone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(transactional_db) -> City:
    """禾谷 has a record in force, and a draft, a waiting one and one whose days are over, which nobody sees."""
    city = build_city()
    city.record("market-supervision", "administrative-penalty", city.hegu, fine(days_ago=30))
    body, clerk = city.bodies["market-supervision"], city.people["market-supervision clerk"]
    for number in ("草稿1号", "待审2号", "期满3号"):
        draft = fine(number=f"云市监罚〔2026〕{number}")
        record = records.save_draft(
            by=clerk,
            body=body,
            entity=city.hegu,
            record_type=RecordType.objects.get(code="administrative-penalty"),
            draft=draft,
        )
        if "草稿" not in number:
            records.send_to_review(by=clerk, record_id=record.pk)
        if "期满" in number:
            records.approve_record(by=city.people["market-supervision reviewer"], record_id=record.pk)
            yesterday = timezone.localdate() - timedelta(days=1)
            CreditRecord.objects.filter(pk=record.pk).update(publish_until=yesterday)
    while rate_waiting(limit=100, as_of=timezone.localdate()):
        pass
    return city


@pytest.mark.parametrize("lang", ("en", "zh-hans"))
def test_a_business_is_found_by_code_name_and_initials_and_shows_what_may_be_public(page_as, city, lang):
    anybody = Reader(page_as(lang=lang), lang)
    page, entity = anybody.page, city.hegu
    name = entity.name_en if lang == "en" else entity.name_zh
    for typed in ("禾谷食品", entity.initials):
        _look_up(anybody, typed)
        found = page.get_by_role("link", name=name, exact=True)
        expect(found).to_have_count(1)
        expect(page.get_by_text(city.leasing.credit_code)).to_have_count(0)
        assert_accessible(page)
    found.click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    # A whole code means one business, so its page opens at once.
    _look_up(anybody, entity.credit_code)
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()

    expect(page.get_by_text(fine().document_number)).to_be_visible()
    for hidden in ("草稿1号", "待审2号", "期满3号"):
        expect(page.get_by_text(hidden)).to_have_count(0)
    internal = CurrentRating.objects.get(entity=entity, scheme__code="risk-class").scheme
    for text in (internal.name_zh, internal.name_en, fine().facts):
        expect(page.get_by_text(text)).to_have_count(0)
    assert_accessible(page)
    assert_fits_a_phone(page)
    # The desk's page of the entity asks for an account.
    anybody.go(f"/entities/{entity.credit_code}/")
    assert "/entities/" not in page.url.split("?")[0]


def _look_up(anybody: Reader, typed: str) -> None:
    anybody.go("/")
    anybody.page.get_by_label(anybody.says("Name or code")).fill(typed)
    with anybody.page.expect_navigation():
        anybody.page.keyboard.press("Enter")
