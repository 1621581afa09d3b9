"""Sessions of a person, wherever they are signed in."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from credit_platform.accounts.models import User


def end_sessions(user: User) -> int:
    """Sign the person out everywhere; returns of how many sessions. What they have open asks to sign in at the next step.

    Sessions say whose they are only inside, so all that have not run out are read: those of half a day.
    """
    theirs = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(pk__in=theirs).delete()
    return len(theirs)
