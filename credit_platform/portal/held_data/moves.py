"""A file tells of the entity for which it was made, also after that was merged into another."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("held_data.HeldDataFile.entity", label=_("files of all that is held"), stays=True)
