"""Reads of commitments: for the public, for entities, and for departments."""

from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField, Count, DateField, F, Q, QuerySet

from credit_platform.common.errors import Missing
from credit_platform.common.prepared import Given, Prepared
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.commitments.policies import CHECKING
from entities.models import Entity, SubmittingBody
from entities.policies import bodies_of, entities_of

State = Commitment.State
MOST_PUBLIC = 50


def public_commitments_of(entity: Entity, day: date) -> list[Commitment]:
    """What the entity promised as far as anybody may read it on that day, the newest first."""
    return _newest_public(entity=entity.pk, day=day)


@Prepared
def _newest_public() -> QuerySet[Commitment]:
    found = Commitment.objects.public_on(Given("day", DateField())).filter(
        entity=Given("entity", BigIntegerField())
    )
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


def template_for_naming(template_id: int) -> CommitmentTemplate:
    """A template that lacks something in English; `Missing` where it has all."""
    template = CommitmentTemplate.objects.filter(pk=template_id).first()
    if template is None or not template.lacks_english:
        raise Missing
    return template


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
        .select_related("entity", "template__checked_by", "record", "checked_by", "through", "taken_back_by")
        .filter(number=number)
        .first()
    )
    if commitment is None:
        raise Missing
    return commitment


def register_for(*, user, state: str) -> QuerySet[Commitment]:
    """The register in one state: what is to be checked first stands first, what was checked the newest first."""
    order = {State.GIVEN: ("due_on", "pk"), State.TAKEN_BACK: ("-taken_back_on", "-pk")}.get(
        State(state), ("-checked_on", "-pk")
    )
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
        taken_back=Count("pk", Q(state=State.TAKEN_BACK)),
    )


def to_check(user) -> QuerySet[Commitment]:
    """What the user's departments have to check, the first due first."""
    found = Commitment.objects.filter(state=State.GIVEN, template__checked_by__in=bodies_of(user, CHECKING))
    return found.select_related("entity", "template").order_by("due_on", "pk")


def library(today: date) -> QuerySet[CommitmentTemplate]:
    """All templates and their wordings, each with what became of the commitments given by it."""
    return CommitmentTemplate.objects.select_related("checked_by", "kept_type", "broken_type").annotate(
        **_became(today, "commitments__")
    )


def _became(today: date, commitments: str = "") -> dict[str, Count]:
    """How many were given, are still to be checked, are late, were kept, broken, and checked by their day.

    `commitments` leads from the rows that are counted for to the commitments.
    """

    def count(**conditions) -> Count:
        asked = {f"{commitments}{name}": value for name, value in conditions.items()}
        return Count(f"{commitments}pk", Q(**asked) & ~Q(**{f"{commitments}state": State.TAKEN_BACK}))

    return {
        "given": count(),
        "to_keep": count(state=State.GIVEN),
        "late": count(state=State.GIVEN, due_on__lt=today),
        "kept": count(state=State.KEPT),
        "broken": count(state=State.BROKEN),
        "in_time": count(checked_on__lte=F(f"{commitments}due_on")),
    }


@dataclass(frozen=True, slots=True)
class OfDepartment:
    """What became of the commitments that a department checks."""

    body: SubmittingBody
    given: int
    to_keep: int
    late: int
    kept: int
    broken: int
    in_time: int

    @property
    def share_kept(self) -> float | None:
        """Of those that were checked; None while none was."""
        checked = self.kept + self.broken
        return self.kept / checked if checked else None

    @property
    def share_in_time(self) -> float | None:
        """How many of those that were checked were so by their day; None while none was."""
        checked = self.kept + self.broken
        return self.in_time / checked if checked else None


def by_department(today: date) -> list[OfDepartment]:
    """What became of all commitments, by who checks them, the most first."""
    counted = Commitment.objects.order_by().values_list("template__checked_by").annotate(**_became(today))
    rows = sorted(counted, key=lambda row: (-row[1], row[0]))
    bodies = SubmittingBody.objects.in_bulk([key for key, *_counts in rows])
    return [OfDepartment(bodies[key], *counts) for key, *counts in rows]


def wordings_in_force(day: date) -> QuerySet[CommitmentTemplate]:
    """By what a commitment may be given on that day, for the windows of departments."""
    return (
        CommitmentTemplate.objects.in_force_on(day).select_related("checked_by").order_by("matter_zh", "code")
    )


def public_wordings(day: date) -> QuerySet[CommitmentTemplate]:
    """The wordings that anybody may read about, each with how many gave it: those in force, by matter."""
    found = wordings_in_force(day).filter(is_public=True)
    return found.annotate(**_became(day, "commitments__"))


def public_wording(template_id: int) -> CommitmentTemplate:
    """A wording by which businesses commit themselves publicly, also one that is no longer in force."""
    wording = (
        CommitmentTemplate.objects.filter(is_public=True, pk=template_id).select_related("checked_by").first()
    )
    if wording is None:
        raise Missing
    return wording


def newer_wording(wording: CommitmentTemplate, day: date) -> CommitmentTemplate | None:
    """The wording of the same commitment that is in force on the day; None where it is this one, or none is."""
    found = wordings_in_force(day).filter(code=wording.code, is_public=True).exclude(pk=wording.pk)
    return found.filter(valid_from__gt=wording.valid_from).first()


def newest_wordings() -> QuerySet[CommitmentTemplate]:
    """Each template once, by its newest wording."""
    return CommitmentTemplate.objects.order_by("code", "-valid_from").distinct("code")


def checking_bodies() -> QuerySet[SubmittingBody]:
    """The departments that any template names."""
    return SubmittingBody.objects.filter(pk__in=CommitmentTemplate.objects.values("checked_by")).order_by(
        "pk"
    )
