"""The whole product of states, actions and roles: what the table has, what it has not, and who is refused."""

import itertools
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from credit_platform.common.errors import DomainError, Missing, NotPermitted, WrongState
from repair import services
from repair.models import Case, CaseStep
from repair.workflow import TABLES, Action, State, actions_open_to
from tests.factories import AgentFactory, BodyFactory, CaseFactory, MemberFactory, UserFactory
from tests.repair.papers import pdf

pytestmark = pytest.mark.django_db

APPLICANT = ("agent",)
DEPARTMENT = ("clerk", "reviewer", "supervisor")
ROLES = (*APPLICANT, *DEPARTMENT, "lead")
STRANGERS = (
    "proposer",
    "record clerk",
    "record reviewer",
    "other agent",
    "other department",
    "association officer",
    "nobody",
)
#: The role in which each of these would otherwise be allowed something.
OWN_WORK = {"record clerk": "clerk", "record reviewer": "supervisor", "proposer": "supervisor"}
#: Who takes which step from where, written down a second time: the table of the code must agree with it.
REPAIR = {
    ("draft", "submit"): ("submitted", APPLICANT),
    ("draft", "withdraw"): ("withdrawn", APPLICANT),
    ("draft", "settle"): ("settled", ()),
    ("submitted", "ask_material"): ("more_material", DEPARTMENT),
    ("submitted", "propose_grant"): ("proposed", DEPARTMENT),
    ("submitted", "propose_refuse"): ("proposed", DEPARTMENT),
    ("submitted", "note"): ("submitted", (*DEPARTMENT, "lead")),
    ("submitted", "extend"): ("submitted", ("supervisor",)),
    ("submitted", "withdraw"): ("withdrawn", APPLICANT),
    ("submitted", "settle"): ("settled", ()),
    ("more_material", "supply_material"): ("submitted", APPLICANT),
    ("more_material", "take_up_again"): ("submitted", DEPARTMENT),
    ("more_material", "note"): ("more_material", (*DEPARTMENT, "lead")),
    ("more_material", "withdraw"): ("withdrawn", APPLICANT),
    ("more_material", "settle"): ("settled", ()),
    ("proposed", "grant"): ("granted", ("supervisor",)),
    ("proposed", "refuse"): ("refused", ("supervisor",)),
    ("proposed", "send_back"): ("submitted", ("supervisor",)),
    ("proposed", "note"): ("proposed", (*DEPARTMENT, "lead")),
    ("proposed", "extend"): ("proposed", ("supervisor",)),
    ("proposed", "withdraw"): ("withdrawn", APPLICANT),
    ("proposed", "settle"): ("settled", ()),
    ("refused", "appeal"): ("appealed", APPLICANT),
    ("appealed", "uphold_appeal"): ("granted", ("lead",)),
    ("appealed", "dismiss_appeal"): ("appeal_dismissed", ("lead",)),
    ("appealed", "note"): ("appealed", (*DEPARTMENT, "lead")),
    ("appealed", "withdraw_appeal"): ("refused", APPLICANT),
    ("appealed", "settle"): ("settled", ()),
}
APPEAL = {
    ("appealed", "dismiss_appeal"): ("appeal_dismissed", ("lead",)),
    ("appealed", "note"): ("appealed", (*DEPARTMENT, "lead")),
    ("appealed", "settle"): ("settled", ()),
}
OBJECTION = {
    ("draft", "submit"): ("submitted", APPLICANT),
    ("draft", "withdraw"): ("withdrawn", APPLICANT),
    ("draft", "settle"): ("settled", ()),
    ("dismissed", "appeal"): ("appealed", APPLICANT),
    ("appealed", "uphold_appeal"): ("upheld", ("lead",)),
    ("appealed", "remit"): ("submitted", ("lead",)),
    ("appealed", "withdraw_appeal"): ("dismissed", APPLICANT),
    **APPEAL,
    ("submitted", "ask_material"): ("more_material", DEPARTMENT),
    ("submitted", "propose_correct"): ("proposed", ("clerk",)),
    ("submitted", "propose_end"): ("proposed", DEPARTMENT),
    ("submitted", "propose_dismiss"): ("proposed", DEPARTMENT),
    ("submitted", "note"): ("submitted", (*DEPARTMENT, "lead")),
    ("submitted", "extend"): ("submitted", ("supervisor",)),
    ("submitted", "withdraw"): ("withdrawn", APPLICANT),
    ("submitted", "settle"): ("settled", ()),
    ("more_material", "supply_material"): ("submitted", APPLICANT),
    ("more_material", "take_up_again"): ("submitted", DEPARTMENT),
    ("more_material", "note"): ("more_material", (*DEPARTMENT, "lead")),
    ("more_material", "withdraw"): ("withdrawn", APPLICANT),
    ("more_material", "settle"): ("settled", ()),
    ("proposed", "uphold"): ("upheld", ("supervisor",)),
    ("proposed", "dismiss"): ("dismissed", ("supervisor",)),
    ("proposed", "send_back"): ("submitted", ("supervisor",)),
    ("proposed", "note"): ("proposed", (*DEPARTMENT, "lead")),
    ("proposed", "extend"): ("proposed", ("supervisor",)),
    ("proposed", "withdraw"): ("withdrawn", APPLICANT),
    ("proposed", "settle"): ("settled", ()),
}
BASIS = {
    ("draft", "submit"): ("submitted", APPLICANT),
    ("submitted", "ask_material"): ("more_material", DEPARTMENT),
    ("submitted", "propose_remove"): ("proposed", DEPARTMENT),
    ("submitted", "propose_keep"): ("proposed", DEPARTMENT),
    ("submitted", "note"): ("submitted", (*DEPARTMENT, "lead")),
    ("submitted", "extend"): ("submitted", ("supervisor",)),
    ("submitted", "withdraw"): ("withdrawn", APPLICANT),
    ("submitted", "settle"): ("settled", ()),
    ("more_material", "supply_material"): ("submitted", APPLICANT),
    ("more_material", "take_up_again"): ("submitted", DEPARTMENT),
    ("more_material", "note"): ("more_material", (*DEPARTMENT, "lead")),
    ("more_material", "withdraw"): ("withdrawn", APPLICANT),
    ("more_material", "settle"): ("settled", ()),
    ("proposed", "remove"): ("removed", ("supervisor",)),
    ("proposed", "keep"): ("kept", ("supervisor",)),
    ("proposed", "send_back"): ("submitted", ("supervisor",)),
    ("proposed", "note"): ("proposed", (*DEPARTMENT, "lead")),
    ("proposed", "extend"): ("proposed", ("supervisor",)),
    ("proposed", "withdraw"): ("withdrawn", APPLICANT),
    ("proposed", "settle"): ("settled", ()),
    ("kept", "appeal"): ("appealed", APPLICANT),
    ("appealed", "uphold_appeal"): ("removed", ("lead",)),
    ("appealed", "withdraw_appeal"): ("kept", APPLICANT),
    **APPEAL,
}
for _table in (REPAIR, OBJECTION, BASIS):
    for (_state, _action), (_target, _who) in list(_table.items()):
        if _action == "note":
            _table[_state, "opinion"] = (_target, _who)
#: The department withdraws the record in the registry; of a fallen basis it has to decide.
for _table in (REPAIR, OBJECTION):
    for _state in ("submitted", "more_material", "proposed", "appealed"):
        _table[_state, "end_with_record"] = ("record_withdrawn", ())
EXPECTED = {"repair": REPAIR, "objection": OBJECTION, "basis": BASIS}
EVERY_STEP = [(kind, *key) for kind, table in EXPECTED.items() for key in table]


def case_in(state: str, kind: str = "repair") -> Case:
    """A case in a state in which every step of the table could be taken as far as time and papers go."""
    late = {"due_on": timezone.localdate() - timedelta(days=1)} if state == "more_material" else {}
    case = CaseFactory(state=state, kind=kind, **late)
    case.clocks.filter(kind="decision").update(may_extend_by=3)
    if state == "draft" and kind == "repair":
        complete(case)
    return case


def complete(case: Case) -> None:
    """Give a draft its proof and its signed letter."""
    services.add_proof(by=case.opened_by, number=case.number, upload=pdf())
    services.sign_commitment(by=case.opened_by, number=case.number, name="Pei Huaijin", agreed=True)
    case.refresh_from_db()


def person(role: str, case: Case):
    body, record = case.deciding_body, case.record
    match role:
        case "agent":
            return case.opened_by
        case "lead":
            return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
        case "proposer":
            supervisor = MemberFactory(body=body, role="supervisor")
            Case.objects.filter(pk=case.pk).update(proposed_by=supervisor)
            return supervisor
        case "record clerk":
            return record.entered_by
        case "record reviewer":
            record.reviewed_by = MemberFactory(body=body, role="supervisor")
            record.save()
            return record.reviewed_by
        case "other agent":
            return AgentFactory().user
        case "other department":
            return MemberFactory(role="supervisor")
        case "association officer":
            return MemberFactory(body=BodyFactory(kind="association"), role="officer")
        case "nobody":
            return UserFactory()
    return MemberFactory(body=body, role=role)


def take(case: Case, action: str, by) -> Case:
    return services.act_on_case(
        by=by,
        number=case.number,
        action=action,
        version=case.version,
        note="Because.",
        correction={"title": "Fine of 1,000 yuan"} if action == "propose_correct" else None,
    )


def test_the_table_is_the_one_that_was_agreed():
    assert set(TABLES) == set(EXPECTED) == set(Case.Kind.values)
    for kind, agreed in EXPECTED.items():
        table = {(state.value, action.value): move.target for (state, action), move in TABLES[kind].items()}
        assert table == {key: target for key, (target, _who) in agreed.items()}


@pytest.mark.parametrize(("kind", "state"), list(itertools.product(EXPECTED, State.values)))
def test_exactly_the_steps_of_the_table_can_be_taken_and_by_whom_it_says(kind, state):
    case = case_in(state, kind)
    people = {role: person(role, case) for role in ROLES}
    for action in Action.values:
        target, who = EXPECTED[kind].get((state, action), ("", ()))
        for role in set(ROLES) - set(who):
            with pytest.raises((NotPermitted if target else WrongState, Missing)):
                take(case, action, people[role])
    case.refresh_from_db()
    assert case.state == state
    assert not case.steps.exists()


@pytest.mark.parametrize(("kind", "state", "action"), EVERY_STEP)
def test_every_step_of_the_table_is_taken_by_everybody_whom_it_names(kind, state, action):
    target, who = EXPECTED[kind][state, action]
    for role in who:
        case = case_in(state, kind)
        if state == "appealed":
            # The letter about the appeal names the day on which it was filed.
            filed = next(key for key in EXPECTED[kind] if key[1] == "appeal")
            case.steps.create(action="appeal", source=filed[0], target=state, version=case.version)
        assert take(case, action, person(role, case)).state == target
        assert CaseStep.objects.get(case=case, action=action).target == target


@pytest.mark.parametrize(("kind", "state", "action"), EVERY_STEP)
def test_every_step_is_refused_to_whoever_has_no_part_in_it_or_had_too_great_a_part(kind, state, action):
    _target, who = EXPECTED[kind][state, action]
    deciding = action in {"grant", "refuse", "uphold", "dismiss", "remove", "keep", "send_back"}
    case = case_in(state, kind)
    for role in STRANGERS:
        if OWN_WORK.get(role) in who and not deciding:
            continue
        user = person(role, case)
        case.refresh_from_db()
        with pytest.raises((NotPermitted, Missing)):
            take(case, action, user)
        case.refresh_from_db()
        assert case.state == state


@pytest.mark.parametrize("role", ["record clerk", "record reviewer", "proposer"])
def test_whoever_had_a_hand_in_the_record_may_prepare_the_case_and_only_not_decide_it(role):
    case = case_in("submitted")
    assert take(case, "ask_material", person(role, case)).state == "more_material"


@pytest.mark.parametrize("action", [*Action.values, "nonsense", ""])
def test_somebody_who_is_not_signed_in_or_was_shut_out_finds_no_case(action):
    case = case_in("submitted")
    shut_out = MemberFactory(body=case.deciding_body, role="supervisor", is_active=False)
    for user in (AnonymousUser(), shut_out):
        with pytest.raises(Missing):
            take(case, action, user)


def test_a_step_that_does_not_exist_is_refused_in_words():
    case = case_in("submitted")
    with pytest.raises(WrongState, match="no step called"):
        take(case, "nonsense", person("clerk", case))


@pytest.mark.parametrize(
    ("kind", "state", "action"),
    [(kind, *key) for kind, table in TABLES.items() for key, move in table.items() if move.needs_words],
)
def test_a_step_that_needs_words_is_not_taken_without_them(kind, state, action):
    case = case_in(state, kind)
    _target, who = EXPECTED[kind][state.value, action.value]
    with pytest.raises(DomainError) as refusal:
        services.act_on_case(
            by=person(who[0], case), number=case.number, action=action, version=case.version, note="  \n "
        )
    assert refusal.value.problems["note"]
    case.refresh_from_db()
    assert case.state == state


def test_the_page_offers_what_the_service_allows():
    for kind, state, action in EVERY_STEP:
        _target, who = EXPECTED[kind][state, action]
        case = case_in(state, kind)
        for role in ROLES:
            offered = actions_open_to(person(role, case), case, timezone.localdate())
            assert (action in offered) == (role in who), (state, action, role)
