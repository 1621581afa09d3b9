"""Writing letters: a row with the step. `repair.letters.papers` types and signs it, as every paper."""

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from repair.letters import papers, policies, texts
from repair.letters.models import Letter, SigningKey
from repair.models import Case, CaseStep
from repair.proof.models import Effect
from repair.proof.services import CLOSED
from repair.workflow import Action

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
    Action.END_WITH_RECORD: Letter.Kind.DECISION,
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
    fingerprint = "" if step else hashlib.sha256(papers.canonical(content)).hexdigest()
    if step is None and (there := case.letters.filter(kind=kind, fingerprint=fingerprint).first()):
        return there
    now = timezone.now()
    letter = Letter.objects.create(
        number=papers.new_number(BEGINNINGS[kind]),
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
    papers.type_on_commit()
    return letter


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
