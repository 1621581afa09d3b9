"""Papers tell of the entity that they were made for, and who was lent a code may read of that one only: both stay."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("credit_reports.CreditReport.entity", label=_("credit reports"), stays=True)
register_mover("credit_reports.LentCode.entity", label=_("codes that were lent"), stays=True)
