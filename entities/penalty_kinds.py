"""The kinds of administrative penalty, lightest first: Administrative Penalty Law (2021) art. 9.

The order is that of the national statistics of penalties: where several were imposed, the heaviest counts.
"""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class PenaltyKind(models.TextChoices):
    """What `CreditRecord.penalty_kinds` and `PublicityRule.penalty_kinds` hold. Declared from light to heavy."""

    OTHER = "other", _("Other penalty by law")
    WARNING = "warning", _("Warning")
    CRITICISM = "criticism", _("Public criticism")
    FINE = "fine", _("Fine")
    GAINS_CONFISCATED = "gains-confiscated", _("Confiscation of unlawful gains")
    GOODS_CONFISCATED = "goods-confiscated", _("Confiscation of unlawful goods")
    PERMIT_SUSPENDED = "permit-suspended", _("Suspension of a permit")
    QUALIFICATION_LOWERED = "qualification-lowered", _("Downgrading of a qualification")
    PERMIT_REVOKED = "permit-revoked", _("Revocation of a permit")
    BUSINESS_RESTRICTED = "business-restricted", _("Restriction of business")
    PRODUCTION_STOPPED = "production-stopped", _("Order to stop production or business")
    CLOSED = "closed", _("Order to close")
    PRACTICE_BANNED = "practice-banned", _("Practice ban")
    DETENTION = "detention", _("Administrative detention")


#: The words of the law, as files of departments write them.
CHINESE = {
    "其他": PenaltyKind.OTHER,
    "警告": PenaltyKind.WARNING,
    "通报批评": PenaltyKind.CRITICISM,
    "罚款": PenaltyKind.FINE,
    "没收违法所得": PenaltyKind.GAINS_CONFISCATED,
    "没收非法财物": PenaltyKind.GOODS_CONFISCATED,
    "暂扣许可证件": PenaltyKind.PERMIT_SUSPENDED,
    "降低资质等级": PenaltyKind.QUALIFICATION_LOWERED,
    "吊销许可证件": PenaltyKind.PERMIT_REVOKED,
    "限制开展生产经营活动": PenaltyKind.BUSINESS_RESTRICTED,
    "责令停产停业": PenaltyKind.PRODUCTION_STOPPED,
    "责令关闭": PenaltyKind.CLOSED,
    "限制从业": PenaltyKind.PRACTICE_BANNED,
    "行政拘留": PenaltyKind.DETENTION,
}

#: Never taken out of publicity early: Order 45 (2021) art. 14.
NEVER_EARLY = (
    PenaltyKind.QUALIFICATION_LOWERED,
    PenaltyKind.PERMIT_REVOKED,
    PenaltyKind.BUSINESS_RESTRICTED,
    PenaltyKind.PRODUCTION_STOPPED,
    PenaltyKind.PRACTICE_BANNED,
)


def heaviest(kinds: Iterable[str]) -> str:
    """The heaviest of the kinds imposed, or "" when there is none."""
    order = list(PenaltyKind)
    return max(kinds, key=lambda kind: order.index(PenaltyKind(kind)), default="")
