"""Invitations go with their entity when that is merged: whoever accepts acts for the one that took it over."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("invitations.Invitation.entity", label=_("invitations"))
