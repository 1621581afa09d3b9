"""Reads of letters: scoped by `user` for those who have the case, and what anybody may know of a number."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from credit_platform.common.errors import Missing, WrongState
from entities import looks
from entities.models import CreditRecord
from repair.letters import policies
from repair.letters.models import Letter, SigningKey
from repair.models import Case
from repair.proof.models import Effect
from repair.proof.services import HOW


@dataclass(frozen=True, slots=True)
class CaseLetters:
    """The letters on the page of a case."""

    letters: list[Letter]
    may_ask: bool


def letters_of(*, user, case: Case, ended: bool) -> CaseLetters:
    """The letters of a case that the user sees, newest first, and whether a certificate may be asked for.

    Args:
        ended: whether the case has ended a record.
    """
    letters = list(case.letters.select_related("document", "key"))
    return CaseLetters(letters, ended and bool(policies.may_ask_for_certificate(user, case)))


def letter_for(*, user, case_number: str, number: str) -> Letter:
    """A typed letter of a case that the user sees.

    Raises:
        Missing: there is none for this user.
        WrongState: it is still being typed, or no longer kept.
    """
    letter = (
        Letter.objects.filter(
            case__in=Case.objects.visible_to(user).filter(number=case_number), number=number
        )
        .select_related("document", "case__record")
        .first()
    )
    if letter is None:
        raise Missing
    looks.note([letter.case.record], private=True)
    if letter.deleted_on:
        raise WrongState(_("The time for which this letter was kept is over; it was deleted."))
    if letter.document is None:
        raise WrongState(_("This letter is being typed; it is here within a few minutes."))
    return letter


# What anybody may know


def still_holds(letter: Letter) -> bool:
    """Whether what a letter or a certificate says is still so."""
    return HOLDS[Letter.Kind(letter.kind)](letter)


def _record_is_over(letter: Letter) -> bool:
    """As long as the record is over, in this way or, after a later case, in another that goes further."""
    effect = Effect.objects.select_related("record").get(case=letter.case_id)
    return CreditRecord.Status(effect.record.status) in HOW


def _is_last_word(letter: Letter) -> bool:
    """No later letter of the same kind in the case: an appeal is decided anew, material is asked for again."""
    return not Letter.objects.filter(
        case=letter.case_id, kind=letter.kind, issued_at__gt=letter.issued_at
    ).exists()


def _is_with_somebody(letter: Letter) -> bool:
    """What was accepted is still being dealt with or was decided: neither withdrawn nor settled by itself."""
    return letter.case.state not in {Case.State.WITHDRAWN, Case.State.SETTLED}


def _still_asks(letter: Letter) -> bool:
    """Nobody has answered the request, and the department has not gone on without an answer."""
    return letter.case.state == Case.State.MORE_MATERIAL and _is_last_word(letter)


#: What has to be so for a paper of each kind to hold.
HOLDS: dict[Letter.Kind, Callable[[Letter], bool]] = {
    Letter.Kind.ACCEPTANCE: _is_with_somebody,
    Letter.Kind.MATERIAL: _still_asks,
    Letter.Kind.DECISION: _is_last_word,
    Letter.Kind.RESULT: _record_is_over,
    Letter.Kind.CERTIFICATE: _record_is_over,
}


def signing_keys() -> QuerySet[SigningKey]:
    """The public keys of all that was ever signed here, the newest first."""
    return SigningKey.objects.all()


def signing_key(code: str) -> SigningKey:
    """One public key; `Missing` for any other."""
    key = SigningKey.objects.filter(code=code).first()
    if key is None:
        raise Missing
    return key
