"""A story tells of the entity as it was: it stays with it when that is merged, and is no longer told."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("stories.Story.entity", label=_("stories"), stays=True)
