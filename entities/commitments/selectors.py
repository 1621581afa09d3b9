"""Reads of commitments: for the public, for entities, and for departments."""

from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField, Count, Q, QuerySet

from credit_platform.common.errors import Missing
from credit_platform.common.prepared import Given, Prepared
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.commitments.policies import CHECKING
from entities.models import Entity
from entities.policies import bodies_of, entities_of

State = Commitment.State
MOST_PUBLIC = 50


def public_commitments_of(entity: Entity) -> list[Commitment]:
    """What the entity promised as far as anybody may read it, the newest first."""
    return _newest_public(entity=entity.pk)


@Prepared
def _newest_public() -> QuerySet[Commitment]:
    found = Commitment.objects.public().filter(entity=Given("entity", BigIntegerField()))
    return found.select_related("template__checked_by").order_by("-given_on", "-pk")[:MOST_PUBLIC]


@dataclass(frozen=True, slots=True)
class OwnCommitments:
    """What an entity has promised, and what it may promise."""

    given: list[Commitment]
    templates: list[CommitmentTemplate]


def own_commitments(*, user, entity: Entity, today: date) -> OwnCommitments:
    """For the page of the entity's agent; templates by which a commitment stands already are left out."""
    given = Commitment.objects.visible_to(user).filter(entity=entity).select_related("template__checked_by")
    standing = [one.template_id for one in given if one.state == State.GIVEN]
    templates = (
        CommitmentTemplate.objects.in_force_on(today).exclude(pk__in=standing).select_related("checked_by")
    )
    return OwnCommitments(list(given.order_by("-given_on", "-pk")), list(templates))


def own_entity(user, credit_code: str) -> Entity:
    """One of the entities that the user acts for; `Missing` for any other."""
    entity = Entity.objects.filter(pk__in=entities_of(user), credit_code=credit_code).first()
    if entity is None:
        raise Missing
    return entity


def template_in_force(template_id: int, day: date) -> CommitmentTemplate:
    template = (
        CommitmentTemplate.objects.in_force_on(day)
        .select_related("checked_by")
        .filter(pk=template_id)
        .first()
    )
    if template is None:
        raise Missing
    return template


def commitment_for(*, user, number: str) -> Commitment:
    """One commitment for whoever may see it; `Missing` for anybody else."""
    commitment = (
        Commitment.objects.visible_to(user)
        .select_related("entity", "template__checked_by", "record", "checked_by", "through")
        .filter(number=number)
        .first()
    )
    if commitment is None:
        raise Missing
    return commitment


def register_for(*, user, state: str) -> QuerySet[Commitment]:
    """The register in one state: what is to be checked first stands first, what was checked the newest first."""
    order = ("due_on", "pk") if state == State.GIVEN else ("-checked_on", "-pk")
    return (
        Commitment.objects.visible_to(user)
        .filter(state=state)
        .select_related("entity", "template__checked_by")
        .order_by(*order)
    )


def counts_for(user, today: date) -> dict[str, int]:
    """How many were given, kept, broken, and how many were not checked by their day."""
    return Commitment.objects.visible_to(user).aggregate(
        given=Count("pk", Q(state=State.GIVEN)),
        overdue=Count("pk", Q(state=State.GIVEN, due_on__lt=today)),
        kept=Count("pk", Q(state=State.KEPT)),
        broken=Count("pk", Q(state=State.BROKEN)),
    )


def to_check(user) -> QuerySet[Commitment]:
    """What the user's departments have to check, the first due first."""
    found = Commitment.objects.filter(state=State.GIVEN, template__checked_by__in=bodies_of(user, CHECKING))
    return found.select_related("entity", "template").order_by("due_on", "pk")


def library() -> QuerySet[CommitmentTemplate]:
    """All templates and their wordings, each with what became of the commitments given by it."""
    return CommitmentTemplate.objects.select_related("checked_by", "kept_type", "broken_type").annotate(
        given=Count("commitments"),
        kept=Count("commitments", Q(commitments__state=State.KEPT)),
        broken=Count("commitments", Q(commitments__state=State.BROKEN)),
    )
