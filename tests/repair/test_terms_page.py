"""The page of the terms: what stands behind each, and the choice of a local regulation."""

from collections import Counter
from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from entities.models import Verification
from repair.models import ClockRule, PaperRule, Profile, ProfileChoice, SectorRule
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


def test_each_term_stands_there_with_how_far_it_was_read_and_what_is_not_verified_with_its_source(
    client, lead
):
    page = unescape(client.get(reverse("repair:clock-rules")).content.decode())
    rules = [row for model in (ClockRule, PaperRule, SectorRule) for row in model.objects.all()]
    read = Counter(rule.verification for rule in rules)
    for level in Verification:
        assert page.count(f">{level.label}<") == read[level]
    assert page.count(">Own procedure<") == read[""]
    sources = {rule.source for rule in rules if rule.verification not in {"V", ""}}
    assert sources
    assert {source for source in sources if source not in page} == set()


@pytest.mark.parametrize("profile", [code for code in Profile.values if code])
def test_the_page_says_which_regulation_is_followed_with_the_reason_of_who_chose_it(client, lead, profile):
    sent = {"profile": profile, "since": timezone.localdate().isoformat(), "reason": "The council said so."}
    assert client.post(reverse("repair:clock-rules"), sent).status_code == 302
    page = client.get(reverse("repair:clock-rules")).content.decode()
    assert page.count(">Followed<") == 1
    followed = page[: page.index(">Followed<")].rpartition("<h2")[2]
    assert str(Profile(profile).label) in followed
    assert "The council said so." in page
    assert str(lead) in page


def test_the_lead_office_chooses_a_regulation_from_today(client, lead):
    sent = {"profile": "shenzhen-2023", "since": timezone.localdate().isoformat(), "reason": "So decided."}
    assert client.post(reverse("repair:clock-rules"), sent).status_code == 302
    choice = ProfileChoice.objects.get()
    assert (choice.profile, choice.chosen_by) == ("shenzhen-2023", lead)


def test_an_empty_choice_says_all_that_is_missing_and_chooses_nothing(client, lead):
    answer = client.post(reverse("repair:clock-rules"), {})
    assert answer.status_code == 422
    assert not ProfileChoice.objects.exists()


def test_rules_of_sectors_and_of_one_department_are_told_in_words_and_not_by_codes(client, lead):
    call_command("seed_catalogue", stdout=StringIO())
    page = unescape(client.get(reverse("repair:clock-rules")).content.decode())
    assert "Tax credit grade" in page
    assert "late filing" in page.lower()
    codes = {
        code for rule in SectorRule.objects.all() for code in (rule.record_type, *rule.values) if "-" in code
    }
    assert codes
    assert {code for code in codes if f">{code}<" in page or f"{code} ·" in page} == set()
    assert ">market-supervision<" not in page
