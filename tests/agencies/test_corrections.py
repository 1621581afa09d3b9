"""A record that is corrected by hand is asked the same as one that is typed or sent, and what follows from it follows."""

from datetime import date
from decimal import Decimal

import pytest

from entities.models import CreditRecord, RecordType, RecordTypeVersion, SubmittingBody
from tests.entities.intake.conftest import catalogue  # noqa: F401  (a fixture)
from tests.factories import MemberFactory, RecordFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def standing(catalogue):  # noqa: F811
    """`standing("tax", "tax-credit-grade", details={…})`: a record in force of a type as it ships."""

    def make(body: str, code: str, **facts) -> CreditRecord:
        version = RecordTypeVersion.objects.filter(record_type__code=code).latest("valid_from")
        return RecordFactory(
            record_type=RecordType.objects.get(code=code),
            type_version=version,
            submitted_by=SubmittingBody.objects.get(code=body),
            decided_on=date(2026, 9, 30),
            **facts,
        )

    return make


def correct(client, record, **typed):
    """What the page of a correction shows, sent back with some of it typed anew."""
    client.force_login(MemberFactory(body=record.submitted_by))
    address = f"/records/{record.pk}/correct/"
    shown = client.get(address).context["form"].initial
    sent = {name: value for name, value in shown.items() if value is not None}
    return client.post(address, sent | {"because": "更正。"} | typed)


PENALTY = {
    "severity_class": "general",
    "penalty_kinds": ["fine"],
    "legal_basis": "《食品安全法》第一百二十四条",
    "amount": Decimal(2000),
    "details": {"procedure": "ordinary", "penalty_content": "罚款2000元"},
}


def test_a_fine_that_differs_from_its_text_is_asked_about_and_a_person_may_confirm_it(client, standing):
    record = standing("market-supervision", "administrative-penalty", **PENALTY)
    asked = correct(client, record, amount="20000000")
    assert asked.status_code == 422
    assert "The content names 2,000 yuan, but 20,000,000 yuan stand here" in str(
        asked.context["form"].errors["amount"]
    )
    assert "It is right as it stands" in asked.content.decode()
    assert not CreditRecord.objects.filter(replaces=record).exists()
    assert correct(client, record, amount="20000000", is_right="on").status_code == 302
    assert CreditRecord.objects.get(replaces=record).amount == Decimal(20_000_000)


def test_a_fine_as_its_text_has_it_is_not_asked_about(client, standing):
    record = standing("market-supervision", "administrative-penalty", **PENALTY)
    assert correct(client, record, amount="3000", detail_penalty_content="罚款3000元").status_code == 302


def test_what_was_confirmed_before_is_not_asked_again_for_another_field(client, standing):
    record = standing("market-supervision", "administrative-penalty", **PENALTY | {"amount": Decimal(5000)})
    assert correct(client, record, title="改过的标题").status_code == 302


@pytest.mark.parametrize(
    ("body", "code", "details", "typed", "title"),
    [
        (
            "tax",
            "tax-credit-grade",
            {"year": "2025", "grade": "B", "points": "80"},
            {"detail_grade": "C", "detail_points": "55"},
            "2025年度纳税缴费信用级别 C",
        ),
        (
            "customs",
            "customs-credit-status",
            {"customs_status": "regular"},
            {"detail_customs_status": "certified"},
            "海关企业信用等级：认证企业",
        ),
    ],
)
def test_the_title_follows_what_it_is_made_of(client, standing, body, code, details, typed, title):
    record = standing(body, code, details=details, title="旧标题", legal_basis="旧依据")
    answer = correct(client, record, **typed, legal_basis="新依据")
    assert answer.status_code == 302, answer.context["form"].errors
    newer = CreditRecord.objects.get(replaces=record)
    assert (newer.title, newer.legal_basis) == (title, "新依据")


def test_a_grade_that_its_points_do_not_give_is_refused_in_a_correction_too(client, standing):
    record = standing(
        "tax", "tax-credit-grade", details={"year": "2025", "grade": "B", "points": "80"}, title="旧"
    )
    answer = correct(client, record, detail_grade="A")
    assert answer.status_code == 422
    assert "80 points do not give A" in str(answer.context["form"].errors["detail_grade"])
