from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomsConfig(AppConfig):
    name = "agencies.customs"
    label = "customs"
    verbose_name = _("Customs")

    def ready(self) -> None:
        from agencies.customs import formats, forms
        from agencies.entry import register_entry_form
        from entities import corrections

        register_entry_form("customs", "administrative-penalty", forms.CustomsPenaltyForm, order=10)
        register_entry_form("customs", "customs-credit-status", forms.CustomsStatusForm, order=20)
        register_entry_form("customs", "administrative-licence", forms.CustomsLicenceForm, order=30)
        register_entry_form("customs", "inspection-result", forms.CustomsInspectionForm, order=40)
        register_entry_form("customs", "commendation", forms.CustomsCommendationForm, order=50)
        corrections.register("customs-credit-status", forms.STATUS_FOLLOWS)
        formats.offer()
