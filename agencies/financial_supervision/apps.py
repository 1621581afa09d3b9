from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FinancialSupervisionConfig(AppConfig):
    name = "agencies.financial_supervision"
    label = "financial_supervision"
    verbose_name = _("Financial supervision")
