"""The demonstration city: whole, plausible, the same each time, and safe to have."""

import stat
from datetime import date
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from associations.courses.models import SignUp
from associations.exchange.models import Exchange
from credit_platform.accounts.models import User
from credit_platform.audit.models import AuditEvent
from credit_platform.governance.demo import names, people
from credit_platform.portal.public_reports.models import PublicReport
from entities import codes, regions
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.invitations.models import Invitation
from entities.models import CreditRecord, Entity, Notice, PublicityRule
from evaluation.boards import weighing
from evaluation.boards.models import ComingDay, CountedRating, CountMark
from evaluation.models import CurrentRating, RatingChange, RatingRequest
from repair.helping.models import Leave
from repair.models import Case

Status = CreditRecord.Status


@pytest.fixture
def var(settings, tmp_path):
    settings.DEMONSTRATION = True
    settings.VAR_DIR = tmp_path / "var"
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.VAR_DIR


@pytest.fixture
def city(db, var) -> str:
    """The city; what the command said. It takes seconds, so one test asks for it and looks at everything."""
    said = StringIO()
    call_command("load_demo_city", stdout=said)
    return said.getvalue()


# Two years of a city are some ten thousand queries; a machine that is busy with other tests takes its time.
def test_the_city_is_whole_and_making_it_again_changes_nothing(city, client):
    assert Entity.objects.count() == 300
    contacts = Entity.objects.exclude(contact_email="").values_list("contact_email", flat=True)
    assert len(set(contacts)) == len(contacts) > len(names.FIRST)
    assert all(contact.endswith(".example.com") for contact in contacts)
    hero = Entity.objects.get(name_zh__contains="禾谷糕点食品")
    client.post(reverse("invitations:ask"), {"credit_code": hero.credit_code})
    assert Invitation.objects.get(entity=hero, invited_by=None).email == hero.contact_email
    assert {
        "draft",
        "waiting",
        "announced",
        "returned",
        "published",
        "replaced",
        "repaired",
        "expired",
        "withdrawn",
    } == set(CreditRecord.objects.values_list("status", flat=True))
    assert set(Case.objects.values_list("state", flat=True)) == {
        "submitted",
        "proposed",
        "appealed",
        "granted",
    }
    assert CurrentRating.objects.exists()
    assert not RatingRequest.objects.exists(), "everything is rated"
    assert Notice.objects.filter(acknowledged_at=None).exists()
    password = people.noted_password()
    before = (User.objects.count(), CreditRecord.objects.count(), AuditEvent.objects.count())
    said = StringIO()
    call_command("load_demo_city", stdout=said)
    assert "already here" in said.getvalue()
    assert before == (User.objects.count(), CreditRecord.objects.count(), AuditEvent.objects.count())
    assert people.noted_password() == password

    no_board_is_empty_before_the_first_night()
    society_takes_its_part()
    every_account_begins_at_its_first_page(client, password)
    the_history_has_a_past()
    nobody_reviewed_their_own()
    the_accounts_are_printed(password)
    the_password_is_readable_by_its_owner_only()


def no_board_is_empty_before_the_first_night():
    assert not CountMark.objects.exists()
    assert CountedRating.objects.count() == CurrentRating.objects.count()
    assert ComingDay.objects.filter(moved__gt=0).exists()
    assert weighing.weighed_day() == timezone.localdate()


def society_takes_its_part():
    """Commitments that were kept, broken and not yet checked; reports answered and open; training; opinions; help."""
    assert set(Commitment.objects.values_list("state", flat=True)) == {"given", "kept", "broken"}
    assert all("示例" in one.name_zh for one in CommitmentTemplate.objects.all()), "no law prescribes them"
    assert {"upheld", "not_upheld", ""} == set(PublicReport.objects.values_list("outcome", flat=True))
    assert set(SignUp.objects.values_list("state", flat=True)) == {"attended", "signed_up"}
    assert {"closed", "open"} == set(Exchange.objects.values_list("state", flat=True))
    assert Exchange.objects.filter(kind="observation", promised_at__isnull=False).exists()
    assert Leave.objects.exists()


def every_account_begins_at_its_first_page(client, password):
    for person in people.PEOPLE:
        signed_in = client.post(reverse("account_login"), {"login": person.username, "password": password})
        assert signed_in["Location"] == reverse("home"), person.username
        assert client.get(reverse("home"), follow=True).status_code == 200, person.username
        client.logout()


def the_history_has_a_past():
    """Written on the days of which it tells: by the services, under their own clock."""
    today = timezone.localdate()
    days = set(CreditRecord.objects.exclude(published_on=None).values_list("published_on", flat=True))
    assert len(days) > 50
    assert max(days) <= today
    assert all(day.weekday() < 5 for day in CreditRecord.objects.values_list("decided_on", flat=True)), (
        "offices do not decide at weekends"
    )
    assert RatingChange.objects.dates("at", "month").count() > 6
    assert not CreditRecord.objects.filter(status=Status.PUBLISHED, publish_until__lt=today).exists()
    assert PublicityRule.objects.exists()


def nobody_reviewed_their_own():
    for record in CreditRecord.objects.exclude(reviewed_by=None):
        assert record.entered_by_id != record.reviewed_by_id


def the_accounts_are_printed(password):
    said = StringIO()
    call_command("demo_accounts", stdout=said)
    assert password in said.getvalue()
    assert all(person.username in said.getvalue() for person in people.PEOPLE)


def the_password_is_readable_by_its_owner_only():
    assert stat.S_IMODE(people.accounts_file().stat().st_mode) == 0o600
    assert len(people.noted_password()) >= 20


def test_without_a_city_the_accounts_command_says_how_to_get_one(db, var):
    said = StringIO()
    call_command("demo_accounts", stdout=said)
    assert "load_demo_city makes one" in said.getvalue()


def test_a_served_platform_gets_no_city_by_accident(db, var, settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="--yes-i-know"):
        call_command("load_demo_city")
    assert not User.objects.exists()


def test_invented_businesses_are_nobodys():
    invented = list(names.invent(300, date(2026, 11, 22), Random(1)))
    assert len({one.credit_code for one in invented}) == len({one.name_zh for one in invented}) == 300
    for one in invented:
        assert codes.is_valid(one.credit_code)
        assert not regions.is_known(one.credit_code[2:8]), "a region that exists nowhere"
        assert one.name_zh.startswith("云汀")
        assert one.name_en.startswith("Yunting")


def test_the_same_seed_gives_the_same_businesses():
    first, second = (list(names.invent(50, date(2026, 11, 22), Random(7))) for _ in range(2))
    assert first == second
