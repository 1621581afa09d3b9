"""Reads of invitations."""

from django.db.models import QuerySet
from django.utils import timezone

from credit_platform.common import secret_codes
from credit_platform.common.errors import Missing
from entities.invitations.models import Invitation
from entities.models import SubmittingBody


def by_code(code: str) -> Invitation:
    """The invitation of a code, whatever became of it. Raises `Missing`."""
    about = Invitation.objects.select_related("entity", "body", "invited_by")
    found = about.filter(digest=secret_codes.digest_of(code)).first()
    if found is None:
        raise Missing
    return found


def open_to_body(*, user, body: SubmittingBody) -> QuerySet[Invitation]:
    """The invitations to a body that wait for an answer, newest first; none for who does not look after them."""
    mine = Invitation.objects.visible_to(user).open(timezone.now())
    return mine.filter(body=body).select_related("invited_by")
