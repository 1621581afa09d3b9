"""Reads of connected systems, scoped by `user`."""

from django.db.models import QuerySet

from entities import policies as registry_policies
from entities.models import SubmittingBody
from entities.systems import policies
from entities.systems.models import ConnectedSystem


def systems_for_list(*, user) -> QuerySet[ConnectedSystem]:
    """The systems that this user manages, those in use first."""
    return (
        ConnectedSystem.objects.visible_to(user)
        .select_related("body", "application", "created_by", "revoked_by")
        .order_by("revoked_at", "body__code", "name", "pk")
    )


def bodies_to_connect(*, user) -> QuerySet[SubmittingBody]:
    """The bodies to which the user may connect a system."""
    bodies = SubmittingBody.objects.filter(is_active=True)
    if registry_policies.is_lead(user):
        return bodies
    return bodies.filter(pk__in=registry_policies.bodies_of(user, policies.MANAGING))
