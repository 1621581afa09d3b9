"""Writing, typing and signing letters: a row with the step, the PDF afterwards, by any worker and as often as it takes."""

import hashlib
import json
import secrets
from datetime import timedelta

import structlog
from celery import signature
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.common.queueing import enqueue_on_commit
from entities.services import documents
from repair.letters import policies, signing, texts, typing
from repair.letters.models import Letter, SigningKey
from repair.models import Case, CaseStep
from repair.proof.models import Effect
from repair.proof.services import CLOSED
from repair.workflow import Action

log = structlog.get_logger(__name__)
#: Which letter a step leads to.
OF_STEP: dict[str, Letter.Kind] = {
    Action.SUBMIT: Letter.Kind.ACCEPTANCE,
    Action.ASK_MATERIAL: Letter.Kind.MATERIAL,
    Action.GRANT: Letter.Kind.DECISION,
    Action.REFUSE: Letter.Kind.DECISION,
    Action.UPHOLD: Letter.Kind.DECISION,
    Action.DISMISS: Letter.Kind.DECISION,
    Action.REMOVE: Letter.Kind.DECISION,
    Action.KEEP: Letter.Kind.DECISION,
    Action.REMIT: Letter.Kind.DECISION,
    Action.UPHOLD_APPEAL: Letter.Kind.DECISION,
    Action.DISMISS_APPEAL: Letter.Kind.DECISION,
    CLOSED: Letter.Kind.RESULT,
}
#: 受理, 补正, 决定, 结果, 证明: what a number begins with.
BEGINNINGS = {
    Letter.Kind.ACCEPTANCE: "SL",
    Letter.Kind.MATERIAL: "BZ",
    Letter.Kind.DECISION: "JD",
    Letter.Kind.RESULT: "JG",
    Letter.Kind.CERTIFICATE: "ZM",
}
#: Without letters and digits that are taken for each other.
SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
PLACES = 10
WAITS = tuple(timedelta(minutes=minutes) for minutes in (2, 2, 10, 60))
STATEMENT, SIGNATURE = "statement.json", "statement.sig.base64"


# Written with the step


def write_letter(case: Case, step: CaseStep) -> None:
    """Write down the letter of a step, where it has one; its words are those of this moment.

    Runs in the transaction of the step (`repair.following`).
    """
    kind = OF_STEP.get(step.action)
    if kind is not None:
        _write(kind, case, step, by=step.actor or case.appeal_decided_by or case.decided_by or case.opened_by)


@transaction.atomic
def issue_certificate(*, by, number: str) -> Letter:
    """A certificate of today of what the case did to the record, for whoever acts for the entity.

    Asked again while nothing has changed, it is the same one.

    Raises:
        Missing: there is no such case for this user.
        NotPermitted: the user does not act for the entity.
        WrongState: the case has ended no record.
    """
    case = (
        Case.objects.visible_to(by)
        .select_related("entity", "deciding_body", "record__record_type", "record__submitted_by")
        .filter(number=number)
        .first()
    )
    if case is None:
        raise Missing
    policies.may_ask_for_certificate(by, case).require()
    # Locked, so that the button pressed twice finds what the first press wrote.
    effect = Effect.objects.select_for_update().filter(case=case).first()
    if effect is None:
        raise WrongState(_("This case has ended no record; there is nothing to certify."))
    case.effect = effect
    return _write(Letter.Kind.CERTIFICATE, case, None, by=by)


def _write(kind: Letter.Kind, case: Case, step: CaseStep | None, *, by) -> Letter:
    content = texts.content_of(kind, case, step)
    fingerprint = "" if step else hashlib.sha256(_canonical(content)).hexdigest()
    if step is None and (there := case.letters.filter(kind=kind, fingerprint=fingerprint).first()):
        return there
    now = timezone.now()
    letter = Letter.objects.create(
        number=_new_number(kind),
        kind=kind,
        case=case,
        step=step,
        asked_by=by,
        issued_at=now,
        content=content,
        fingerprint=fingerprint,
        next_attempt_at=now,
    )
    audit.record(actor=by, verb="letters.letter.issued", target=case, number=letter.number, kind=kind)
    enqueue_on_commit(signature("repair.letters.tasks.type_waiting"))
    return letter


def _new_number(kind: Letter.Kind) -> str:
    """Such as ZM-2026-11-7K3Q9F2MXA: nobody guesses one, so whoever has it has the paper."""
    chance = "".join(secrets.choice(SIGNS) for _place in range(PLACES))
    return f"{BEGINNINGS[kind]}-{timezone.localdate():%Y-%m}-{chance}"


# Typed and signed afterwards


def type_waiting(*, limit: int = 200) -> int:
    """Type and sign what waits; returns how many letters are done. Safe on many workers at once.

    A letter that cannot be typed raises here, for the log of the worker; its next try is in its row already.
    """
    done = 0
    for _letter in range(limit):
        claimed = _claim_next()
        if claimed is None:
            break
        done += _type(claimed)
    return done


@transaction.atomic
def _claim_next() -> Letter | None:
    now = timezone.now()
    letter = (
        Letter.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("asked_by")
        .filter(document=None, next_attempt_at__lte=now)
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if letter is None:
        return None
    letter.next_attempt_at = now + WAITS[min(letter.attempts, len(WAITS) - 1)]
    letter.attempts += 1
    letter.save(update_fields=("next_attempt_at", "attempts"))
    return letter


def _type(letter: Letter) -> bool:
    key = signing.current_key()
    statement = _statement_of(letter, key)
    signed = key.sign(statement)
    pdf = typing.typed(
        letter.content,
        number=letter.number,
        verify=address_of(letter.number),
        issued_at=letter.issued_at,
        files={STATEMENT: statement.decode(), SIGNATURE: signed},
    )
    with transaction.atomic():
        waiting = Letter.objects.select_for_update().filter(pk=letter.pk, document=None).first()
        if waiting is None:
            return False  # Another worker took it up after this one had been slow.
        waiting.statement, waiting.signature, waiting.key = statement.decode(), signed, signing.kept(key)
        waiting.document = documents.store_made(
            by=letter.asked_by, name=f"{letter.number}.pdf", content=pdf, content_type=documents.PDF
        )
        waiting.next_attempt_at = None
        waiting.save(update_fields=("statement", "signature", "key", "document", "next_attempt_at"))
    return True


def _statement_of(letter: Letter, key: signing.Key) -> bytes:
    """What is signed: all that the letter says, with its number and day, as one line of JSON in UTF-8."""
    return _canonical(
        {
            "number": letter.number,
            "kind": letter.kind,
            "issued_at": timezone.localtime(letter.issued_at).isoformat(timespec="seconds"),
            "key": key.code,
            "platform": settings.PLATFORM_URL,
            "says": letter.content,
        }
    )


def _canonical(content: dict) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def address_of(number: str) -> str:
    """Where anybody checks the letter."""
    return f"{settings.PLATFORM_URL}{reverse('portal:verify', args=(number,))}"


@transaction.atomic
def revoke_key(*, code: str, because: str) -> SigningKey:
    """Say that a key is no longer to be trusted: what it signed is then shown as not to be relied on.

    For whoever keeps the platform's machines, who alone knows that the private half got away.

    Raises:
        Missing: nothing was signed with such a key here.
        InvalidInput: no reason.
    """
    key = SigningKey.objects.select_for_update().filter(code=code).first()
    if key is None:
        raise Missing
    if not because.strip():
        raise InvalidInput({"because": [_("Say why the key is no longer to be trusted.")]})
    if key.revoked_at is None:
        key.revoked_at, key.revoked_because = timezone.now(), because.strip()
        key.save(update_fields=("revoked_at", "revoked_because"))
        audit.record(actor=None, verb="letters.key.revoked", target=key, because=key.revoked_because)
    return key
