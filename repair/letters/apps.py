from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    """Letters and certificates: typed, numbered, signed, and checked by anybody."""

    name = "repair.letters"
    label = "letters"
    verbose_name = _("Letters")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from repair import following
        from repair.letters import papers, selectors, services
        from repair.letters.models import Letter

        register_by_importing(self, "audit_verbs", "held", "signing")
        following.register(services.write_letter)
        papers.register(
            papers.PaperKind(
                Letter,
                still_holds=selectors.still_holds,
                holds_says=_(
                    "It was issued here, its signature fits, and nothing has changed since in what it says."
                ),
                superseded_says=_(
                    "It was issued here and its signature fits, but a later decision has taken its place. Ask for the "
                    "newer paper."
                ),
            )
        )
