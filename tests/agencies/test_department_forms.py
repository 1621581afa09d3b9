"""The forms that only one department has."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies import entry
from agencies.forms import RecordForm
from entities.models import CreditRecord
from tests.agencies.conftest import shipped_once as shipped  # noqa: F401  (a fixture)
from tests.factories import EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db


def send(client, type_code, **typed):
    sound = {
        "entity": EntityFactory().credit_code,
        "document_number": "云字〔2026〕3号",
        "title": "一项决定",
        "decided_on": (timezone.localdate() - timedelta(days=1)).isoformat(),
        "legal_basis": "《某办法》第一条",
        "authority": "云汀市某局",
        "action": "send",
    }
    return client.post(reverse("agencies:enter", args=(type_code,)), sound | typed)


def sound_for(form: RecordForm) -> dict:
    """Something for every field on which the form insists."""
    typed = {}
    for name in form.own_needed:
        field = form.fields[name]
        typed[name] = next((value for value, _ in getattr(field, "choices", ()) if value), "2026")
    return typed | {"valid_from": "2026-01-01", "valid_until": "2099-12-31"}


@pytest.mark.parametrize(
    "form", entry._forms.values(), ids=lambda form: f"{form.body_code}-{form.record_type_code}"
)
def test_every_registered_form_saves_a_record_of_its_department(city, sign_in, form):
    client = sign_in(MemberFactory(body=city.bodies[form.body_code]))
    drawn = client.get(reverse("agencies:enter", args=(form.record_type_code,)))
    assert drawn.status_code == 200
    typed = sound_for(drawn.context["form"])
    if form.record_type_code == "administrative-penalty":
        typed |= {
            "penalty_kinds": ["fine"],
            "fine": "1",
            "severity_class": "general",
            "penalty_content": "罚款1万元",
        }
    if form.record_type_code == "serious-violation-listing":
        typed["severity_class"] = "serious"
    if form.record_type_code == "inspection-result":
        typed["facts"] = "台账不全"
    answer = send(client, form.record_type_code, **typed)
    assert answer.status_code == 302, answer.context["form"].errors
    record = CreditRecord.objects.get()
    assert record.submitted_by == city.bodies[form.body_code]
    assert record.title
    assert set(drawn.context["form"].own_needed) <= record.details.keys()


def test_every_field_that_a_form_names_is_in_the_catalogue(city, sign_in):
    for form in entry._forms.values():
        client = sign_in(MemberFactory(body=city.bodies[form.body_code]))
        drawn = client.get(reverse("agencies:enter", args=(form.record_type_code,))).context["form"]
        placed = {name for section in drawn.sections for name in section.names}
        assert set(drawn.own_names) <= set(drawn.extra_names), form
        assert placed | {"entity"} == set(drawn.fields), form


def test_registering_a_second_form_for_the_same_records_is_an_error():
    with pytest.raises(ValueError, match="already has a form"):
        entry.register_entry_form("tax", "commendation", RecordForm)


def test_a_customs_status_that_is_younger_than_the_decision_is_refused(city, sign_in):
    client = sign_in(MemberFactory(body=city.bodies["customs"]))
    answer = send(client, "customs-credit-status", customs_status="certified", decided_on="2026-03-31")
    assert answer.status_code == 422
    assert "Order 282" in str(answer.context["form"].errors["customs_status"])
    assert (
        send(client, "customs-credit-status", customs_status="certified", decided_on="2026-04-01").status_code
        == 302
    )
    assert CreditRecord.objects.get().title == "海关企业信用等级：认证企业"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points": "69"}, "grade"),
        ({"points": "101"}, "points"),
        ({"points": "many"}, "points"),
        ({"year": "2031"}, "year"),
        ({"year": "last"}, "year"),
    ],
)
def test_a_tax_grade_must_agree_with_its_points_and_its_year(city, sign_in, changes, field):
    client = sign_in(MemberFactory(body=city.bodies["tax"]))
    typed = {"year": "2025", "grade": "A", "points": "91.4"}
    answer = send(client, "tax-credit-grade", **typed | changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert send(client, "tax-credit-grade", **typed).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"), [({"months": "13"}, "months"), ({"corrected_on": "2025-01-01"}, "corrected_on")]
)
def test_a_breach_of_tax_duties_is_entered_under_its_own_name(city, sign_in, changes, field):
    client = sign_in(MemberFactory(body=city.bodies["tax"]))
    typed = {"breach": "late-filing", "months": "2", "tax_amount": "9000"}
    assert field in send(client, "tax-breach", **typed | changes).context["form"].errors
    assert send(client, "tax-breach", **typed).status_code == 302
    assert CreditRecord.objects.get().title == "未按规定期限纳税缴费申报"


def test_an_inspection_that_found_something_says_what(city, sign_in):
    client = sign_in(MemberFactory(body=city.bodies["market-supervision"]))
    typed = {"inspection_kind": "double-random", "finding": "corrected"}
    assert "facts" in send(client, "inspection-result", **typed).context["form"].errors
    assert send(client, "inspection-result", **typed, facts="台账不全").status_code == 302


@pytest.mark.parametrize("type_code", ["administrative-licence", "commendation"])
def test_nothing_ends_before_it_begins(city, sign_in, type_code):
    client = sign_in(MemberFactory(body=city.bodies["market-supervision"]))
    typed = {
        "licence_kind": "ordinary",
        "content": "食品经营",
        "level": "city",
        "valid_from": "2026-05-01",
        "valid_until": "2025-05-01",
    }
    answer = send(client, type_code, **typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["valid_until"]


@pytest.mark.parametrize(
    ("body_code", "type_code", "public"),
    [
        ("customs", "customs-credit-status", False),
        ("customs", "administrative-penalty", True),
    ],
)
def test_a_form_says_that_facts_will_be_public_only_where_they_will(
    city, sign_in, body_code, type_code, public
):
    client = sign_in(MemberFactory(body=city.bodies[body_code]))
    form = client.get(reverse("agencies:enter", args=(type_code,))).context["form"]
    assert ("Will be public" in str(form.fields["facts"].help_text)) is public


@pytest.fixture
def given(city, sign_in):
    """`given(grade="A", …)`: a clerk of the lead office sends one result; the answer."""
    client = sign_in(MemberFactory(body=city.bodies["lead-office"], role="clerk"))

    def type_in(type_code="national-credit-evaluation", **typed):
        return send(client, type_code, **{"document_number": "", "authority": "示例评价单位"} | typed)

    return type_in


def test_one_result_of_the_nation_is_typed_in_and_waits_for_another_pair_of_eyes(given):
    entity = EntityFactory()
    assert (
        given(entity=entity.credit_code, grade="B", period="2026", decided_on="2026-09-30").status_code == 302
    )
    record = CreditRecord.objects.get()
    assert (record.status, record.title) == ("waiting", "全国公共信用综合评价：B")
    assert record.document_number == f"2026-09-30 {entity.credit_code}"
    assert record.details == {"grade": "B", "period": "2026"}
    form = entry.entry_form("lead-office", "national-credit-evaluation").form_class
    assert form.initial_of(record)["document_number"] == ""


def test_a_result_of_a_province_is_one_of_the_grades_that_its_scale_names(given):
    typed = {"type_code": "provincial-credit-evaluation", "scale": "A B C D"}
    refused = given(grade="E", **typed)
    assert refused.context["form"].errors["grade"] == [
        "The grade is not among those that stand as its scale."
    ]
    assert given(grade="a级", document_number="第3批", **typed).status_code == 302
    assert CreditRecord.objects.get().document_number.startswith("第3批 91")
