"""A leave was given for one entity and is not stretched to another: it stays where it was given."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("helping.Leave.entity", label=_("leaves to file"), stays=True)
