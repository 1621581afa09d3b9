"""Merging entities and splitting them: proposed by one, carried out by a colleague, undone exactly.

Nothing is ever merged by itself. Merging moves all that hangs on an entity to another; the row of the first stays, its
code and name become a former code and a former name of the second. Splitting moves chosen rows. What was done is
kept step by step, so that undoing restores it; what came to the receiving entity since stays there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities import policies
from entities.models import CreditRecord, Entity, EntityIdentifier, EntityMove, FormerName
from entities.services.head_offices import hold_head_offices
from entities.services.movers import HEAD_OFFICE, Planned, carry_out, movers, plan, undo
from entities.signals import records_changed

Kind, State = EntityMove.Kind, EntityMove.State
RECORDS = "entities.CreditRecord.entity"
#: How the database calls it when head offices would stand in a circle.
CIRCLE = "no_entity_stands_below_itself"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would do, relation by relation; those with nothing are left out."""

    planned: tuple[Planned, ...]
    #: Records of both entities under one number of one body: after the move they stand side by side.
    same_numbers: int

    @property
    def moving(self) -> int:
        return sum(len(one.moving) for one in self.planned)


def preview_move(
    *, by, source: Entity, target: Entity, selection: Mapping[str, Collection] | None = None
) -> Preview:
    """What merging, or with a selection splitting, would move, put aside and leave; nothing is changed."""
    policies.may_move_entities(by).require()
    planned = _plan(source.pk, target.pk, selection)
    numbers = set(_numbers(source)) & set(_numbers(target))
    return Preview(
        tuple(one for one in planned if one.moving or one.aside or one.staying),
        len(numbers),
    )


def _numbers(entity: Entity):
    return CreditRecord.objects.filter(entity=entity).values_list("submitted_by", "record_type", "number_key")


def _plan(source: int, target: int, selection: Mapping[str, Collection] | None) -> list[Planned]:
    records = None if selection is None else selection.get(RECORDS, ())
    return [
        plan(mover, source, target, None if selection is None else selection.get(mover.relation), records)
        for mover in movers()
    ]


@transaction.atomic
def propose_move(
    *,
    by,
    kind: str,
    source: Entity,
    target: Entity,
    because: str,
    selection: Mapping[str, Collection] | None = None,
) -> EntityMove:
    """Put a merging of `source` into `target`, or a splitting of chosen rows off to it, before a colleague.

    Proposing the same again gives the one that waits.

    Args:
        selection: of a splitting the keys of the rows chosen, by relation.
    """
    policies.may_move_entities(by).require()
    problems: dict[str, list[str]] = {}
    if source.pk == target.pk:
        problems["target"] = [_("Choose another entity.")]
    if not because.strip():
        problems["because"] = [_("Say how it is known.")]
    chosen = {relation: sorted(keys) for relation, keys in (selection or {}).items() if keys}
    if kind == Kind.SPLIT and not chosen:
        problems["selection"] = [_("Choose what goes to the other entity.")]
    if problems:
        raise InvalidInput(problems)
    _lock(source.pk, target.pk)
    said = {
        "kind": kind, "target": target, "because": because.strip(),
        "selection": chosen if kind == Kind.SPLIT else {},
    }  # fmt: skip
    waiting = EntityMove.objects.filter(source=source, state=State.PROPOSED).first()
    if waiting:
        if all(getattr(waiting, name) == value for name, value in said.items()):
            return waiting
        raise WrongState(_("A move of this entity is before a colleague already."))
    move = EntityMove.objects.create(source=source, proposed_by=by, **said)
    audit.record(
        actor=by,
        verb=f"entities.{kind}.proposed",
        target=source,
        into=target.credit_code,
        because=said["because"],
    )
    return move


@transaction.atomic
def drop_move(*, by, move_id: int) -> EntityMove:
    """Take a proposal back, or turn a colleague's down. Dropping it again changes nothing."""
    policies.may_move_entities(by).require()
    move = _locked(move_id)
    if move.state == State.DROPPED:
        return move
    _require(move, State.PROPOSED)
    move.state, move.decided_by, move.decided_at = State.DROPPED, by, timezone.now()
    move.save()
    audit.record(actor=by, verb=f"entities.{move.kind}.dropped", target=move.source)
    return move


@transaction.atomic
def carry_out_move(*, by, move_id: int) -> EntityMove:
    """Do what a colleague proposed. Doing it again changes nothing."""
    move = _locked(move_id)
    if move.state == State.DONE:
        return move
    _require(move, State.PROPOSED)
    policies.may_decide_move(by, move).require()
    source, target = _lock(move.source_id, move.target_id)
    if source.merged_into_id or target.merged_into_id:
        raise WrongState(_("One of the two has been merged into another entity since."))
    selection = move.selection if move.kind == Kind.SPLIT else None
    # Moves of the two are found by the entity of then; this one is being done and stays where it is.
    steps = [carry_out(one, target.pk).as_json() for one in _plan(source.pk, target.pk, selection)]
    move.journal = [step for step in steps if step["moved"] or step["aside"]]
    if move.kind == Kind.MERGE:
        move.journal += _leave_traces(source, target)
        Entity.everything.filter(pk=source.pk).update(merged_into=target)
    move.state, move.decided_by, move.decided_at = State.DONE, by, timezone.now()
    move.save()
    audit.record(
        actor=by,
        verb=f"entities.{move.kind}.done",
        target=source,
        into=target.credit_code,
        move=move.pk,
        because=move.because,
    )
    audit.record(
        actor=by,
        verb=f"entities.{move.kind}.received",
        target=target,
        source=source.credit_code,
        move=move.pk,
    )
    records_changed.send(sender=CreditRecord, entity_ids=_touched(move))
    return move


def _touched(move: EntityMove) -> set[int]:
    """The two, and the branches whose head office changes with the move: grades may turn on it."""
    steps = [step for step in move.journal if step["relation"] == HEAD_OFFICE]
    moved = {key for step in steps for key in step["moved"]}
    aside = {row["pk"] for step in steps for row in step["aside"]}
    return {move.source_id, move.target_id} | moved | aside


def _leave_traces(source: Entity, target: Entity) -> list[dict]:
    """The code and the name of the one that is gone lead to the one that stays."""
    code, new_code = EntityIdentifier.objects.get_or_create(
        entity=target, kind=EntityIdentifier.Kind.FORMER_CODE, value=source.credit_code,
        defaults={"valid_to": timezone.localdate()},
    )  # fmt: skip
    traces = [{"relation": "trace", "model": "entities.EntityIdentifier", "pk": code.pk}] if new_code else []
    if source.name_key != target.name_key:
        name, new_name = FormerName.objects.get_or_create(
            entity=target,
            name_key=source.name_key,
            defaults={"name": source.name_zh, "until": timezone.localdate()},
        )
        traces += [{"relation": "trace", "model": "entities.FormerName", "pk": name.pk}] if new_name else []
    return traces


@transaction.atomic
def undo_move(*, by, move_id: int, because: str) -> EntityMove:
    """Give back everything that was moved. What came to the receiving entity since stays with it.

    Raises:
        WrongState: the receiving entity was itself merged since; that is undone first. Or what was put aside does
            not fit any more, because what it belonged to is gone.
    """
    policies.may_move_entities(by).require()
    move = _locked(move_id)
    if move.state == State.UNDONE:
        return move
    _require(move, State.DONE)
    if not because.strip():
        raise InvalidInput({"because": [_("Say why it is undone.")]})
    source, target = _lock(move.source_id, move.target_id)
    if target.merged_into_id:
        raise WrongState(
            _("%(entity)s was merged into another entity since; undo that first.") % {"entity": target}
        )
    if move.kind == Kind.MERGE:
        Entity.everything.filter(pk=source.pk).update(merged_into=None)
    _undo_steps(move)
    move.state, move.undone_by, move.undone_at = State.UNDONE, by, timezone.now()
    move.undone_because = because.strip()
    move.save()
    audit.record(
        actor=by, verb=f"entities.{move.kind}.undone", target=source, move=move.pk, because=because.strip()
    )
    records_changed.send(sender=CreditRecord, entity_ids=_touched(move))
    return move


def _undo_steps(move: EntityMove) -> None:
    try:
        with transaction.atomic():
            for step in reversed(move.journal):
                if step["relation"] == "trace":
                    model = EntityIdentifier if step["model"].endswith("Identifier") else FormerName
                    model.objects.filter(pk=step["pk"], entity=move.target_id).delete()
                else:
                    undo(step, move.source_id, move.target_id)
            # Whether what a row points to is still there is otherwise asked only when the page is done.
            connection.check_constraints()
    except IntegrityError as refusal:
        told = getattr(refusal.__cause__, "diag", None)
        if told is not None and told.constraint_name == CIRCLE:
            sentence = _(
                "It cannot be undone: a head office was changed since, and a branch would come to stand above it. "
                "Change that first."
            )
        else:
            sentence = _(
                "It cannot be undone: rows that were put aside belonged to something that is gone since."
            )
        raise WrongState(sentence) from refusal


def _locked(move_id: int) -> EntityMove:
    move = EntityMove.objects.select_for_update().filter(pk=move_id).first()
    if move is None:
        raise Missing
    return move


def _lock(source: int, target: int) -> tuple[Entity, Entity]:
    """Both entities, always locked in one order, so that two moves never wait for each other."""
    hold_head_offices()
    found = {
        one.pk: one
        for one in Entity.everything.select_for_update(of=("self",))
        .filter(pk__in=(source, target))
        .order_by("pk")
    }
    return found[source], found[target]


def _require(move: EntityMove, state: str) -> None:
    if move.state != state:
        raise WrongState(_("This move is already %(state)s.") % {"state": move.get_state_display().lower()})
