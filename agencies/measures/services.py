"""Everything that writes measures. They fall with their record, in the transaction in which it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.measures import policies
from agencies.measures.models import Measure
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities.models import CreditRecord, SubmittingBody
from entities.policies import who_answers_for
from entities.selectors import in_force_instead_of
from entities.services import feedback
from entities.services.publishing import notice_params, tell_agents


@dataclass(frozen=True, slots=True)
class Wanted:
    """The measure as it is typed; `until` is its last day, None where it is open."""

    body: SubmittingBody
    title: str
    legal_basis: str
    until: date | None = None


@transaction.atomic
def note_measure(*, by, record_id: int, wanted: Wanted) -> Measure:
    """Note what a department does because of a record, and tell the entity. The same again is the one that stands.

    Raises `Missing` for who may not see the record, `InvalidInput` for a measure without name or basis or over already.
    """
    record = (
        CreditRecord.objects.visible_to(by)
        .select_for_update(no_key=True, of=("self",))
        .select_related("entity", "submitted_by", "record_type", "type_version")
        .filter(pk=record_id)
        .first()
    )
    if record is None:
        raise Missing
    policies.may_note(by, record).require()
    policies.may_note_for(by, wanted.body).require()
    title, basis = " ".join(wanted.title.split()), " ".join(wanted.legal_basis.split())
    problems: dict[str, list[str]] = {}
    if not title:
        problems["title"] = [_("Say what the measure is.")]
    if not basis:
        problems["legal_basis"] = [_("Name the law and article that provide for it.")]
    if wanted.until is not None and wanted.until < timezone.localdate():
        problems["until"] = [_("This day is over.")]
    if problems:
        raise InvalidInput(problems)
    same = Measure.objects.filter(record=record, body=wanted.body, title=title, lifted_at=None).first()
    if same is not None:
        return same
    measure = Measure.objects.create(
        record=record, body=wanted.body, title=title, legal_basis=basis, until=wanted.until, noted_by=by
    )
    audit.record(
        actor=by, verb="measures.measure.noted", target=record, measure=measure.pk, body=wanted.body.code
    )
    tell_agents(
        "measures.noted", [record], measure=title, basis=basis, department=feedback.both_names(wanted.body)
    )
    return measure


@transaction.atomic
def lift_measure(*, by, measure_id: int, because: str) -> Measure:
    """End a measure before its record ends, with a reason that the entity reads.

    Raises `Missing` for who may not see it, `WrongState` where it is lifted, `InvalidInput` without a reason.
    """
    found = Measure.objects.visible_to(by).select_for_update(of=("self",))
    measure = found.select_related("body", *_OF_RECORD).filter(pk=measure_id).first()
    if measure is None:
        raise Missing
    policies.may_lift(by, measure).require()
    if measure.lifted_at is not None:
        raise WrongState(_("This measure is lifted already."))
    because = because.strip()
    if not because:
        raise InvalidInput({"because": [_("Say why; the entity is told.")]})
    _lift(measure, by=by, because=because)
    return measure


#: What telling of a measure reads.
_OF_RECORD = ("record__entity", "record__submitted_by", "record__record_type", "record__type_version")


def follow_records(*, entity_ids: Iterable[int]) -> int:
    """Lift what stands on records that ended, in the transaction that ended them; a correction takes the measure over.

    Called when the registry says that records of these entities changed; returns how many measures were touched.
    However a record ends - repaired, withdrawn, without basis or by its day - nothing stands on it here any longer.
    """
    wanted = frozenset(entity_ids)
    ended = Measure.objects.filter(lifted_at=None).exclude(record__status=CreditRecord.Status.PUBLISHED)
    touched = 0
    for measure in ended.select_related("body__successor", *_OF_RECORD).order_by("pk"):
        if measure.record.entity_id not in wanted:
            continue
        newer = in_force_instead_of(measure.record)
        if newer is None:
            _lift(measure, by=None)
        else:
            _move(measure, newer)
        touched += 1
    return touched


def _lift(measure: Measure, *, by, because: str = "") -> None:
    measure.lifted_at, measure.lifted_by, measure.lifted_because = timezone.now(), by, because
    measure.save(update_fields=("lifted_at", "lifted_by", "lifted_because"))
    audit.record(
        actor=by,
        verb="measures.measure.lifted",
        target=measure.record,
        measure=measure.pk,
        because=because or measure.record.status,
    )
    if by is None:
        _tell_body("measures.fell", measure)
    tell_agents(
        "measures.lifted",
        [measure.record],
        measure=measure.title,
        department=feedback.both_names(measure.body),
    )


def _move(measure: Measure, newer: CreditRecord) -> None:
    was, measure.record = measure.record_id, newer
    measure.save(update_fields=("record",))
    audit.record(actor=None, verb="measures.measure.followed", target=newer, measure=measure.pk, was=was)
    _tell_body("measures.corrected", measure)


def _tell_body(kind: str, measure: Measure) -> None:
    """Without the record's number and title: the department may no longer be allowed to read them."""
    told = notice_params(measure.record)
    feedback.notify(
        kind=kind,
        params={"entity": told["entity"], "type": told["type"], "measure": measure.title},
        url=reverse("entities:entity-detail", args=(measure.record.entity.credit_code,)),
        body=who_answers_for(measure.body),
    )
