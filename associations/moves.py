"""How memberships go with an entity that is merged or split."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover(
    "associations.Member.entity",
    label=_("memberships of associations"),
    unique_with=("association_id",),
    unique_where=(("left_on", None),),
    offered=True,
)
