"""What is read from an entity's records is read from them wherever they go."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover(
    "supervision.LastInspection.entity", label=_("days of inspections, read from the records"), stays=True
)
register_mover(
    "supervision.DueInspection.entity", label=_("inspections due, worked out from its grades"), stays=True
)
register_mover("supervision.DrawnEntity.entity", label=_("random draws, kept as they were made"), stays=True)
