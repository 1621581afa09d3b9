"""What becomes of proofs and differences when their record is deleted. Registered when the apps are loaded."""

from django.utils.translation import gettext_lazy as _

from entities.retention.hanging import Fate, register_hanging

register_hanging("proof.Effect.record", Fate.STAYS, why=_("keys and days, no words"))
register_hanging("proof.Difference.record", Fate.STAYS, why=_("keys and days, no words"))
