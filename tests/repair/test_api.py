"""The REST interface to cases: the same scopes, policies and services as the pages."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from repair.models import Case
from tests.budgets import query_budget
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    MemberFactory,
    UserFactory,
    repairable_record,
)
from tests.repair.papers import pdf, program

pytestmark = pytest.mark.django_db


def signed_in(user) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def at(case: Case | None = None, what: str = "") -> str:
    place = reverse("api-case-list")
    return f"{place}{case.number}/{what}" if case else place


def step(client: APIClient, case: Case, action: str, note: str = "Because."):
    version = client.get(at(case)).data["version"]
    return client.post(
        at(case, "steps/"), {"action": action, "version": version, "note": note}, format="json"
    )


def test_an_application_goes_through_the_interface_alone():
    record = repairable_record()
    agent = signed_in(AgentFactory(entity=record.entity).user)
    answer = agent.post(at(), {"record": record.pk}, format="json")
    assert answer.status_code == 201
    case = Case.objects.get()
    assert answer.data["actions"] == ["submit", "withdraw"]
    answer = agent.put(at(case, "draft/"), {"statement": "Paid.", "version": 0}, format="json")
    assert (answer.data["statement"], answer.data["version"]) == ("Paid.", 1)
    assert agent.post(at(case, "documents/"), {"file": pdf()}).status_code == 201
    assert (
        agent.post(
            at(case, "commitment/"), {"name": "Pei Huaijin", "agreed": True}, format="json"
        ).status_code
        == 200
    )
    assert step(agent, case, "submit", "").data["state"] == "submitted"

    clerk = signed_in(MemberFactory(body=case.deciding_body))
    assert step(clerk, case, "ask_material").data["state"] == "more_material"
    version = agent.get(at(case)).data["version"]
    answer = agent.post(at(case, "answer/"), {"files": [pdf(text="page two")], "version": version})
    assert answer.data["state"] == "submitted"
    assert len(answer.data["documents"]) == 3
    assert step(clerk, case, "propose_grant").data["state"] == "proposed"
    supervisor = signed_in(MemberFactory(body=case.deciding_body, role="supervisor"))
    assert step(supervisor, case, "grant").data["state"] == "granted"
    assert agent.get(at(case)).data["reasons"] == "Because."


def test_everything_missing_is_told_by_field():
    case = CaseFactory(state="draft", statement="")
    answer = step(signed_in(case.opened_by), case, "submit", "")
    assert answer.status_code == 422
    assert answer.data["code"] == "invalid"
    assert set(answer.data["problems"]) == {"statement", "proofs", "signature"}


def test_refusals_carry_their_sentence():
    case = CaseFactory(state="proposed")
    answer = step(signed_in(case.proposed_by), case, "grant")
    assert answer.status_code == 403
    assert "Only a supervisor" in answer.data["message"]
    answer = step(signed_in(case.opened_by), case, "appeal")
    assert answer.status_code == 409
    old = {"action": "withdraw", "version": 99, "note": ""}
    answer = signed_in(case.opened_by).post(at(case, "steps/"), old, format="json")
    assert answer.data["code"] == "wrong_state"


def test_strangers_find_nothing():
    case = CaseFactory()
    for user in (UserFactory(), MemberFactory(role="supervisor"), AgentFactory().user):
        client = signed_in(user)
        assert client.get(at()).data["results"] == []
        assert client.get(at(case)).status_code == 404
        body = {"action": "withdraw", "version": 0}
        assert client.post(at(case, "steps/"), body, format="json").status_code == 404
        assert client.post(at(case, "documents/"), {"file": pdf()}).status_code == 404
    assert APIClient().get(at()).status_code in {401, 403}


def test_internal_steps_and_proposals_are_hidden_from_the_applicant():
    case = CaseFactory()
    clerk = signed_in(MemberFactory(body=case.deciding_body))
    step(clerk, case, "propose_refuse", "A secret thought.")
    assert "A secret thought." in str(clerk.get(at(case)).data)
    assert "A secret thought." not in str(signed_in(case.opened_by).get(at(case)).data)


def test_a_document_is_handed_out_and_taken_out_of_a_draft():
    case = CaseFactory(state="draft")
    agent = signed_in(case.opened_by)
    url = agent.post(at(case, "documents/"), {"file": pdf()}).data["url"]
    answer = agent.get(url)
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert signed_in(MemberFactory(body=case.deciding_body)).get(url).status_code == 404
    assert agent.delete(url).status_code == 204
    assert agent.get(url).status_code == 404
    assert agent.post(at(case, "documents/"), {"file": program()}).status_code == 422


def test_the_list_is_filtered_like_the_page_and_stays_within_its_budget():
    body = BodyFactory()
    cases = [CaseFactory(record=repairable_record(submitted_by=body)) for _ in range(4)]
    refused = CaseFactory(record=repairable_record(submitted_by=body), state="refused")
    client = signed_in(MemberFactory(body=body))
    with query_budget("api case list"):
        answer = client.get(at())
    assert len(answer.data["results"]) == len(cases) + 1
    assert [row["number"] for row in client.get(at(), {"standing": "decided"}).data["results"]] == [
        refused.number
    ]
