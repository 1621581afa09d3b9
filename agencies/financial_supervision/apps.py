from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FinancialSupervisionConfig(AppConfig):
    name = "agencies.financial_supervision"
    label = "financial_supervision"
    verbose_name = _("Financial supervision")

    def ready(self) -> None:
        from agencies.entry import register_entry_form
        from agencies.financial_supervision import formats, forms

        register_entry_form(
            "financial-supervision", "administrative-penalty", forms.FinancialPenaltyForm, order=10
        )
        register_entry_form(
            "financial-supervision", "administrative-licence", forms.FinancialLicenceForm, order=20
        )
        register_entry_form(
            "financial-supervision", "inspection-result", forms.FinancialInspectionForm, order=30
        )
        register_entry_form(
            "financial-supervision", "commendation", forms.FinancialCommendationForm, order=40
        )
        formats.offer()
