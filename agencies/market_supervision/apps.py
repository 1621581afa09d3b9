from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketSupervisionConfig(AppConfig):
    name = "agencies.market_supervision"
    label = "market_supervision"
    verbose_name = _("Market supervision")

    def ready(self) -> None:
        from agencies.entry import register_entry_form
        from agencies.market_supervision import formats, forms

        register_entry_form("market-supervision", "administrative-penalty", forms.MarketPenaltyForm, order=10)
        register_entry_form("market-supervision", "administrative-licence", forms.MarketLicenceForm, order=20)
        register_entry_form("market-supervision", "inspection-result", forms.MarketInspectionForm, order=30)
        register_entry_form("market-supervision", "abnormal-listing", forms.AbnormalListingForm, order=40)
        register_entry_form(
            "market-supervision", "serious-violation-listing", forms.SeriousListingForm, order=50
        )
        register_entry_form("market-supervision", "commendation", forms.MarketCommendationForm, order=60)
        formats.offer()
