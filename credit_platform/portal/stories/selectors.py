"""Reads of stories: for the public, for entities, and for whoever proposes and publishes them."""

from datetime import date

from django.db.models import BigIntegerField, Count, DateField, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credit_platform.common.errors import Missing
from credit_platform.common.prepared import Given, Prepared
from credit_platform.portal.stories import policies
from credit_platform.portal.stories.models import Story, speaking_against
from entities.codes import is_self_employed
from entities.models import CreditRecord, Entity, SubmittingBody
from entities.policies import bodies_of, entities_of

State = Story.State


def public_stories(day: date) -> QuerySet[Story]:
    """What anybody may read on that day, the newest first."""
    return Story.objects.public_on(day).select_related("entity", "body").order_by("-published_on", "-pk")


def public_story(number: str, day: date) -> Story:
    """One story that anybody may read; `Missing` where there is none, or none any more."""
    story = public_stories(day).filter(number=number).first()
    if story is None:
        raise Missing
    return story


def public_stories_of(entity: Entity, day: date) -> list[Story]:
    """What is told of one entity on that day."""
    return _of_entity(entity=entity.pk, day=day)


@Prepared
def _of_entity() -> QuerySet[Story]:
    found = Story.objects.public_on(Given("day", DateField()))
    return found.filter(entity=Given("entity", BigIntegerField())).order_by("-published_on", "-pk")


def rests_on(story: Story) -> QuerySet[CreditRecord]:
    """The records on which the story rests, the newest first."""
    return story.rests_on.select_related("record_type", "submitted_by").order_by("-decided_on", "-pk")


def praise_of(entity: Entity, day: date) -> QuerySet[CreditRecord]:
    """The public commendations of an entity, on which a story may rest."""
    return (
        CreditRecord.objects.public_on(day)
        .filter(entity=entity, record_type__code__in=policies.PRAISE)
        .select_related("record_type", "submitted_by")
        .order_by("-decided_on", "-pk")
    )


def against(entity: Entity, day: date) -> list[str | Promise]:
    """Why no story of this entity may be told on that day, as sentences; empty where one may."""
    said: list[str | Promise] = []
    if is_self_employed(entity.credit_code):
        said.append(_("No story is told of a self-employed household: its name is the name of a person."))
    if entity.status != Entity.Status.ACTIVE or entity.merged_into_id:
        said.append(_("The business is no longer in business."))
    if speaking_against(day, of=entity.pk).exists():
        said.append(_("It is on a list of misconduct, or a serious record of it is in force."))
    return said


def own_entity(user, credit_code: str) -> Entity:
    """One of the entities that the user acts for; `Missing` for any other."""
    entity = Entity.objects.filter(pk__in=entities_of(user), credit_code=credit_code).first()
    if entity is None:
        raise Missing
    return entity


def stories_about(*, user, entity: Entity) -> QuerySet[Story]:
    """All that was ever to be told of an entity, for its agent, the newest first."""
    found = Story.objects.visible_to(user).filter(entity=entity).select_related("body")
    return found.order_by("-proposed_at", "-pk")


def register_for(*, user, state: str) -> QuerySet[Story]:
    """The stories in one state, the newest first."""
    found = Story.objects.visible_to(user).filter(state=state).select_related("entity", "body")
    return found.order_by("-proposed_at", "-pk")


def counts_for(user) -> dict[str, int]:
    """How many stand in which state, and how many wait for the consent of their entity."""
    return Story.objects.visible_to(user).aggregate(
        **{state.value: Count("pk", Q(state=state)) for state in State},
        unanswered=Count("pk", Q(state=State.PROPOSED, consented_on=None)),
    )


def story_for(*, user, number: str) -> Story:
    """One story for whoever may see it; `Missing` for anybody else."""
    story = (
        Story.objects.visible_to(user)
        .select_related("entity", "body__successor", "proposed_by", "published_by", "consent_noted_by")
        .filter(number=number)
        .first()
    )
    if story is None:
        raise Missing
    return story


def bodies_proposing(user) -> QuerySet[SubmittingBody]:
    """The bodies on whose behalf the user may propose a story."""
    keys = bodies_of(user, policies.PROPOSING)
    return SubmittingBody.objects.filter(pk__in=keys, is_active=True).order_by("pk")
