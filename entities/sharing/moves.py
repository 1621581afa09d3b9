"""How watched entities go with an entity that is merged or split: a list goes on watching the one that stays."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover(
    "sharing.WatchedEntity.entity",
    label=_("places on watch lists"),
    unique_with=("watch_list_id",),
    offered=True,
)
