"""Reads of credit checks, scoped by whoever asked for them."""

from django.db.models import QuerySet

from credit_platform.common.errors import Missing
from credit_platform.portal.credit_checks.models import CheckedRow, CreditCheck


def check_for_page(*, user, check_id: int) -> CreditCheck:
    """The check; `Missing` for anybody but who asked for it."""
    check = CreditCheck.objects.visible_to(user).filter(pk=check_id).first()
    if check is None:
        raise Missing
    return check


def rows_of(check: CreditCheck, outcome: str = "") -> QuerySet[CheckedRow]:
    """Its rows as they stand in the list, of one outcome or of all."""
    rows = check.rows.order_by("number")
    return rows.filter(outcome=outcome) if outcome in CheckedRow.Outcome.values else rows
