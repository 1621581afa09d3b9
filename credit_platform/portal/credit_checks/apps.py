from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditChecksConfig(AppConfig):
    """Credit checks of whole lists, for officials."""

    name = "credit_platform.portal.credit_checks"
    label = "credit_checks"
    verbose_name = _("Credit checks")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from credit_platform.portal.credit_checks import lists
        from entities.sharing import places

        register_by_importing(self, "audit_verbs")
        lists.offer()
        places.register("credit-check", _("a credit check of a list"))
