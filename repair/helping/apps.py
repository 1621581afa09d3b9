from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpingConfig(AppConfig):
    """Associations that file for their members, by leave of these: of one record or one kind, for a time."""

    name = "repair.helping"
    label = "helping"
    verbose_name = _("Help with filing")

    def ready(self) -> None:
        from credit_platform.ui import navigation
        from repair.helping import audit_verbs, held, moves, notices, policies  # noqa: F401  (they register themselves)

        navigation.register(
            navigation.Item(
                label=_("Help for members"),
                url_name="helping:asked",
                order=25,
                visible=policies.may_help,
                section=("/help/",),
            )
        )
