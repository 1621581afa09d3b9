"""A session ends by itself, and what is left of it is thrown away."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from credit_platform.accounts.tasks import clear_expired_sessions

pytestmark = pytest.mark.django_db


def test_a_session_ends_after_twelve_hours(settings):
    assert timedelta(seconds=settings.SESSION_COOKIE_AGE) == timedelta(hours=12)


def test_the_night_throws_away_the_sessions_that_are_over_and_no_other():
    now = timezone.now()
    for key, ends in (("over", now - timedelta(minutes=1)), ("going-on", now + timedelta(hours=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    clear_expired_sessions()
    assert [session.session_key for session in Session.objects.all()] == ["going-on"]
