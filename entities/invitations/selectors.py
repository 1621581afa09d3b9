"""Reads of invitations."""

from django.db.models import QuerySet
from django.utils import timezone

from credit_platform.common import secret_codes
from credit_platform.common.errors import Missing
from entities.invitations import policies
from entities.invitations.models import Invitation
from entities.models import Entity, EntityAgent, SubmittingBody


def by_code(code: str) -> Invitation:
    """The invitation of a code, whatever became of it. Raises `Missing`."""
    about = Invitation.objects.select_related("entity", "body", "invited_by")
    found = about.filter(digest=secret_codes.digest_of(code)).first()
    if found is None:
        raise Missing
    return found


def open_to_body(*, user, body: SubmittingBody) -> QuerySet[Invitation]:
    """The invitations to a body that wait for an answer, newest first; none for who does not look after them."""
    mine = Invitation.objects.visible_to(user).open(timezone.now())
    return mine.filter(body=body).select_related("invited_by")


def entity_to_keep(user, credit_code: str) -> Entity:
    """An entity for which the user looks after who acts for it. Raises `Missing` for any other."""
    entity = Entity.objects.visible_to(user).filter(credit_code=credit_code).first()
    if entity is None or not policies.may_keep_agents(user, entity):
        raise Missing
    return entity


def agents_of(entity: Entity) -> QuerySet[EntityAgent]:
    """Who acts for the entity now, who has done so longest first."""
    agents = EntityAgent.objects.filter(entity=entity, revoked_at=None)
    return agents.select_related("user").order_by("since", "pk")


def open_to_entity(*, user, entity: Entity) -> QuerySet[Invitation]:
    """The invitations to act for an entity that wait for an answer, newest first."""
    mine = Invitation.objects.visible_to(user).open(timezone.now())
    return mine.filter(entity=entity).select_related("invited_by")
