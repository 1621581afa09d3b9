"""What becomes of a question after a record when the record is deleted. Registered when the apps are loaded."""

from django.utils.translation import gettext_lazy as _

from entities.retention.hanging import Fate, register_hanging

register_hanging(
    "missing.MissingRecord.record", Fate.STAYS, why=_("papers of closed cases, for which no period is known")
)
