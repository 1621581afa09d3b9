"""Wordings of decisions: kept by two persons, dated, offered while in force; what was decided by one stays as it was."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import CreditRecord, Notice, RecordType
from repair import services as cases, texts
from repair.models import Case
from repair.wordings import selectors, services
from repair.wordings.models import Wording
from repair.wordings.selectors import wording_book
from repair.wordings.services import Draft
from repair.wordings.shipped import SHIPPED
from repair.workflow import Action
from tests.factories import AgentFactory, BodyFactory, CaseFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return BodyFactory(kind="lead_office")


@pytest.fixture
def writer(office):
    return MemberFactory(body=office, role="lead")


@pytest.fixture
def colleague(office):
    return MemberFactory(body=office, role="lead")


def a_draft(**fields) -> Draft:
    given = {
        "code": "granted-in-short",
        "use": "grant",
        "case_kind": "repair",
        "family": "",
        "name_zh": "准予：简要",
        "name_en": "Grant: in short",
        "text_zh": "{entity}已履行{record}规定的义务。",
        "text_en": "{entity} has performed {record}.",
        "source": "",
        "valid_from": timezone.localdate(),
    }
    return Draft(**given | fields)


def new_version_of(code: str, **fields) -> Draft:
    row = Wording.objects.get(code=code, valid_to=None)
    given = {name: getattr(row, name) for name in Draft.__dataclass_fields__}
    return Draft(**given | {"valid_from": timezone.localdate()} | fields)


def offered(action: str, kind: str, family: str = "public") -> list[str]:
    """What is offered today for a step, by code and language."""
    case = Case(kind=kind, record=CreditRecord(record_type=RecordType(family=family)))
    found = texts.choices_for([action], case=case, book=wording_book(), on=timezone.localdate())
    return [key for _language, choices in found for key, _name in choices]


@pytest.mark.parametrize("language", [code for code, _name in texts.LANGUAGES])
def test_every_wording_that_comes_with_the_platform_can_be_filled_in_from_a_case(language):
    assert set(Wording.objects.values_list("code", flat=True)) == {one.code for one in SHIPPED}
    book, case = wording_book(), CaseFactory()
    for one in SHIPPED:
        case.kind = one.case_kind or "repair"
        case.record.record_type.family = one.family or "public"
        case.sector_rule = "customs-282" if "{rule}" in one.text_zh else ""
        filled = texts.fill_in(f"{one.code}:{language}", case, book)
        assert filled
        assert "{" not in filled


def test_every_decision_has_a_wording_in_both_languages_and_seeding_again_changes_nothing():
    decisions = {
        "repair": (Action.GRANT, Action.REFUSE, Action.UPHOLD_APPEAL, Action.DISMISS_APPEAL),
        "objection": (Action.UPHOLD, Action.DISMISS, Action.REMIT, Action.DISMISS_APPEAL),
        "basis": (Action.REMOVE, Action.KEEP, Action.DISMISS_APPEAL),
    }
    for kind, actions in decisions.items():
        for action in actions:
            assert {key.partition(":")[2] for key in offered(action, kind)} == {"zh-hans", "en"}
    assert services.seed_wordings() == 0


def test_an_association_is_offered_wordings_of_its_charter_and_none_of_a_law_for_authorities():
    assert "granted-all-conditions:en" not in offered("grant", "repair", "market")
    assert "association-granted:en" in offered("grant", "repair", "market")
    assert "association-granted:en" not in offered("grant", "repair")


def test_a_wording_holds_once_a_second_person_has_put_it_in_force(writer, colleague, office):
    draft = services.draft_wording(by=writer, draft=a_draft())
    assert "granted-in-short:en" not in offered("grant", "repair")
    assert Notice.objects.filter(kind="wordings.drafted", body=office).exists()
    with pytest.raises(NotPermitted, match="You wrote this"):
        services.approve_wording(by=writer, wording_id=draft.pk)
    approved = services.approve_wording(by=colleague, wording_id=draft.pk)
    assert services.approve_wording(by=colleague, wording_id=draft.pk) == approved
    assert "granted-in-short:en" in offered("grant", "repair")
    assert "granted-in-short:en" not in offered("uphold", "objection")
    assert Notice.objects.filter(kind="wordings.approved", user=writer).count() == 1
    case = CaseFactory()
    text = texts.fill_in("granted-in-short:en", case, wording_book())
    assert text == f"{case.entity.name} has performed {case.record.document_number}."


def test_the_database_lets_nobody_approve_what_they_wrote(writer):
    draft = services.draft_wording(by=writer, draft=a_draft())
    with pytest.raises(IntegrityError, match="who_writes_a_wording"), transaction.atomic():
        Wording.objects.filter(pk=draft.pk).update(state="approved", approved_by=writer)


def test_a_new_version_ends_the_one_before_on_the_day_before(writer, colleague):
    code, tomorrow = "refused-not-performed", timezone.localdate() + timedelta(days=1)
    before = Wording.objects.get(code=code)
    draft = services.draft_wording(by=writer, draft=new_version_of(code, valid_from=tomorrow))
    services.approve_wording(by=colleague, wording_id=draft.pk)
    before.refresh_from_db()
    assert before.valid_to == timezone.localdate()
    book = wording_book()
    assert book.by_code(code, on=timezone.localdate()) == before
    assert book.by_code(code, on=tomorrow) == draft
    with pytest.raises(InvalidInput, match="begins later"):
        services.draft_wording(by=writer, draft=replace(a_draft(), **_said(draft), valid_from=tomorrow))


def _said(wording: Wording) -> dict:
    return {name: getattr(wording, name) for name in Draft.__dataclass_fields__ if name != "valid_from"}


def test_everything_wrong_with_a_wording_is_said_at_once(writer):
    wrong = a_draft(
        text_zh="{entity}与{fine}", text_en="{entity", name_en=" ",
        valid_from=timezone.localdate() - timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(InvalidInput) as refusal:
        services.draft_wording(by=writer, draft=wrong)
    assert set(refusal.value.problems) == {"text_zh", "text_en", "name_en", "valid_from"}
    with pytest.raises(InvalidInput, match="something else"):
        services.draft_wording(by=writer, draft=a_draft(code="basis-kept"))


def test_only_the_lead_office_writes_and_only_who_works_on_cases_reads(writer):
    clerk = MemberFactory()
    assert selectors.kept(user=clerk).exists()
    with pytest.raises(NotPermitted):
        services.draft_wording(by=clerk, draft=a_draft())
    with pytest.raises(Missing):
        selectors.kept(user=AgentFactory().user)


def test_a_draft_is_changed_by_a_colleague_who_then_is_its_writer_and_thrown_away(writer, colleague):
    draft = services.draft_wording(by=writer, draft=a_draft())
    changed = services.draft_wording(by=colleague, draft=a_draft(text_en="Granted."))
    assert (changed.pk, changed.written_by) == (draft.pk, colleague)
    services.discard_draft(by=writer, wording_id=draft.pk)
    services.discard_draft(by=writer, wording_id=draft.pk)
    assert not Wording.objects.filter(code="granted-in-short").exists()
    assert Notice.objects.filter(kind="wordings.discarded", user=colleague).count() == 1


def test_what_is_ended_is_offered_today_for_the_last_time(writer):
    wording = Wording.objects.get(code="basis-kept")
    services.end_wording(by=writer, wording_id=wording.pk)
    assert "basis-kept:en" in offered("keep", "basis")
    book, tomorrow = wording_book(), timezone.localdate() + timedelta(days=1)
    assert book.by_code("basis-kept", on=tomorrow) is None
    with pytest.raises(WrongState, match="ends today already"):
        services.end_wording(by=writer, wording_id=wording.pk)
    with pytest.raises(WrongState, match="never changed"):
        services.discard_draft(by=writer, wording_id=wording.pk)


def test_what_is_open_against_a_decision_is_replaced_and_never_ended(writer, colleague):
    remedy = Wording.objects.get(use="remedy")
    with pytest.raises(WrongState, match="new version"):
        services.end_wording(by=writer, wording_id=remedy.pk)
    with pytest.raises(InvalidInput, match="as it is"):
        services.draft_wording(by=writer, draft=new_version_of("remedy", text_en="Ask {entity}."))
    with pytest.raises(InvalidInput, match="article"):
        services.draft_wording(by=writer, draft=new_version_of("remedy", source=""))


def test_a_letter_and_a_decision_keep_the_remedy_of_their_day(writer, colleague):
    case = refused()
    tomorrow = timezone.localdate() + timedelta(days=1)
    said = {"text_en": "Ask the court within 90 days.", "text_zh": "九十日内起诉。"}
    draft = services.draft_wording(by=writer, draft=new_version_of("remedy", **said, valid_from=tomorrow))
    services.approve_wording(by=colleague, wording_id=draft.pk)
    assert "within 60 days" in str(case.letters.get(kind="decision").content)
    agent = Client(headers={"accept-language": "en"})
    agent.force_login(case.opened_by)
    page = agent.get(reverse("repair:case-detail", args=(case.number,))).text
    assert "within 60 days" in page
    assert "within 90 days" not in page
    with translation.override("en"):
        assert "90 days" in wording_book().remedy("remedy", on=tomorrow)


def refused() -> Case:
    case = CaseFactory()
    clerk, boss = (MemberFactory(body=case.deciding_body, role=role) for role in ("clerk", "supervisor"))
    for by, action in ((clerk, "propose_refuse"), (boss, "refuse")):
        case.refresh_from_db()
        case = cases.act_on_case(
            by=by, number=case.number, action=action, version=case.version, note="Not paid."
        )
    return case


def test_two_of_the_lead_office_keep_a_wording_on_the_pages(writer, colleague):
    pages = {}
    for person in (writer, colleague):
        pages[person] = Client(headers={"accept-language": "en"})
        pages[person].force_login(person)
    first = pages[writer].get(reverse("wordings:list")).text
    assert "Grant: all conditions are met" in first
    row = Wording.objects.get(code="granted-all-conditions")
    new = f"{reverse('wordings:new')}?of={row.pk}"
    assert row.text_zh[:10] in pages[writer].get(new).text
    sent = new_version_of(row.code, text_en="Granted.")
    typed = {name: getattr(sent, name) for name in Draft.__dataclass_fields__}
    refused_text = pages[writer].post(new, typed | {"text_en": "{x}"})
    assert refused_text.status_code == 422
    assert "In braces only these can stand" in refused_text.text
    shown = pages[writer].post(new, typed, follow=True).text
    assert "You wrote this" in shown
    draft = Wording.objects.get(code=row.code, state="draft")
    at = reverse("wordings:detail", args=(draft.pk,))
    assert "Put it in force" in pages[colleague].get(at).text
    shown = pages[colleague].post(reverse("wordings:approve", args=(draft.pk,)), follow=True).text
    assert "It is in force from" in shown
    assert "Before, from" in shown
    asked = pages[colleague].get(reverse("wordings:end", args=(draft.pk,))).text
    assert "End the wording" in asked
