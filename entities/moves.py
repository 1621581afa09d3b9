"""How the registry's own rows go with an entity that is merged or split. Registered when the apps are loaded."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("entities.CreditRecord.entity", label=_("records"), offered=True)
register_mover("entities.FormerName.entity", label=_("former names"), unique_with=("name_key",), offered=True)
register_mover(
    "entities.EntityIdentifier.entity", label=_("former numbers"), unique_with=("kind", "value"), offered=True
)
register_mover("entities.Entity.head_office", label=_("branches"), offered=True)
register_mover(
    "entities.EntityAgent.entity",
    label=_("people who act for it"),
    unique_with=("user_id",),
    unique_where=(("revoked_at", None),),
    offered=True,
)
register_mover("entities.Notice.entity", label=_("notices"))
register_mover("entities.SubmissionRow.entity", label=_("rows of files"))
register_mover("entities.Entity.merged_into", label=_("entities merged into it before"))
register_mover("entities.EntityMove.source", label=_("earlier mergings and splittings"), stays=True)
register_mover("entities.EntityMove.target", label=_("earlier mergings and splittings"), stays=True)
register_mover("entities.NearDuplicate.first", label=_("comparisons with others"), stays=True)
register_mover("entities.NearDuplicate.second", label=_("comparisons with others"), stays=True)
