from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TaxConfig(AppConfig):
    name = "agencies.tax"
    label = "tax"
    verbose_name = _("Tax")

    def ready(self) -> None:
        from agencies.entry import register_entry_form
        from agencies.tax import formats, forms
        from entities import corrections

        register_entry_form("tax", "administrative-penalty", forms.TaxPenaltyForm, order=10)
        register_entry_form("tax", "tax-credit-grade", forms.TaxGradeForm, order=20)
        register_entry_form("tax", "tax-breach", forms.TaxBreachForm, order=25)
        register_entry_form("tax", "administrative-licence", forms.TaxLicenceForm, order=30)
        register_entry_form("tax", "inspection-result", forms.TaxInspectionForm, order=40)
        register_entry_form("tax", "commendation", forms.TaxCommendationForm, order=50)
        corrections.register("tax-credit-grade", forms.GRADE_FOLLOWS)
        corrections.register("tax-breach", forms.BREACH_FOLLOWS)
        formats.offer()
