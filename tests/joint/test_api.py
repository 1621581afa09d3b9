"""The REST interface to joint filings: the same scopes, policies and services as the pages."""

import pytest
from django.urls import reverse

from repair.models import Case, JointFiling
from tests.factories import AgentFactory, MemberFactory
from tests.joint.filings import filed, records_of_two_bodies
from tests.repair.papers import pdf
from tests.repair.test_api import signed_in

pytestmark = pytest.mark.django_db


def at(filing: JointFiling | None = None, what: str = "") -> str:
    place = reverse("api-joint-list")
    return f"{place}{filing.number}/{what}" if filing else place


@pytest.fixture
def records():
    return records_of_two_bodies()


@pytest.fixture
def user(records):
    return AgentFactory(entity=records[0].entity).user


def test_several_records_go_through_the_interface_alone(records, user):
    agent = signed_in(user)
    answer = agent.post(at(), {"records": [record.pk for record in records]}, format="json")
    assert answer.status_code == 201
    filing = JointFiling.objects.get()
    assert [case["state"] for case in answer.data["cases"]] == ["draft"] * 3
    number = answer.data["cases"][0]["number"]
    said = {"statement": "Paid.", "of_one": {number: "And rebuilt."}, "version": 0}
    assert agent.put(at(filing, "draft/"), said, format="json").data["version"] == 1
    assert agent.post(at(filing, "documents/"), {"file": pdf()}).status_code == 201
    signed = {"signature": "Pei Huaijin", "agreed": True, "version": 1}
    answer = agent.post(at(filing, "filing/"), signed, format="json")
    assert answer.status_code == 200
    assert [case["state"] for case in answer.data["cases"]] == ["submitted"] * 3
    assert Case.objects.get(number=number).statement == "Paid.\n\nAnd rebuilt."
    answer = agent.post(at(filing, "withdrawal/"), {}, format="json")
    assert [case["state"] for case in answer.data["cases"]] == ["withdrawn"] * 3
    assert answer.data["done_at"] is not None


def test_everything_that_is_missing_comes_back_by_field(records, user):
    agent = signed_in(user)
    agent.post(at(), {"records": [record.pk for record in records]}, format="json")
    unsigned = {"signature": "", "agreed": False, "version": 0}
    answer = agent.post(at(JointFiling.objects.get(), "filing/"), unsigned, format="json")
    assert answer.status_code == 422
    assert set(answer.data["problems"]) == {"statement", "proofs", "signature"}


def test_a_body_reads_its_own_cases_of_it_and_of_the_others_only_that_they_are_there(records, user):
    filing = filed(user, records)
    clerk = signed_in(MemberFactory(body=records[0].submitted_by))
    answer = clerk.get(at(filing))
    assert len(answer.data["cases"]) == 2
    assert answer.data["elsewhere"] == [{"body": records[2].submitted_by.code, "is_over": False}]
    assert [row["number"] for row in clerk.get(at()).data["results"]] == [filing.number]
    stranger = signed_in(MemberFactory())
    assert stranger.get(at(filing)).status_code == 404
    assert stranger.get(at()).data["results"] == []
