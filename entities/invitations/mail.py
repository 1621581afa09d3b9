"""The mail of an invitation: wished for by its row, sent by a worker, swept every minute.

It goes to an address and not to a person of the platform, so it is no notice; all else is as `entities.services.feedback`
has it. Once it is out, the code is forgotten: only its digest stays.
"""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from credit_platform.common.ciphers import cipher
from credit_platform.common.outgoing import send_all_due, tried
from entities.invitations.models import Invitation

PURPOSE = "invitation"


def sealed(code: str) -> str:
    """The code as it is kept until its mail is out."""
    return cipher(PURPOSE).encrypt(code.encode()).decode()


def unsealed(invitation: Invitation) -> str:
    """The code, for as long as its mail is not out."""
    return cipher(PURPOSE).decrypt(invitation.sealed.encode()).decode()


def send_waiting(*, limit: int = 200) -> int:
    """Send the mails that are due, each in a transaction of its own; returns how many went out.

    Safe on many workers at once, and when run twice. Codes of invitations that are over unsent are forgotten.
    """
    Invitation.objects.filter(expires_at__lte=timezone.now()).exclude(sealed="").update(sealed="")
    return send_all_due(_send_next, limit=limit)


@transaction.atomic
def _send_next() -> bool | None:
    """Try the mail that is due longest: whether it went out, or None when none is due."""
    now = timezone.now()
    due = (
        Invitation.objects.open(now)
        .exclude(sealed="")
        .filter(next_attempt_at__lte=now)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if due is None:
        return None
    if tried(due, lambda: _send(due), now=now, failure="invitations.mail_failed"):
        due.sent_at, due.sealed = now, ""
    due.save(update_fields=("attempts", "last_error", "next_attempt_at", "sent_at", "sealed"))
    return due.sent_at is not None


def _send(invitation: Invitation) -> None:
    with translation.override(invitation.language or settings.LANGUAGE_CODE):
        subject, reason = _sentences(invitation)
        address = f"{settings.PLATFORM_URL}{reverse('invitations:accept', args=[unsealed(invitation)])}"
        day = date_format(timezone.localtime(invitation.expires_at), "DATE_FORMAT")
        parts = [
            reason,
            _(
                "Open this address to accept, until %(day)s; if you have no account yet, you make one there:\n%(url)s"
            )
            % {"day": day, "url": address},
            _("If you do not want this, you need not do anything: without your consent nothing happens."),
        ]
        EmailMessage(subject=subject[:120], body="\n\n".join(parts), to=[invitation.email]).send()


def _sentences(invitation: Invitation) -> tuple[str, str]:
    """What the mail is about, and who wants it."""
    if invitation.entity_id is None:
        said = {
            "body": invitation.body,
            "role": invitation.get_role_display(),
            "person": invitation.invited_by,
        }
        return _("Invitation to work for %(body)s") % said, _(
            "%(person)s invites you to work for %(body)s on the credit supervision platform, as: %(role)s."
        ) % said
    said = {"entity": invitation.entity.name, "person": str(invitation.invited_by)}
    subject = _("Invitation to act for %(entity)s") % said
    if invitation.invited_by_id is None:
        return subject, _(
            "Somebody asked on the credit supervision platform to act for %(entity)s. This address is its registered "
            "contact: whoever opens the address below acts for it there. Pass this mail on to nobody else."
        ) % said
    return subject, _(
        "%(person)s invites you to act for %(entity)s on the credit supervision platform."
    ) % said
