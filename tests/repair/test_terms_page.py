"""The page of the terms: what stands behind each, and the choice of a local regulation."""

import pytest
from django.urls import reverse
from django.utils import timezone

from repair.models import ProfileChoice
from tests.factories import BodyFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client):
    user = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    client.force_login(user)
    return user


def test_the_lead_office_reads_what_is_not_verified_and_what_is_the_platforms_own(client, lead):
    page = client.get(reverse("repair:clock-rules")).content.decode()
    assert "Public source, read in part" in page
    assert "Own procedure" in page
    assert "第三十六条" in page
    assert "The article speaks of market credit information only." in page


def test_the_lead_office_chooses_a_regulation_from_today(client, lead):
    sent = {"profile": "shenzhen-2023", "since": timezone.localdate().isoformat(), "reason": "So decided."}
    assert client.post(reverse("repair:clock-rules"), sent).status_code == 302
    choice = ProfileChoice.objects.get()
    assert (choice.profile, choice.chosen_by) == ("shenzhen-2023", lead)


def test_an_empty_choice_says_all_that_is_missing_and_chooses_nothing(client, lead):
    answer = client.post(reverse("repair:clock-rules"), {})
    assert answer.status_code == 422
    assert not ProfileChoice.objects.exists()
