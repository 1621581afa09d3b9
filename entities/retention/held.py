"""What the registry itself knows of things that hang on records. Registered when the apps are loaded."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from entities.models import CreditRecord
from entities.retention.dates import DateKind
from entities.retention.hanging import Fate, register_hanging, register_hold


def _objected(kind: str) -> Q:
    return Q(objected=True)


def _corrected(kind: str) -> Q:
    """What was corrected explains its correction, and goes when that goes."""
    done = "archived_on" if kind == DateKind.ARCHIVE else "deleted_on"
    return Q(Exists(CreditRecord.objects.filter(replaces=OuterRef("pk"), **{done: None})))


register_hold("objection", _("an objection to it runs"), _objected)
register_hold("correction", _("its correction is still kept"), _corrected)
register_hanging("entities.CreditRecord.replaces", Fate.STAYS, why=_("the chain of corrections, as keys"))
