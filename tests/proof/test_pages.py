"""The pages of confirmations, and the part of a case's page that says where it has arrived."""

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluation.models import RatingRequest
from repair.proof import places, services
from repair.proof.models import Confirmation
from tests.factories import MemberFactory, UserFactory

pytestmark = pytest.mark.django_db


def page(client, user, path: str, **query) -> str:
    client.force_login(user)
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_body_finds_what_it_is_asked_and_confirms_with_one_button(client, grant, tax, follow, case):
    keeper = follow(tax)
    row = grant().confirmations.get(body=tax)
    found = page(client, keeper, reverse("proof:list"))
    assert case.record.document_number in found
    assert case.record.title not in found
    answer = client.post(reverse("proof:confirm", args=(row.pk,)), follow=True)
    assert "Confirmed for" in answer.content.decode()
    assert "Nothing waits" in page(client, keeper, reverse("proof:list"))
    assert str(case.record.record_type) in page(client, keeper, reverse("proof:list"), show="settled")


def test_what_a_body_has_confirmed_is_no_longer_named_to_it_by_its_number(client, grant, tax, follow):
    keeper = follow(tax)
    effect = grant()
    client.force_login(keeper)
    assert effect.record.document_number in client.get(reverse("proof:list")).content.decode()
    services.confirm(by=keeper, key=effect.confirmations.get(body=tax).pk)
    settled = client.get(reverse("proof:list"), {"show": "settled"}).content.decode()
    assert str(effect.record.record_type) in settled
    assert effect.record.document_number not in settled


def test_a_body_that_was_not_asked_sees_nothing_of_it(client, grant, case):
    grant()
    found = page(client, MemberFactory(), reverse("proof:list"), show="everywhere")
    assert case.record.document_number not in found


def test_the_lead_office_sees_what_waits_everywhere_and_excuses(client, grant, tax, follow, lead, case):
    follow(tax)
    row = grant().confirmations.get(body=tax)
    found = page(client, lead, reverse("proof:list"))
    assert case.number in found
    path = reverse("proof:excuse", args=(row.pk,))
    assert path in found
    answer = client.post(path, {"because": " "})
    assert answer.status_code == 422
    assert "Say why the case may be closed" in answer.content.decode()
    answer = client.post(path, {"because": "Its system was shut down."}, follow=True)
    assert "Its system was shut down." in answer.content.decode()


def test_every_side_of_the_case_sees_where_it_has_arrived(client, grant, tax, follow, lead, case, supervisor):
    follow(tax)
    effect = grant()
    RatingRequest.objects.all().delete()
    Confirmation.objects.filter(next_look_at__isnull=False).update(next_look_at=timezone.now())
    services.look_at_own_places()
    own = len(places.all_places())
    for reader in (case.opened_by, supervisor, lead):
        found = page(client, reader, reverse("repair:case-detail", args=(case.number,)))
        assert "cannot be asked" in found
        assert "Where it has taken effect" in found
        assert "The public page of the entity, and its public interface" in found
        assert f"{own} of {own + 1} places have confirmed" in found
        assert str(tax) in found
    assert reverse("proof:excuse", args=(effect.confirmations.get(body=tax).pk,)) in found


def test_the_applicant_is_offered_nothing_to_excuse_or_confirm(client, grant, tax, follow, case):
    follow(tax)
    grant()
    found = page(client, case.opened_by, reverse("repair:case-detail", args=(case.number,)))
    assert "/confirmations/" not in found


def test_a_case_that_ended_nothing_has_no_such_part(client, case, supervisor):
    found = page(client, supervisor, reverse("repair:case-detail", args=(case.number,)))
    assert "Where it has taken effect" not in found


def test_who_acts_for_no_body_has_no_such_page(client):
    client.force_login(UserFactory())
    assert client.get(reverse("proof:list")).status_code == 404


def test_the_button_leads_nowhere_else(client, grant, tax, follow):
    keeper = follow(tax)
    row = grant().confirmations.get(body=tax)
    client.force_login(keeper)
    answer = client.post(reverse("proof:confirm", args=(row.pk,)), {"next": "https://elsewhere.example/"})
    assert answer.url == reverse("proof:list")


def test_the_list_stays_within_its_query_budget(client, grant, tax, follow, lead, query_budget):
    follow(tax)
    grant()
    client.force_login(lead)
    client.get(reverse("proof:list"))
    with query_budget("confirmations"):
        client.get(reverse("proof:list"))
