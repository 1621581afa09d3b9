"""How cases go with an entity that is merged or split: with the record that they are about."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("repair.Case.entity", label=_("repair cases"), follows="record")
register_mover("repair.JointFiling.entity", label=_("joint filings"))
