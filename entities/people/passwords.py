"""A new password for who has forgotten theirs: a link by mail, asked for by the person or sent by their office.

Nobody gives anybody a password: the link goes to the address of the account alone, and works once and for a day. The
need for a mail is a row; the link is made when the mail goes out, so that nothing that is kept opens an account.
"""

from datetime import timedelta

from celery import signature
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import get_language, gettext as _

from credit_platform.accounts.models import User
from credit_platform.accounts.sessions import end_sessions
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, WrongState
from credit_platform.common.outgoing import send_all_due, tried
from credit_platform.common.queueing import enqueue_on_commit
from entities.people import notices, policies, selectors
from entities.people.models import PasswordLink
from entities.services import feedback

#: Of links for one account that are asked for on the page of signing in, within a day.
MOST_ASKED = 3
#: A button that is pressed again sooner sends no second mail.
AGAIN_AFTER = timedelta(minutes=10)
#: A wish that could not be sent for so long surprises whoever gets the mail.
GIVEN_UP_AFTER = timedelta(days=1)
#: What was sent is in the audit log; its row is needed no longer than it is counted.
KEPT = timedelta(days=30)


def holders() -> Q:
    """Who may have a link: people whose account is open and has an address; systems have secrets instead."""
    return Q(is_active=True, system=None) & ~Q(email="")


@transaction.atomic
def ask_for_link(*, login: str) -> None:
    """Have a link sent to the address of the account of this user name or address; anybody may ask.

    Says nothing of what came of it: whether there is such an account is not told, and what is asked too often is left
    undone.
    """
    login = login.strip()
    named = Q(email__iexact=login) if "@" in login else Q(username__iexact=login)
    people = User.objects.select_for_update(no_key=True, of=("self",)).filter(holders(), named)
    yesterday = timezone.now() - timedelta(days=1)
    for person in people.order_by("pk")[:MOST_ASKED]:
        asked = PasswordLink.objects.filter(user=person, asked_by=None, asked_at__gt=yesterday)
        if asked.count() < MOST_ASKED:
            _wish(by=None, person=person)


@transaction.atomic
def send_link(*, by, person_id: int) -> PasswordLink:
    """Send a person a link; pressed again within minutes the one on its way is the answer.

    Raises:
        Missing: no such person, or not for this reader.
        WrongState: the account is closed, or has no address.
    """
    person = selectors.person_for_page(user=by, person_id=person_id)
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    policies.may_send_link(by, person).require()
    if not person.is_active:
        raise WrongState(_("This account is closed already."))
    if not person.email:
        raise WrongState(_("The account of %(person)s has no e-mail address.") % {"person": person})
    recent = PasswordLink.objects.filter(
        user=person, asked_by__isnull=False, asked_at__gt=timezone.now() - AGAIN_AFTER
    )
    return recent.first() or _wish(by=by, person=person)


def _wish(*, by, person: User) -> PasswordLink:
    now = timezone.now()
    link = PasswordLink.objects.create(
        user=person,
        asked_by=by,
        asked_at=now,
        next_attempt_at=now,
        language=person.language or get_language() or "",
    )
    verb = "people.password.link_sent" if by else "people.password.link_asked"
    audit.record(actor=by, verb=verb, target=person)
    enqueue_on_commit(signature("entities.people.tasks.send_links"))
    return link


@transaction.atomic
def set_new_password(*, person_id: int, token: str, password: str) -> User:
    """Take the password that the holder of a link chose, and sign the person out everywhere; the link is used up.

    Raises:
        WrongState: the link was used, its day is over, or the account is closed.
        InvalidInput: a password that is too weak.
    """
    person = User.objects.select_for_update(no_key=True, of=("self",)).filter(holders(), pk=person_id).first()
    if person is None or not default_token_generator.check_token(person, token):
        raise WrongState(_("This link was used already, or its day is over. Ask for a new one."))
    try:
        validate_password(password, person)
    except ValidationError as weak:
        raise InvalidInput({"new_password1": list(weak.messages)}) from None
    person.set_password(password)
    person.save(update_fields=("password",))
    PasswordLink.objects.filter(user=person, sent_at=None).delete()
    audit.record(actor=person, verb="people.password.chosen", target=person, sessions=end_sessions(person))
    feedback.notify(kind=notices.PASSWORD_CHOSEN, params={}, user=person)
    return person


def send_waiting(*, limit: int = 200) -> int:
    """Send the links that are due, each in a transaction of its own; returns how many went out.

    Safe on many workers at once, and when run twice. What nobody can use any more is thrown away.
    """
    now = timezone.now()
    given_up = Q(asked_at__lte=now - GIVEN_UP_AFTER) | Q(user__is_active=False) | Q(user__email="")
    PasswordLink.objects.filter((given_up & Q(sent_at=None)) | Q(asked_at__lte=now - KEPT)).delete()
    return send_all_due(_send_next, limit=limit)


@transaction.atomic
def _send_next() -> bool | None:
    now = timezone.now()
    due = (
        PasswordLink.objects.filter(sent_at=None, next_attempt_at__lte=now)
        .select_related("user", "asked_by")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if due is None:
        return None
    if tried(due, lambda: _send(due), now=now, failure="people.password_mail_failed"):
        due.sent_at = now
    due.save(update_fields=("attempts", "last_error", "next_attempt_at", "sent_at"))
    return due.sent_at is not None


def address_for(person: User) -> str:
    """The address of the page on which this person chooses a new password; made anew each time."""
    key = urlsafe_base64_encode(force_bytes(person.pk))
    token = default_token_generator.make_token(person)
    return f"{settings.PLATFORM_URL}{reverse('people:new-password', args=(key, token))}"


def _send(link: PasswordLink) -> None:
    with translation.override(link.language or settings.LANGUAGE_CODE):
        if link.asked_by:
            why = _("%(person)s sends you this link for a new password.") % {"person": link.asked_by}
        else:
            why = _("Somebody asked on the page of signing in for a new password for your account.")
        parts = [
            _("Your user name on the credit supervision platform: %(name)s") % {"name": link.user.username},
            why,
            _("Open this address within 24 hours to choose a new password:\n%(url)s")
            % {"url": address_for(link.user)},
            _(
                "If you do not want this, you need not do anything: the password stays as it is. Pass this mail on to nobody."
            ),
        ]
        EmailMessage(subject=_("A new password"), body="\n\n".join(parts), to=[link.user.email]).send()


def logins_of(person: User) -> list[str]:
    """By what the person alone signs in: the user name, and the address where no other account has it."""
    logins = [person.username]
    if person.email and not User.objects.filter(email__iexact=person.email).exclude(pk=person.pk).exists():
        logins.append(person.email)
    return logins
