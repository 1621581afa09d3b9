from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketSupervisionConfig(AppConfig):
    name = "agencies.market_supervision"
    label = "market_supervision"
    verbose_name = _("Market supervision")
