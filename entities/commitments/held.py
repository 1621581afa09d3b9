"""What becomes of a commitment when the record made of it is deleted. Registered when the apps are loaded."""

from django.utils.translation import gettext_lazy as _

from entities.retention.hanging import Fate, register_hanging

register_hanging("commitments.Commitment.record", Fate.STAYS, why=_("what the entity itself declared"))
