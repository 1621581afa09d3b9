"""Commitments go with their entity when that is merged: who takes it over has promised what it promised."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover(
    "commitments.Commitment.entity",
    label=_("commitments"),
    unique_with=("template_id",),
    unique_where=(("state", "given"),),
    offered=True,
)
