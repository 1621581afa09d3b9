from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    """Letters and certificates: typed, numbered, signed, and checked by anybody."""

    name = "repair.letters"
    label = "letters"
    verbose_name = _("Letters")

    def ready(self) -> None:
        from repair import following
        from repair.letters import audit_verbs, services, signing  # noqa: F401  (verbs and checks register themselves)

        following.register(services.write_letter)
