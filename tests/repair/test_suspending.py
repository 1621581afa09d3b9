"""Where the city's regulation says so, nobody else sees a record while an objection to it is checked: nowhere."""

import itertools
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies as st
from rest_framework.test import APIClient

from credit_platform.audit.models import AuditEvent
from entities import looks, two_persons
from entities.drafts import draft_of
from entities.models import CreditRecord, SubmittingBody
from entities.services import records
from entities.sharing import feed
from entities.sharing.models import Change
from evaluation.explanation import visible_records
from repair import clocks, selectors, services, suspension
from repair.models import Case, ClockRule, Profile, ProfileChoice
from tests.factories import (
    AgentFactory,
    BodyFactory,
    MemberFactory,
    RecordFactory,
    UserFactory,
)
from tests.repair.papers import pdf

pytestmark = pytest.mark.django_db
NUMBERS = itertools.count()


def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


def choose(profile: str, since: date | None = None) -> None:
    ProfileChoice.objects.create(
        profile=profile, since=since or timezone.localdate(), reason="for a test", chosen_by=UserFactory()
    )


@pytest.fixture
def taizhou():
    choose(Profile.TAIZHOU)


def record_to_hide() -> CreditRecord:
    record = RecordFactory(title=f"不该出现的标题第{next(NUMBERS)}件", legal_basis="Art. 9")
    record.type_version.submitters.add(record.submitted_by)
    return record


def objected(record: CreditRecord | None = None) -> Case:
    record = record or record_to_hide()
    agent = AgentFactory(entity=record.entity).user
    return services.file_objection(
        by=agent,
        record_id=record.pk,
        ground="wrong",
        statement="We were never there.",
        uploads=[pdf()],  # Some of the regulations ask for a paper.
    )


def act(case: Case, by, action: str, **more) -> Case:
    case.refresh_from_db()
    return services.act_on_case(
        by=by, number=case.number, action=action, version=case.version, note="Because.", **more
    )


def where_it_shows(case: Case) -> set[str]:
    """Every place in which somebody who is not of its department, its entity or the lead office finds the record."""
    case.refresh_from_db()
    shows = {place for place, text in _public_pages(case) if _tells_of(case.record, text)}
    for name, user in _others().items():
        shows |= {
            f"{name}: {place}" for place, text in _pages_for(user, case) if _tells_of(case.record, text)
        }
    return shows | who_gets_it(case, _others())


def _others() -> dict:
    return {
        "official": MemberFactory(role="clerk"),
        "officer": MemberFactory(body=BodyFactory(kind="association"), role="officer"),
        "other agent": AgentFactory().user,
    }


def who_gets_it(case: Case, readers: dict) -> set[str]:
    """Who of them gets the record by the querysets on which pages, files, interface, feed and reasons of grades stand."""
    case.refresh_from_db()
    gets = set()
    if CreditRecord.objects.public_on(timezone.localdate()).filter(pk=case.record_id).exists():
        gets.add("public queryset")
    for name, user in readers.items():
        if CreditRecord.objects.visible_to(user).filter(pk=case.record_id).exists():
            gets.add(f"{name}: queryset")
        if visible_records(user=user, record_ids=[case.record_id]):
            gets.add(f"{name}: explanation of a grade")
    for body in SubmittingBody.objects.filter(memberships__user__in=readers.values()):
        changes = list(feed.shared_with(body, Change.objects.filter(record_id=case.record_id), None))
        if any(told.record is not None for told in feed.told(body, changes)):
            gets.add(f"feed of {body.kind}")
    return gets


def _tells_of(record: CreditRecord, text: str) -> bool:
    return record.title in text or record.document_number in text


def _public_pages(case: Case):
    public, entity = Client(), case.entity
    yield "portal", public.get(reverse("portal:entity", args=(entity.credit_code,))).content.decode()
    yield (
        "portal search",
        public.get(reverse("portal:search"), {"q": case.record.document_number[:3]}).content.decode(),
    )
    for kind in ("penalties", "other"):
        url = reverse("portal:entity-records", args=(entity.credit_code, kind))
        yield f"portal {kind}", public.get(url).content.decode()


def _pages_for(user, case: Case):
    web, api, code = Client(), APIClient(), case.entity.credit_code
    web.force_login(user)
    api.force_authenticate(user)
    yield "record", web.get(reverse("entities:record-detail", args=(case.record_id,))).content.decode()
    yield "entity", web.get(reverse("entities:entity-detail", args=(code,)) + "?tab=all").content.decode()
    yield "api record", str(api.get(reverse("api-record-detail", args=(case.record_id,))).json())
    yield "api list", json.dumps(api.get(reverse("api-record-list")).json(), ensure_ascii=False)
    for export in ("records", "entity-records"):
        answer = web.get(f"/export/{export}.jsonl", {"entity": code})
        if answer.status_code == 200:
            yield f"export {export}", b"".join(answer.streaming_content).decode()


def is_seen_by(user, case: Case) -> bool:
    case.refresh_from_db()
    return (
        CreditRecord.objects.visible_to(type(user).objects.get(pk=user.pk)).filter(pk=case.record_id).exists()
    )


def test_before_the_objection_every_one_of_these_places_shows_the_record(taizhou):
    case = Case(record=record_to_hide())
    case.entity = case.record.entity
    case.refresh_from_db = lambda: None
    assert {
        "portal",
        "portal other",
        "public queryset",
        "official: queryset",
        "official: explanation of a grade",
        "official: record",
        "official: entity",
        "official: api record",
        "official: api list",
        "official: export entity-records",
        "officer: queryset",
        "officer: record",
        "officer: api record",
        "officer: export entity-records",
        "feed of department",
        "feed of association",
    } <= where_it_shows(case)


def test_filing_suspends_the_disclosure_at_once_and_everywhere_under_taizhou(taizhou):
    case = objected()
    assert where_it_shows(case) == set()
    case.refresh_from_db()
    assert (case.record.objected, case.record.suspended, case.suspended_by) == (True, True, "taizhou-forward")
    event = AuditEvent.objects.get(verb="entities.record.suspended")
    assert (event.target_id, "第十三条" in event.detail["because"]) == (str(case.record_id), True)


def test_the_department_the_entity_and_the_lead_office_go_on_seeing_it(taizhou):
    case = objected()
    for user in (case.opened_by, MemberFactory(body=case.deciding_body), lead()):
        assert is_seen_by(user, case)


@pytest.mark.parametrize("profile", sorted(set(Profile.values) - {Profile.TAIZHOU}))
def test_under_every_other_regulation_the_record_is_marked_and_stays_where_it_was(profile):
    choose(profile)
    case = objected()
    case.refresh_from_db()
    assert (case.record.objected, case.record.suspended, case.suspended_by) == (True, False, "")
    assert {"public queryset", "official: queryset", "feed of department"} <= who_gets_it(case, _others())


WAYS = st.lists(
    st.sampled_from(
        [
            "ask_material",
            "supply_material",
            "propose_end",
            "propose_dismiss",
            "send_back",
            "correct",
            "extend",
        ]
    ),
    max_size=6,
)
ENDS = st.sampled_from(["withdraw", "dismiss", "uphold", "record ends"])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(way=WAYS, end=ENDS)
def test_whatever_happens_in_the_case_it_shows_nowhere_until_it_ends_and_then_what_stands_shows(
    taizhou, way, end
):
    case, others = objected(), _others()
    body = case.deciding_body
    clerk, reviewer, supervisor = (
        MemberFactory(body=body, role=role) for role in ("clerk", "reviewer", "supervisor")
    )
    people = {"supply_material": case.opened_by, "send_back": supervisor, "extend": supervisor}
    for step in way:
        case.refresh_from_db()
        if step == "correct":
            _correct(case, clerk, reviewer)
        elif step in {move.action for move in _open_to(people.get(step, clerk), case)}:
            act(case, people.get(step, clerk), step)
        case.refresh_from_db()
        assert case.record.suspended
        assert who_gets_it(case, others) == set()
    _end(case, end, clerk, supervisor)
    case.refresh_from_db()
    assert (case.record.objected, case.record.suspended) == (False, False)
    stands = case.record.status == CreditRecord.Status.PUBLISHED
    assert bool(who_gets_it(case, others)) == stands


def _open_to(user, case: Case):
    return selectors.moves_open_to(user, case, timezone.localdate())


def _correct(case: Case, clerk, reviewer) -> None:
    """The department corrects the record outside the case; the corrected one is as suspended as the old one."""
    newer = records.correct_record(
        by=clerk,
        record_id=case.record_id,
        draft=replace(draft_of(case.record), facts=f"{case.record.facts}."),
        because="A slip of the pen.",
    )
    records.approve_record(by=reviewer, record_id=newer.pk)


def _end(case: Case, end: str, clerk, supervisor) -> None:
    case.refresh_from_db()
    if end == "record ends":
        if two_persons.needs_two(case.record):
            records.ask_for_withdrawal(by=clerk, record_id=case.record_id, because="It was a mistake.")
        records.withdraw_record(by=supervisor, record_id=case.record_id, because="It was a mistake.")
        return
    if end == "withdraw":
        act(case, case.opened_by, "withdraw")
        return
    if case.state == "more_material":
        act(case, case.opened_by, "supply_material")
    case.refresh_from_db()
    if case.state == "proposed":
        act(case, supervisor, "send_back")
    act(case, clerk, {"dismiss": "propose_dismiss", "uphold": "propose_end"}[end])
    act(case, supervisor, end)


def test_the_feed_tells_that_it_is_gone_and_then_that_it_is_there_again(taizhou):
    reader = BodyFactory()
    case = objected()
    act(case, case.opened_by, "withdraw")
    changes = feed.shared_with(reader, Change.objects.filter(record_id=case.record_id), None).order_by("pk")
    assert [one.kind for one in changes] == ["published", "suspended", "disclosed"]


def test_the_database_suspends_nothing_that_is_not_under_objection():
    record = record_to_hide()
    with pytest.raises(IntegrityError, match="only_what_is_under_objection"), transaction.atomic():
        CreditRecord.objects.filter(pk=record.pk).update(suspended=True)


def test_choosing_the_regulation_suspends_what_was_filed_since_that_day_and_nothing_older():
    with time_machine.travel(timezone.now() - timedelta(days=3)):
        older = objected()
    newer = objected()
    clocks.choose_profile(
        by=lead(), profile=Profile.TAIZHOU, since=timezone.localdate(), reason="The council."
    )
    for case in (older, newer):
        case.refresh_from_db()
    assert not older.record.suspended
    assert newer.record.suspended
    assert who_gets_it(newer, _others()) == set()


def test_a_rule_that_ends_discloses_again_what_it_suspended_and_running_it_twice_changes_nothing(taizhou):
    case = objected()
    ClockRule.objects.filter(code="taizhou-forward").update(suspends=False)
    assert (suspension.follow_rules(), suspension.follow_rules()) == (1, 0)
    case.refresh_from_db()
    assert (case.record.objected, case.record.suspended, case.suspended_by) == (True, False, "")


def test_what_is_suspended_counts_as_seen_in_confidence_when_its_department_looks_at_it(taizhou):
    case = objected()
    record = CreditRecord.objects.select_related("type_version", "record_type").get(pk=case.record_id)
    assert not looks._plainly_public(record, timezone.localdate())


def test_both_pages_say_what_is_suspended_and_by_which_article(taizhou, client):
    record = record_to_hide()
    agent = AgentFactory(entity=record.entity).user
    client.force_login(agent)
    before = client.get(f"{reverse('repair:objection-new')}?record={record.pk}").content.decode()
    assert "the record is not disclosed" in before
    assert "第十三条" in before
    case = services.file_objection(by=agent, record_id=record.pk, ground="wrong", statement="No.")
    page = client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
    assert "Disclosure suspended" in page
    assert "第十三条" in page
    assert (
        "Disclosure suspended"
        in client.get(reverse("entities:record-detail", args=(record.pk,))).content.decode()
    )
