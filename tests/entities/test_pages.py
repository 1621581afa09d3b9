"""The registry's pages, seen by each kind of reader."""

import pytest
from django.urls import reverse

from tests.factories import MemberFactory, RecordFactory

pytestmark = pytest.mark.django_db


def page(client, user, url):
    client.force_login(user)
    return client.get(url)


@pytest.mark.parametrize("role", ["clerk", "reviewer", "supervisor", "lead", "officer"])
def test_whoever_acts_for_a_body_opens_the_page_of_an_entity(client, role):
    record = RecordFactory()
    answer = page(
        client, MemberFactory(role=role), reverse("entities:entity-detail", args=(record.entity.credit_code,))
    )
    assert answer.status_code == 200
    assert record.title in answer.content.decode()


def test_the_record_page_opens(client):
    record = RecordFactory()
    answer = page(
        client, MemberFactory(body=record.submitted_by), reverse("entities:record-detail", args=(record.pk,))
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["search", "record-list", "inbox"])
def test_lists_open(client, name):
    record = RecordFactory()
    assert (
        page(client, MemberFactory(body=record.submitted_by), reverse(f"entities:{name}")).status_code == 200
    )


def test_correct_page_opens(client):
    record = RecordFactory()
    answer = page(
        client, MemberFactory(body=record.submitted_by), reverse("entities:record-correct", args=(record.pk,))
    )
    assert answer.status_code == 200
