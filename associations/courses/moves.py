"""Certificates tell of the entity that they were made for: sign-ups stay with it."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("courses.SignUp.entity", label=_("sign-ups for courses"), stays=True)
