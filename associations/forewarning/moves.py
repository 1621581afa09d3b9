"""How prior notices go with an entity that is merged or split: with their record, or as what they tell of."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover(
    "forewarning.PriorNotice.entity",
    label=_("notices before something is recorded"),
    follows="record",
)
