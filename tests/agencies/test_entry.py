"""Entering records by form, as a clerk meets it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from entities.models import CreditRecord
from tests.agencies.conftest import shipped_once as shipped  # noqa: F401  (a fixture)
from tests.agencies.typed import OWN_FIELDS, commendation, penalty
from tests.factories import EntityFactory, MemberFactory, RecordFactory

pytestmark = pytest.mark.django_db
PENALTIES = reverse("agencies:enter", args=("administrative-penalty",))
COMMENDATIONS = reverse("agencies:enter", args=("commendation",))


def send(client, typed, action="send", url=PENALTIES):
    return client.post(url, {**typed, "action": action})


def test_a_penalty_is_saved_with_its_fields_and_waits_for_a_reviewer(clerk, market, sign_in):
    entity = EntityFactory()
    answer = send(
        sign_in(clerk), penalty(entity, confiscated="0.5", penalty_kinds=["fine", "gains-confiscated"])
    )
    assert answer.status_code == 302
    assert answer.url == reverse("agencies:desk")
    record = CreditRecord.objects.get()
    assert (record.status, record.entity, record.submitted_by, record.entered_by) == (
        "waiting",
        entity,
        market,
        clerk,
    )
    assert record.amount == Decimal("32000.00")
    assert record.penalty_kinds == ["fine", "gains-confiscated"]
    assert record.details == {
        "procedure": "ordinary",
        "penalty_content": "罚款32000元",
        "confiscated": "5000",
        "registered_in": "same-province",
    }


@pytest.mark.parametrize("body_code", OWN_FIELDS)
def test_every_department_has_a_penalty_form_of_its_own(city, sign_in, body_code):
    client = sign_in(MemberFactory(body=city.bodies[body_code]))
    form = client.get(PENALTIES).context["form"]
    of_others = {name for code, fields in OWN_FIELDS.items() if code != body_code for name in fields}
    assert set(OWN_FIELDS[body_code]) <= set(form.fields)
    assert not of_others & set(form.fields)
    assert send(client, penalty(EntityFactory(), body_code)).status_code == 302
    details = CreditRecord.objects.get().details
    assert OWN_FIELDS[body_code].items() <= details.items()


@pytest.mark.parametrize("body_code", OWN_FIELDS)
def test_what_a_department_insists_on_must_be_there_before_a_reviewer_sees_it(city, sign_in, body_code):
    client, name = sign_in(MemberFactory(body=city.bodies[body_code])), next(iter(OWN_FIELDS[body_code]))
    answer = send(client, penalty(EntityFactory(), body_code, **{name: ""}))
    assert answer.status_code == 422
    assert name in answer.context["form"].errors
    assert not CreditRecord.objects.exists()


def test_a_commendation_has_no_class_and_no_fine(clerk, sign_in):
    answer = send(sign_in(clerk), commendation(EntityFactory()), url=COMMENDATIONS)
    assert answer.status_code == 302
    record = CreditRecord.objects.get()
    assert (record.severity_class, record.amount, record.details) == ("", None, {"level": "city"})


def test_every_problem_is_told_at_once_and_all_that_was_typed_stays(clerk, sign_in):
    tomorrow = timezone.localdate() + timedelta(days=1)
    typed = penalty(
        EntityFactory(),
        decided_on=tomorrow.isoformat(),
        legal_basis="",
        fine="32000元",
        severity_class=None,
        facts="当事人身份证11010519491231002X",
    )
    answer = send(sign_in(clerk), typed)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert set(form.errors) == {"decided_on", "legal_basis", "fine", "severity_class", "facts"}
    page = answer.content.decode()
    assert typed["penalty_content"] in page
    assert tomorrow.isoformat() in page
    assert not CreditRecord.objects.exists()


@pytest.mark.parametrize(
    ("typed", "use"), [("32000元", "3.2"), ("32,000 yuan", "3.2"), ("３２０００元", "3.2"), ("250000", "25")]
)
def test_who_typed_yuan_is_told_what_to_type_instead(clerk, sign_in, typed, use):
    answer = send(sign_in(clerk), penalty(EntityFactory(), fine=typed, penalty_content="罚款"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'data-use="{use}"' in page


def test_an_amount_that_the_content_contradicts_is_asked_about_once(clerk, sign_in):
    client, typed = sign_in(clerk), penalty(EntityFactory(), fine="32", penalty_content="警告，罚款32000元")
    asked = send(client, typed)
    assert asked.status_code == 422
    assert 'data-use="3.2"' in asked.content.decode()
    assert send(client, typed | {"fine_is_right": "on"}).status_code == 302
    assert CreditRecord.objects.get().amount == 320_000


def test_a_large_fine_goes_through_once_it_is_confirmed(clerk, sign_in):
    client, typed = sign_in(clerk), penalty(EntityFactory(), fine="182", penalty_content="罚款")
    assert send(client, typed).status_code == 422
    assert send(client, typed | {"fine_is_right": "on"}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"penalty_kinds": ["warning"]}, "penalty_kinds"),
        ({"fine": "", "penalty_content": "罚款"}, "fine"),
        ({"confiscated": "1"}, "penalty_kinds"),
        ({"penalty_kinds": ["fine", "permit-revoked"]}, "permit"),
        ({"penalty_kinds": None}, "penalty_kinds"),
        ({"fine": "three"}, "fine"),
        ({"fine": "0.00000001"}, "fine"),
        ({"decided_on": "31 November"}, "decided_on"),
    ],
)
def test_fields_that_do_not_go_together_are_refused_beside_the_field(clerk, sign_in, changes, field):
    answer = send(sign_in(clerk), penalty(EntityFactory(), **changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


@pytest.mark.parametrize(
    "typed", ["20261116", "2026/11/16", "2026年11月16日", "16 Nov 2026", "２０２６-11-16"]
)
def test_a_day_may_be_typed_in_any_usual_way(clerk, sign_in, typed):
    assert send(sign_in(clerk), penalty(EntityFactory(), decided_on=typed)).status_code == 302
    assert CreditRecord.objects.get().decided_on.isoformat() == "2026-11-16"


def test_without_scripts_a_whole_name_is_enough(clerk, sign_in):
    entity = EntityFactory(name_zh="云汀市合广（东区）陈列有限公司")
    typed = penalty(None, entity_text="云汀市合广(东区)陈列有限公司")
    assert send(sign_in(clerk), typed).status_code == 302
    assert CreditRecord.objects.get().entity == entity


def test_without_scripts_a_part_of_a_name_is_answered_with_entities_to_choose_from(clerk, sign_in):
    client = sign_in(clerk)
    meant, other = (
        EntityFactory(name_zh="云汀市禾谷食品有限公司"),
        EntityFactory(name_zh="云汀市禾谷食品销售有限公司"),
    )
    typed = penalty(None, entity_text="禾谷食品")
    answer = send(client, typed)
    assert answer.status_code == 422
    assert {match.entity for match in answer.context["form"].candidates} == {meant, other}
    assert f'name="entity_choice" value="{meant.credit_code}"' in answer.content.decode()
    assert not CreditRecord.objects.exists()
    assert send(client, typed | {"entity_choice": meant.credit_code}).status_code == 302
    assert CreditRecord.objects.get().entity == meant


def test_two_entities_of_one_name_are_never_guessed_between(clerk, sign_in):
    EntityFactory(name_zh="云汀市同名商行"), EntityFactory(name_zh="云汀市同名商行")
    answer = send(sign_in(clerk), penalty(None, entity_text="云汀市同名商行"))
    assert answer.status_code == 422
    assert "entity" in answer.context["form"].errors


def test_a_draft_may_lack_what_only_a_reviewer_needs(clerk, sign_in):
    client = sign_in(clerk)
    answer = send(
        client, penalty(EntityFactory(), registered_in="", penalty_kinds=None, fine=""), action="draft"
    )
    record = CreditRecord.objects.get()
    assert answer.url == reverse("agencies:edit", args=("administrative-penalty", record.pk))
    assert record.status == "draft"
    assert client.get(answer.url).context["form"]["title"].value() == record.title


def test_save_and_next_leads_to_an_empty_form_that_keeps_day_and_authority(clerk, sign_in):
    client, typed = sign_in(clerk), penalty(EntityFactory())
    answer = send(client, typed, action="next")
    form = client.get(answer.url).context["form"]
    assert form["decided_on"].value() == typed["decided_on"]
    assert form["authority"].value() == typed["authority"]
    assert not form["document_number"].value()
    assert not form["entity"].value()


def test_the_same_form_sent_twice_makes_one_record_and_looks_like_a_success(clerk, sign_in):
    client, typed = sign_in(clerk), penalty(EntityFactory())
    assert [send(client, typed).status_code for _ in range(2)] == [302, 302]
    assert CreditRecord.objects.get().status == "waiting"
    assert AuditEvent.objects.filter(verb="entities.record.sent_to_review").count() == 1


def test_a_form_sent_again_with_its_number_in_another_way_of_writing_makes_one_record(clerk, sign_in):
    client, typed = sign_in(clerk), penalty(EntityFactory())
    other = typed | {"document_number": "云市监罚（2026） １１２９号"}
    assert [send(client, one).status_code for one in (typed, other)] == [302, 302]
    assert CreditRecord.objects.get().document_number == typed["document_number"]
    answer = send(client, other | {"title": "另一行为"})
    assert answer.status_code == 422
    assert reverse("entities:record-detail", args=(CreditRecord.objects.get().pk,)) in answer.content.decode()


def test_another_record_under_a_number_in_preparation_is_led_to_the_first_one(clerk, sign_in):
    client, entity = sign_in(clerk), EntityFactory()
    send(client, penalty(entity), action="draft")
    answer = send(client, penalty(entity, title="另一行为"))
    record = CreditRecord.objects.get()
    assert answer.status_code == 422
    assert "document_number" in answer.context["form"].errors
    assert reverse("agencies:edit", args=("administrative-penalty", record.pk)) in answer.content.decode()


def test_a_number_that_is_in_force_is_led_to_its_record(clerk, market, city, sign_in):
    entity = EntityFactory()
    kind = city.types["administrative-penalty"]
    record = RecordFactory(
        submitted_by=market,
        record_type=kind,
        entity=entity,
        document_number=penalty(entity)["document_number"],
    )
    answer = send(sign_in(clerk), penalty(entity))
    assert answer.status_code == 422
    assert reverse("entities:record-detail", args=(record.pk,)) in answer.content.decode()


def test_a_returned_record_shows_why_and_goes_to_review_again(clerk, reviewer, market, sign_in):
    client, entity = sign_in(clerk), EntityFactory()
    send(client, penalty(entity))
    record = CreditRecord.objects.get()
    CreditRecord.objects.update(
        status="returned", reviewed_by=reviewer, reviewed_at=timezone.now(), review_note="请核对金额"
    )
    url = reverse("agencies:edit", args=("administrative-penalty", record.pk))
    page = client.get(url)
    assert "请核对金额" in page.content.decode()
    assert page.context["form"]["fine"].value() == "3.2"
    assert (
        send(client, penalty(entity, fine="1.6", penalty_content="罚款16000元"), url=url).status_code == 302
    )
    record.refresh_from_db()
    assert (record.status, record.amount) == ("waiting", 16_000)


def test_sending_an_edited_record_twice_is_a_success_twice(clerk, sign_in):
    client, entity = sign_in(clerk), EntityFactory()
    send(client, penalty(entity), action="draft")
    url = reverse("agencies:edit", args=("administrative-penalty", CreditRecord.objects.get().pk))
    assert send(client, penalty(entity), url=url).url == reverse("agencies:desk")
    assert send(client, penalty(entity), url=url).status_code == 302
    assert CreditRecord.objects.get().status == "waiting"


def test_a_clerk_is_offered_only_what_the_catalogue_lets_the_department_submit(city, sign_in):
    client = sign_in(MemberFactory(body=city.bodies["tax"]))
    rows = client.get(reverse("agencies:enter-choose")).context["rows"]
    offered = [row["offer"].record_type.code for row in rows]
    assert offered == [
        "administrative-penalty",
        "tax-credit-grade",
        "tax-breach",
        "administrative-licence",
        "inspection-result",
        "commendation",
    ]
    city.types["commendation"].versions.get().submitters.remove(city.bodies["tax"])
    assert client.get(COMMENDATIONS).status_code == 404


@pytest.mark.parametrize("type_code", ["abnormal-listing", "customs-credit-status", "no-such-type"])
def test_the_form_of_another_department_is_not_there(city, sign_in, type_code):
    client = sign_in(MemberFactory(body=city.bodies["tax"]))
    assert client.get(reverse("agencies:enter", args=(type_code,))).status_code == 404
    assert client.get(reverse("agencies:enter-preview", args=(type_code,))).status_code == 404


def test_only_clerks_enter_records(reviewer, sign_in):
    assert sign_in(reviewer).get(PENALTIES).status_code == 403


@pytest.mark.parametrize("status", ["draft", "returned"])
def test_a_clerk_of_another_department_can_neither_see_nor_touch_a_draft(city, market, sign_in, status):
    record = RecordFactory(
        submitted_by=market, record_type=city.types["administrative-penalty"], status=status
    )
    stranger = sign_in(MemberFactory(body=city.bodies["tax"]))
    url = reverse("agencies:edit", args=("administrative-penalty", record.pk))
    assert stranger.get(url).status_code == 404
    assert send(stranger, penalty(EntityFactory(), "tax"), url=url).status_code == 404
    assert stranger.get(reverse("entities:record-detail", args=(record.pk,))).status_code == 404
    record.refresh_from_db()
    assert (record.status, record.title) == (status, "罚款32000元")
