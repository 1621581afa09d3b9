"""Cases hold their records back, and keep their own papers. Registered when the apps are loaded."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from entities.retention.hanging import Fate, register_hanging, register_hold
from repair.models import Case


def _open_case(kind: str) -> Q:
    return Q(Exists(Case.objects.open().filter(record=OuterRef("pk"))))


register_hold("case", _("a case about it is open"), _open_case)
register_hanging(
    "repair.Case.record",
    Fate.STAYS,
    why=_("what became of the record; papers of closed cases have a period of their own"),
)
