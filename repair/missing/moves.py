"""What is said to be missing goes with its entity when that is merged."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover(
    "missing.MissingRecord.entity",
    label=_("missing records"),
    unique_with=("body_id", "record_type_id", "number_key"),
    unique_where=(("state", "filed"),),
    stays_where_met=True,
)
