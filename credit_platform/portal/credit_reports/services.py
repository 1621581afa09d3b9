"""Issuing credit reports, and lending the codes by which others read them."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import access, services as audit
from credit_platform.common import secret_codes
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.portal.credit_reports import contents, policies
from credit_platform.portal.credit_reports.models import CodeUse, CreditReport, LentCode, Part
from entities.models import Entity
from entities.services import feedback
from repair.letters import papers

BEGINNING = "BG"
#: For how long a code may be good at most, in days, and what the form offers.
LONGEST_DAYS = 90
OFFERED_DAYS = (1, 7, 30, LONGEST_DAYS)
Kind = CreditReport.Kind


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads with a code, and what for, in their own words."""

    who: str
    why: str


@transaction.atomic
def issue_extract(*, by, entity: Entity) -> CreditReport:
    """The public extract of today, for anybody; asked again while nothing has changed, it is the same one.

    Args:
        by: whoever asks; may be somebody who is not signed in.
    """
    return _issue(Kind.EXTRACT, entity, contents.PUBLIC, by=by)


@transaction.atomic
def issue_own_report(*, by, entity: Entity) -> CreditReport:
    """The full report of today, for whoever acts for the entity; while nothing has changed, the same one."""
    policies.may_have_full_report(by, entity).require()
    return _issue(Kind.OWN, entity, contents.OWN, by=by)


def _issue(
    kind: CreditReport.Kind,
    entity: Entity,
    reach: contents.Reach,
    *,
    by,
    code: LentCode | None = None,
    reader: Reader | None = None,
) -> CreditReport:
    # Locked, so that the button pressed twice finds what the first press wrote.
    entity = Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    today, actor = timezone.localdate(), by if by.is_authenticated else None
    facts = contents.facts_about(entity, reach, today)
    fingerprint = facts.fingerprint
    if code is None:
        same = CreditReport.objects.filter(entity=entity, kind=kind, fingerprint=fingerprint, as_of=today)
        if there := same.first():
            return there
    now = timezone.now()
    report = CreditReport.objects.create(
        number=papers.new_number(BEGINNING),
        kind=kind,
        entity=entity,
        as_of=today,
        fingerprint=fingerprint,
        record_ids=[record.pk for records, _total in facts.records.values() for record in records],
        code=code,
        asked_by=actor,
        issued_at=now,
        content=contents.content_of(
            facts,
            kind=kind,
            day=today,
            read_by=reader.who if reader else "",
            why=reader.why if reader else "",
        ),
        next_attempt_at=now,
    )
    audit.record(
        actor=actor, verb="credit_reports.report.issued", target=report, entity=entity.credit_code, kind=kind
    )
    papers.type_on_commit()
    return report


# Codes


@dataclass(frozen=True, slots=True)
class Lent:
    """A new code, said once: afterwards only its digest is known."""

    code: LentCode
    secret: str


@transaction.atomic
def lend_code(
    *, by, entity: Entity, for_whom: str, parts: list[str], also_unpublished: bool, days: int
) -> Lent:
    """Let somebody read a report about the entity: of these parts, for so many days, until revoked.

    Raises:
        InvalidInput: nobody named, no part or one that there is not, or a time that is too long.
    """
    policies.may_lend_code(by, entity).require()
    problems: dict[str, list[str]] = {}
    for_whom = " ".join(for_whom.split())
    if not for_whom:
        problems["for_whom"] = [_("Name who shall read it; you will know the code by it.")]
    if not parts or not set(parts) <= set(Part.values):
        problems["parts"] = [_("Choose what the report tells of.")]
    if not 1 <= days <= LONGEST_DAYS:
        problems["days"] = [_("A code is good for at most %(days)s days.") % {"days": LONGEST_DAYS}]
    if problems:
        raise InvalidInput(problems)
    secret = secret_codes.new_code()
    code = LentCode.objects.create(
        entity=entity,
        for_whom=for_whom[:120],
        parts=[part for part in Part.values if part in parts],
        also_unpublished=also_unpublished,
        digest=secret_codes.digest_of(secret),
        ending=secret[-4:],
        lent_by=by,
        expires_at=timezone.now() + timedelta(days=days),
    )
    audit.record(
        actor=by,
        verb="credit_reports.code.lent",
        target=code,
        entity=entity.credit_code,
        parts=code.parts,
        days=days,
    )
    return Lent(code, secret)


@transaction.atomic
def open_with_code(*, by, secret: str, reader: Reader) -> CreditReport:
    """A report of today by leave of the entity, which hears who read it and what for.

    Raises:
        InvalidInput: no name, no purpose, or a code that opens nothing (unknown, over and revoked are told alike).
    """
    problems: dict[str, list[str]] = {}
    reader = Reader(" ".join(reader.who.split())[:120], " ".join(reader.why.split())[:200])
    if not reader.who:
        problems["who"] = [_("Say who you are; the business is told.")]
    if not reader.why:
        problems["why"] = [_("Say what you need it for; the business is told.")]
    code = (
        LentCode.objects.good_at(timezone.now())
        .select_for_update(no_key=True, of=("self",))
        .select_related("entity")
        .filter(digest=secret_codes.digest_of(secret))
        .first()
    )
    if code is None or code.entity.merged_into_id:
        problems["code"] = [
            _("This code opens nothing: look at it again, or ask the business for a new one.")
        ]
    if problems:
        raise InvalidInput(problems)
    reach = contents.Reach(tuple(code.parts), unpublished=code.also_unpublished)
    report = _issue(Kind.AUTHORISED, code.entity, reach, by=by, code=code, reader=reader)
    _note_use(report, CodeUse.What.OPENED, reader, by)
    feedback.notify(
        kind="credit_reports.code-used",
        params={"who": reader.who, "for_whom": code.for_whom, "why": reader.why},
        entity=code.entity,
    )
    return report


@transaction.atomic
def note_reading(*, by, report: CreditReport, what: CodeUse.What) -> None:
    """Write down that a report was read or taken away: in the access log, and with the code that it was opened with."""
    if by.is_authenticated and report.kind != Kind.EXTRACT:
        access.note(report.record_ids)
    if report.code_id is None or policies.may_have_full_report(by, report.entity):
        return
    first = report.uses.earliest("at")
    _note_use(report, what, Reader(first.who, first.why), by)


def _note_use(report: CreditReport, what: CodeUse.What, reader: Reader, by) -> None:
    actor = by if by.is_authenticated else None
    use = CodeUse.objects.create(
        code=report.code, report=report, what=what, who=reader.who, why=reader.why, user=actor
    )
    audit.record(
        actor=actor,
        verb="credit_reports.code.used",
        target=use.code,
        report=report.number,
        what=what,
        who=use.who,
    )


@transaction.atomic
def revoke_code(*, by, entity: Entity, code_id: int) -> LentCode:
    """End a code: from now on it opens nothing, and what was opened with it is no longer shown.

    Raises:
        Missing: the entity lent no such code, or the user does not act for it.
        WrongState: it is over or revoked already.
    """
    if not policies.may_lend_code(by, entity):
        raise Missing
    code = entity.lent_codes.select_for_update().filter(pk=code_id).first()
    if code is None:
        raise Missing
    if not code.is_good:
        raise WrongState(_("This code has ended already."))
    code.revoked_at = timezone.now()
    code.save(update_fields=("revoked_at",))
    audit.record(actor=by, verb="credit_reports.code.revoked", target=code, entity=entity.credit_code)
    return code
