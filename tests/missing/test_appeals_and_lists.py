"""A refusal about a missing record can be appealed against; what is missing is listed, taken away, counted and called."""

from datetime import timedelta

import pytest
import time_machine
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from credit_platform.common.errors import InvalidInput, NotPermitted, WrongState
from entities.models import Notice
from repair import figures
from repair.missing import printing, selectors, services
from repair.missing.models import MissingRecord, MissingStep
from repair.missing.workflow import MOVES, Action, State, moves_open_to
from tests.factories import AgentFactory, BodyFactory, MemberFactory, MissingRecordFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return BodyFactory(kind="lead_office")


@pytest.fixture
def lead(office):
    return MemberFactory(body=office, role="lead")


@pytest.fixture
def refused(ask, reviewer):
    missing = ask()
    return act(reviewer, missing, "refuse", "It went to another firm.")


def act(by, missing, action, note="", **more) -> MissingRecord:
    return services.act_on_missing(by=by, number=missing.number, action=action, note=note, **more)


def kinds(**receiver) -> list[str]:
    return sorted(Notice.objects.filter(**receiver).values_list("kind", flat=True))


# Appeals


def test_an_appeal_goes_to_the_lead_office_with_a_term_of_its_own(refused, agency, lead, office, body):
    with pytest.raises(InvalidInput):
        act(agency.user, refused, "appeal")
    appealed = act(agency.user, refused, "appeal", "The firm it went to is ours.")
    assert (appealed.state, appealed.rule) == ("appealed", "objection-appeal-platform")
    assert kinds(body=office) == ["missing.appealed"]
    assert "missing.appealed" in kinds(body=body)
    assert list(selectors.missing_for_list(user=lead, waiting=True)) == [appealed]
    assert selectors.count_waiting(lead) == 1


def test_upheld_the_body_answers_anew_by_somebody_else_and_what_was_said_stays_readable(
    refused, agency, lead, reviewer, body, entered
):
    act(agency.user, refused, "appeal", "It is ours.")
    again = act(lead, refused, "remit", "The list of the congress names it.")
    assert (again.state, again.answered_by, again.reasons, again.rule) == (
        "filed",
        None,
        "",
        "objection-result-platform",
    )
    assert [step.action for step in again.steps.all()] == ["file", "refuse", "appeal", "remit"]
    assert again.steps.get(action="refuse").note == "It went to another firm."
    with pytest.raises(NotPermitted, match="asked for before"):
        act(reviewer, again, "refuse", "No.")
    other = MemberFactory(body=body, role="supervisor")
    done = act(other, again, "enter", record_id=entered().pk)
    assert done.state == "entered"
    assert kinds(entity=agency.entity) == ["missing.entered", "missing.refused", "missing.remitted"]


def test_dismissed_with_reasons_it_is_over(refused, agency, lead):
    act(agency.user, refused, "appeal", "It is ours.")
    with pytest.raises(InvalidInput):
        act(lead, refused, "dismiss_appeal", " ")
    done = act(lead, refused, "dismiss_appeal", "The list does not name it.")
    assert (done.state, done.appeal_reasons) == ("appeal_dismissed", "The list does not name it.")
    assert moves_open_to(agency.user, done, timezone.localdate()) == []


def test_who_dismissed_an_appeal_hears_no_other_about_the_same(refused, agency, lead, office, ask, body):
    act(agency.user, refused, "appeal", "It is ours.")
    act(lead, refused, "dismiss_appeal", "No.")
    again = ask()
    act(MemberFactory(body=body, role="reviewer"), again, "refuse", "No.")
    act(agency.user, again, "appeal", "It is ours.")
    with pytest.raises(NotPermitted, match="asked for before"):
        act(lead, again, "dismiss_appeal", "No.")
    assert not selectors.missing_for_list(user=lead, waiting=True).exists()
    assert act(MemberFactory(body=office, role="lead"), again, "remit", "Look again.").state == "filed"


def test_the_appeal_is_filed_once_and_in_time(refused, agency, settings):
    settings.REPAIR_APPEAL_WITHIN_DAYS = 15
    act(agency.user, refused, "appeal", "It is ours.")
    withdrawn = act(agency.user, refused, "withdraw_appeal")
    assert (withdrawn.state, withdrawn.reasons) == ("refused", "It went to another firm.")
    with pytest.raises(WrongState, match="once"):
        act(agency.user, refused, "appeal", "It is ours after all.")


def test_after_its_days_an_appeal_is_refused(refused, agency, settings):
    settings.REPAIR_APPEAL_WITHIN_DAYS = 15
    for days, state in ((16, "refused"), (15, "appealed")):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            if state == "refused":
                with pytest.raises(WrongState, match="had to be filed"):
                    act(agency.user, refused, "appeal", "It is ours.")
            else:
                assert act(agency.user, refused, "appeal", "It is ours.").state == state


def test_an_association_decides_alone_on_what_it_records_of_its_members(refused, agency):
    type(refused.record_type).objects.filter(pk=refused.record_type_id).update(family="market")
    with pytest.raises(WrongState, match="decides alone"):
        act(agency.user, refused, "appeal", "It is ours.")


def test_an_appeal_that_is_overdue_is_told_the_lead_office_once(refused, agency, office):
    act(agency.user, refused, "appeal", "It is ours.")
    for _hour in range(2):
        services.watch(today=MissingRecord.objects.get().due_on + timedelta(days=1))
    assert kinds(body=office) == ["missing.appeal_overdue", "missing.appealed"]


# The table


def people(missing, office) -> dict:
    body = missing.body
    return {
        "agent": AgentFactory(entity=missing.entity).user,
        "clerk": MemberFactory(body=body, role="clerk"),
        "reviewer": MemberFactory(body=body, role="reviewer"),
        "supervisor": MemberFactory(body=body, role="supervisor"),
        "lead": MemberFactory(body=office, role="lead"),
    }


MAY = {
    "enter": {"reviewer", "supervisor"},
    "refuse": {"reviewer", "supervisor"},
    "withdraw": {"agent"},
    "appeal": {"agent"},
    "withdraw_appeal": {"agent"},
    "remit": {"lead"},
    "dismiss_appeal": {"lead"},
}


@pytest.mark.parametrize("state", State.values)
def test_no_state_is_reached_but_by_the_table(state, office, entered, agency, body, kind):
    facts = {"answered_by": UserFactory(), "answered_at": timezone.now(), "reasons": "No."}
    answered = facts if state in {"refused", "appealed", "appeal_dismissed", "entered"} else {}
    missing = MissingRecordFactory(
        entity=agency.entity, body=body, record_type=kind, document_number="No. 5", state=state, **answered,
        **({"record": entered()} if state == "entered" else {}),
        **({"appealed_at": timezone.now(), "appeal_statement": "Ours."} if state == "appealed" else {}),
        **({"appeal_decided_by": UserFactory(), "appeal_reasons": "No."} if state == "appeal_dismissed" else {}),
    )  # fmt: skip
    record = entered(document_number="No. 7")
    for role, person in people(missing, office).items():
        offered = {move.action.value for move in moves_open_to(person, missing, timezone.localdate())}
        for action in Action.values:
            allowed = (state, action) in MOVES and role in MAY[action]
            assert (action in offered) == allowed, (role, action)
            try:
                with transaction.atomic():
                    done = act(person, missing, action, "Words.", record_id=record.pk)
                    assert allowed, (role, action)
                    assert done.state == MOVES[State(state), Action(action)].target
                    transaction.set_rollback(True)
            except (WrongState, NotPermitted):
                assert not allowed, (role, action)


def test_a_step_once_kept_is_never_changed(refused):
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        MissingStep.objects.update(note="Something else.")


def test_sent_twice_a_step_is_taken_once(refused, agency):
    for _press in range(2):
        act(agency.user, refused, "appeal", "It is ours.")
    assert refused.steps.filter(action="appeal").count() == 1


def test_the_document_is_printed_from_the_table(settings):
    written = (settings.BASE_DIR / "docs" / "workflow-missing.md").read_text(encoding="utf-8")
    assert written == printing.workflow_document(), "Run `manage.py print_missing_workflow`."


# Pages, lists, files


def test_the_applicant_appeals_and_the_lead_office_decides_on_the_page(client, refused, agency, lead):
    place = reverse("missing:detail", args=(refused.number,))
    step = reverse("missing:act", args=(refused.number,))
    client.force_login(agency.user)
    page = client.get(place).content.decode()
    assert "administrative reconsideration within 60 days" in page
    assert "Appeal to the lead office" in page
    assert client.post(step, {"do": "appeal", "note": ""}).status_code == 422
    assert client.post(step, {"do": "appeal", "note": "It is ours."}).url == place
    assert "Withdraw the appeal" in client.get(place).content.decode()
    client.force_login(lead)
    assert "Decide the appeal" in client.get(place).content.decode()
    assert client.post(step, {"do": "remit", "note": ""}).status_code == 422
    assert client.post(step, {"do": "remit", "note": "Look again."}).status_code == 302
    assert "It is ours." in client.get(place).content.decode()
    assert client.post(step, {"do": "fly"}).status_code == 409


def test_the_list_is_narrowed_sorted_and_taken_away_as_it_stands(client, ask, reviewer, agency):
    first, second = ask(document_number="云表彰〔2026〕7号"), ask(document_number="云表彰〔2026〕8号")
    act(reviewer, first, "refuse", "No.")
    client.force_login(reviewer)
    place, file = reverse("missing:list"), reverse("sharing:export", args=("missing-records", "csv"))
    for query, there in (
        ("standing=mine", [second]), ("standing=open", [second]), ("standing=answered", [first]),
        ("standing=overdue", []), ("state=refused", [first]), ("q=云表彰〔2026〕8号", [second]), (f"q={agency.entity.credit_code}",
        [second, first]), ("sort=-number", [second, first]), ("sort=number", [first, second]),
    ):  # fmt: skip
        shown = client.get(f"{place}?{query}")
        assert [one.number for one in shown.context["page"]] == [one.number for one in there], query
        taken = b"".join(client.get(f"{file}?{query}").streaming_content).decode()
        numbers = [
            one.number
            for one in sorted((first, second), key=lambda one: taken.find(one.number))
            if one.number in taken
        ]
        assert numbers == [one.number for one in there], query


def test_with_no_match_the_page_says_how_to_go_on(client, reviewer, ask):
    ask()
    client.force_login(reviewer)
    assert "fits these filters" in client.get(reverse("missing:list") + "?q=nowhere").content.decode()


def test_the_list_costs_the_same_queries_for_any_number(client, ask, reviewer, query_budget):
    client.force_login(reviewer)
    for number in range(2):
        ask(document_number=f"No. {number}")
    with query_budget("missing records, list"):
        client.get(reverse("missing:list"))
    for number in range(2, 8):
        ask(document_number=f"No. {number}")
    with query_budget("missing records, list"):
        client.get(reverse("missing:list"))


# The interface


def calling(user) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def test_a_system_asks_follows_and_answers_as_the_pages_do(agency, body, kind, reviewer, entered):
    agent, official = calling(agency.user), calling(reviewer)
    sent = {
        "entity": agency.entity.credit_code, "body": body.code, "record_type": kind.code, "document_number": "No. 5",
        "statement": "It is not there.",
    }  # fmt: skip
    filed = agent.post("/api/v1/missing-records/", sent, format="json")
    assert filed.status_code == 201
    number = filed.json()["number"]
    assert filed.json()["actions"] == ["withdraw"]
    assert [
        one["number"] for one in official.get("/api/v1/missing-records/?standing=mine").json()["results"]
    ] == [number]
    place = f"/api/v1/missing-records/{number}/"
    record = entered()
    seen = official.get(place).json()
    assert (seen["actions"], seen["candidates"]) == (["enter", "refuse"], [record.pk])
    step = official.post(f"{place}steps/", {"action": "enter", "record": record.pk}, format="json")
    assert (step.status_code, step.json()["state"], step.json()["record"]) == (200, "entered", record.pk)
    assert [one["action"] for one in agent.get(place).json()["steps"]] == ["file", "enter"]
    assert calling(UserFactory()).get(place).status_code == 404
    assert (
        official.post(f"{place}steps/", {"action": "refuse", "note": "No."}, format="json").status_code == 409
    )


# Figures


def lines(kind: str):
    return [line for line in figures.count_figures(today=timezone.localdate()).lines if line.kind == kind]


def test_answers_have_lines_of_their_own_and_appeals_count_with_the_others(
    refused, agency, lead, body, ask, office
):
    (line,) = lines("missing")
    assert (line.body, line.filed, line.open, line.decided, line.in_time) == (body, 1, 0, 1, 1)
    assert [count for _label, count, _median in line.outcomes] == [1]
    assert lines("appeal") == []
    act(agency.user, refused, "appeal", "It is ours.")
    (appeals,) = lines("appeal")
    assert (appeals.body, appeals.filed, appeals.open, appeals.decided) == (office, 1, 1, 0)
    act(lead, refused, "remit", "Look again.")
    (appeals,) = lines("appeal")
    assert (appeals.open, appeals.decided, appeals.in_time) == (0, 1, 1)
    (line,) = lines("missing")
    assert (line.open, line.overdue) == (1, 0)
    MissingRecord.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    assert lines("missing")[0].overdue == 1


def test_what_associations_are_asked_is_not_counted(refused):
    type(refused.record_type).objects.filter(pk=refused.record_type_id).update(family="market")
    assert lines("missing") == []


def test_what_was_filed_long_ago_and_is_over_has_no_line(refused):
    MissingRecord.objects.update(filed_at=timezone.now() - timedelta(days=800))
    with time_machine.travel(timezone.now() + timedelta(days=500)):
        assert lines("missing") == []
