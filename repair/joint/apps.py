from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JointConfig(AppConfig):
    """What is filed about several records in one sitting."""

    name = "repair.joint"
    label = "joint"
    verbose_name = _("Joint filings")

    def ready(self) -> None:
        from entities.sharing import places
        from repair import following
        from repair.joint import audit_verbs, notices, services  # noqa: F401  (verbs register themselves)

        notices.register()
        places.register("joint", _("a repair case"))
        following.register(services.follow)
