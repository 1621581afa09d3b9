from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JointConfig(AppConfig):
    """What is filed about several records in one sitting."""

    name = "repair.joint"
    label = "joint"
    verbose_name = _("Joint filings")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from entities.sharing import places
        from repair import following
        from repair.joint import notices, services

        register_by_importing(self, "audit_verbs")
        notices.register()
        places.register("joint", _("a repair case"))
        following.register(services.follow)
