"""What becomes of a leave to file when the record that it is for is deleted. Registered when the apps are loaded."""

from django.utils.translation import gettext_lazy as _

from entities.retention.hanging import Fate, register_hanging

register_hanging("helping.Leave.record", Fate.STAYS, why=_("keys and days, no words"))
