"""Keeping templates, giving commitments, checking them by their day."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.common.reminding import Reminding
from entities.commitments import policies
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.drafts import RecordDraft
from entities.models import CreditRecord, Entity, RecordType, SubmittingBody
from entities.policies import who_answers_for
from entities.services import feedback, records
from entities.words import kept_words

REMIND_DAYS_BEFORE = 7
State = Commitment.State


@dataclass(frozen=True, slots=True)
class Wording:
    """All that a template says."""

    code: str
    name_zh: str
    matter_zh: str
    text_zh: str
    checked_by: SubmittingBody
    check_within_days: int
    valid_from: date
    name_en: str = ""
    matter_en: str = ""
    text_en: str = ""
    basis: str = ""
    is_public: bool = True
    kept_type: RecordType | None = None
    broken_type: RecordType | None = None
    broken_class: str = ""


@transaction.atomic
def add_template(*, by, wording: Wording) -> CommitmentTemplate:
    """Put a template into the library, or a new wording in the place of the one in force, which ends the day before.

    Raises:
        InvalidInput: a day that is over or not after the wording in force began, or a record type that the department
            does not submit.
    """
    policies.may_keep_templates(by).require()
    problems: dict[str, list[str]] = {}
    if wording.valid_from < timezone.localdate():
        problems["valid_from"] = [_("This day is over; what was given until today stands.")]
    if wording.check_within_days < 1:
        problems["check_within_days"] = [_("At least one day.")]
    for name in ("kept_type", "broken_type"):
        record_type = getattr(wording, name)
        if record_type and not RecordType.objects.submitted_by(wording.checked_by, wording.valid_from).filter(
            pk=record_type.pk
        ):
            problems[name] = [
                _("The catalogue does not let %(body)s submit “%(type)s”.")
                % {"body": wording.checked_by, "type": record_type}
            ]
    earlier = (
        CommitmentTemplate.objects.select_for_update(of=("self",))
        .filter(code=wording.code)
        .order_by("-valid_from")
        .first()
    )
    if earlier is not None and earlier.valid_from >= wording.valid_from:
        problems["valid_from"] = [_("A wording from this day or a later one is there already.")]
    if problems:
        raise InvalidInput(problems)
    if earlier is not None and (earlier.valid_to is None or earlier.valid_to >= wording.valid_from):
        earlier.valid_to = wording.valid_from - timedelta(days=1)
        earlier.save(update_fields=("valid_to",))
    template = CommitmentTemplate.objects.create(**_fields(wording))
    audit.record(actor=by, verb="commitments.template.added", target=template, code=template.code)
    return template


def _fields(wording: Wording) -> dict:
    # Not `asdict` of models: it would copy them.
    return {name: getattr(wording, name) for name in wording.__dataclass_fields__}


@transaction.atomic
def name_in_english(*, by, template_id: int, name: str = "", matter: str = "") -> CommitmentTemplate:
    """Give a template the English of its name and matter where it has none. The wording by which one binds oneself stays.

    Raises:
        InvalidInput: nothing that is still missing was given.
    """
    policies.may_keep_templates(by).require()
    template = CommitmentTemplate.objects.select_for_update(of=("self",)).filter(pk=template_id).first()
    if template is None:
        raise Missing
    given = {"name_en": kept_words(name)[:200], "matter_en": kept_words(matter)[:120]}
    added = {field: words for field, words in given.items() if words and not getattr(template, field)}
    if not added:
        raise InvalidInput({"__all__": [_("Write what is still missing in English.")]})
    for field, words in added.items():
        setattr(template, field, words)
    template.save(update_fields=list(added))
    audit.record(actor=by, verb="commitments.template.named", target=template, code=template.code, **added)
    return template


@transaction.atomic
def end_template(*, by, template_id: int) -> CommitmentTemplate:
    """Let nobody give a commitment by this template after today; what was given is checked as it was said."""
    policies.may_keep_templates(by).require()
    template = CommitmentTemplate.objects.select_for_update(of=("self",)).filter(pk=template_id).first()
    if template is None:
        raise Missing
    today = timezone.localdate()
    if template.valid_to is not None and template.valid_to <= today:
        raise WrongState(_("This template has ended already."))
    template.valid_to = max(today, template.valid_from)
    template.save(update_fields=("valid_to",))
    audit.record(actor=by, verb="commitments.template.ended", target=template, code=template.code)
    return template


@transaction.atomic
def give_commitment(*, by, entity: Entity, template_id: int, signed_as: str) -> Commitment:
    """Bind the entity by the wording in force today; the department that checks it is told.

    Raises:
        Missing: no such template is in force.
        InvalidInput: nobody signed.
        WrongState: the same commitment stands and was not checked yet.
    """
    policies.may_give(by, entity).require()
    template = _in_force().filter(pk=template_id).first()
    if template is None:
        raise Missing
    return _give(by, entity, template, signed_as)


@transaction.atomic
def take_in_commitment(
    *, by, body: str, entity: str, template: str, signed_as: str, wording_from: date | None = None
) -> Commitment:
    """Take in what an entity signed at a department's window, by the codes of body, entity and template.

    Raises as `give_commitment`, and `InvalidInput` for a code that nobody has, or where the wording that was signed,
    the one since `wording_from`, is not the one in force.
    """
    problems: dict[str, list[str]] = {}
    found_body = SubmittingBody.objects.filter(code=body, is_active=True).first()
    found_entity = Entity.objects.filter(credit_code=entity.strip().upper()).first()
    found_template = _in_force().filter(code=template).first()
    if found_body is None:
        problems["body"] = [_("There is no such body.")]
    if found_entity is None:
        problems["entity"] = [_("No entity has this code.")]
    if found_template is None:
        problems["template"] = [_("No template with this code is in force today.")]
    elif wording_from is not None and wording_from != found_template.valid_from:
        problems["wording_from"] = [
            _("Another wording is in force since %(since)s: that one has to be signed.")
            % {"since": found_template.valid_from.isoformat()}
        ]
    if found_body is None or found_entity is None or found_template is None or problems:
        raise InvalidInput(problems)
    policies.may_take_in(by, found_body).require()
    return _give(by, found_entity, found_template, signed_as, through=found_body)


def _in_force() -> QuerySet[CommitmentTemplate]:
    return CommitmentTemplate.objects.in_force_on(timezone.localdate()).select_related(
        "checked_by__successor"
    )


def _give(
    by,
    entity: Entity,
    template: CommitmentTemplate,
    signed_as: str,
    *,
    through: SubmittingBody | None = None,
) -> Commitment:
    # Locked, so that a form sent twice finds what the first one wrote.
    entity, today = Entity.objects.select_for_update(no_key=True).get(pk=entity.pk), timezone.localdate()
    signed_as = " ".join(signed_as.split())[:80]
    if not signed_as:
        raise InvalidInput({"signed_as": [_("Type your name; it is your signature.")]})
    if entity.commitments.filter(template=template, state=State.GIVEN).exists():
        raise WrongState(_("This commitment stands already and was not checked yet."))
    commitment = Commitment.objects.create(
        number=f"CN-{today:%Y-%m}-{secrets.token_hex(4).upper()}",
        entity=entity,
        template=template,
        given_on=today,
        given_by=by,
        signed_as=signed_as,
        through=through,
        due_on=today + timedelta(days=template.check_within_days),
    )
    audit.record(
        actor=by,
        verb="commitments.commitment.given",
        target=commitment,
        entity=entity.credit_code,
        template=template.code,
        through=through.code if through else None,
    )
    _tell("commitments.given", commitment, body=who_answers_for(template.checked_by))
    if through is not None:
        _tell("commitments.taken-in", commitment, entity=entity)
    return commitment


@transaction.atomic
def take_back_commitment(*, by, number: str, because: str) -> Commitment:
    """Take back what a department handed in by mistake: nobody was bound by it. The entity and who was to check hear why.

    Raises:
        InvalidInput: without a reason.
        WrongState: it was checked already, or taken back.
    """
    commitment = _locked(by, number)
    policies.may_take_back(by, commitment).require()
    if commitment.state != State.GIVEN:
        raise WrongState(_("This commitment was checked already or taken back."))
    commitment.taken_back_because = _reason(because)
    commitment.state, commitment.taken_back_by = State.TAKEN_BACK, by
    commitment.taken_back_on = timezone.localdate()
    commitment.save(update_fields=("state", "taken_back_because", "taken_back_by", "taken_back_on"))
    _note(by, "taken_back", commitment, because=commitment.taken_back_because)
    said = {"because": commitment.taken_back_because}
    _tell("commitments.taken-back", commitment, entity=commitment.entity, **said)
    _tell("commitments.taken-back", commitment, body=who_answers_for(commitment.template.checked_by), **said)
    return commitment


def _reason(because: str) -> str:
    because = kept_words(because)[:500]
    if not because:
        raise InvalidInput({"because": [_("Say why; whoever it concerns is told.")]})
    return because


def _locked(by, number: str) -> Commitment:
    commitment = (
        Commitment.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related(
            "entity",
            "record",
            "template__checked_by__successor",
            "template__kept_type",
            "template__broken_type",
        )
        .filter(number=number)
        .first()
    )
    if commitment is None:
        raise Missing
    return commitment


def _note(by, deed: str, commitment: Commitment, **detail) -> None:
    audit.record(
        actor=by,
        verb=f"commitments.commitment.{deed}",
        target=commitment,
        entity=commitment.entity.credit_code,
        **detail,
    )


@transaction.atomic
def check_commitment(*, by, number: str, kept: bool, finding: str) -> Commitment:
    """Say whether a commitment was kept. Where the template names a record type, a record by the catalogue goes to a
    reviewer of the department; nothing is public before that.

    Raises:
        InvalidInput: without a finding, or with what the catalogue finds wrong with the record.
        WrongState: it was checked already.
    """
    commitment = _locked(by, number)
    policies.may_check(by, commitment).require()
    if commitment.state == State.TAKEN_BACK:
        raise WrongState(_("This commitment was taken back: nobody is bound by it."))
    if commitment.state != State.GIVEN:
        raise WrongState(_("This commitment was checked already."))
    finding = kept_words(finding)
    if not finding:
        raise InvalidInput({"finding": [_("Say what was checked and found; the business reads it.")]})
    commitment.state = State.KEPT if kept else State.BROKEN
    commitment.finding, commitment.checked_by, commitment.checked_on = finding[:500], by, timezone.localdate()
    commitment.record = _put_on_record(by, commitment)
    commitment.save(update_fields=("state", "finding", "checked_by", "checked_on", "record"))
    _note(by, commitment.state, commitment, record=commitment.record_id)
    _tell(f"commitments.{commitment.state}", commitment, entity=commitment.entity, finding=commitment.finding)
    return commitment


#: Of a record that ended so nothing is left of what the check found.
UNDONE = (CreditRecord.Status.WITHDRAWN, CreditRecord.Status.ANNULLED)


@transaction.atomic
def take_check_back(*, by, number: str, because: str) -> Commitment:
    """Take back what a check found by mistake: the commitment is to be checked again. Entity and office hear why.

    Raises:
        InvalidInput: without a reason.
        WrongState: it was not checked, a record of what was found stands, or the same was promised again since.
    """
    commitment = _locked(by, number)
    policies.may_check(by, commitment).require()
    if commitment.state in Commitment.UNCHECKED:
        raise WrongState(_("This commitment was not checked."))
    if commitment.record is not None and commitment.record.status not in UNDONE:
        raise WrongState(
            _("A record was made of it: withdraw that first, or discard it while it is being prepared.")
        )
    # Locked as by whoever gives it again.
    Entity.objects.select_for_update(no_key=True).get(pk=commitment.entity_id)
    if commitment.entity.commitments.filter(template=commitment.template_id, state=State.GIVEN).exists():
        raise WrongState(_("The same was promised again since, and that is to be checked."))
    because, was = _reason(because), {"was": commitment.state, "finding": commitment.finding}
    commitment.state, commitment.finding = State.GIVEN, ""
    commitment.checked_by = commitment.checked_on = commitment.record = None
    commitment.save(update_fields=("state", "finding", "checked_by", "checked_on", "record"))
    _note(by, "check_taken_back", commitment, because=because, **was)
    _tell("commitments.check-taken-back", commitment, entity=commitment.entity, because=because)
    return commitment


def _put_on_record(by, commitment: Commitment) -> CreditRecord | None:
    template, broken = commitment.template, commitment.state == State.BROKEN
    record_type = template.broken_type if broken else template.kept_type
    if record_type is None:
        return None
    record = records.save_draft(
        by=by,
        body=who_answers_for(template.checked_by),
        entity=commitment.entity,
        record_type=record_type,
        draft=RecordDraft(
            document_number=commitment.number,
            title=f"{commitment.get_state_display()}：{template.name_zh}"[:300],
            decided_on=timezone.localdate(),
            facts=commitment.finding,
            legal_basis=template.basis,
            authority=template.checked_by.name_zh,
            severity_class=template.broken_class if broken else "",
        ),
    )
    return records.send_to_review(by=by, record_id=record.pk)


# By their day


def watch_days(*, today: date) -> int:
    """Remind entities before the day, and say to the department once when the day is over; returns how many were told."""
    return _REMINDING.run(today=today, horizon=today + timedelta(days=REMIND_DAYS_BEFORE))


def _tell_overdue(commitment: Commitment) -> None:
    _tell("commitments.overdue", commitment, body=who_answers_for(commitment.template.checked_by))


_REMINDING = Reminding(
    waiting=lambda: Commitment.objects.filter(state=State.GIVEN).select_related(
        "entity", "template__checked_by__successor"
    ),
    soon=lambda commitment: _tell("commitments.due-soon", commitment, entity=commitment.entity),
    over=_tell_overdue,
)


def _tell(
    kind: str, commitment: Commitment, *, body=None, entity=None, finding: str = "", because: str = ""
) -> None:
    template = commitment.template
    feedback.notify(
        kind=kind,
        params={
            "number": commitment.number,
            "entity": feedback.both_names(commitment.entity),
            "template": feedback.both_names(template),
            "body": feedback.both_names(template.checked_by),
            "due": commitment.due_on.isoformat(),
            "finding": finding,
            "because": because,
        },
        url=reverse("commitments:detail", args=(commitment.number,)),
        body=body,
        entity=entity,
    )
