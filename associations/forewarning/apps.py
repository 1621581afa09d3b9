from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForewarningConfig(AppConfig):
    """What a member is told before its association's record against it counts."""

    name = "associations.forewarning"
    label = "forewarning"
    verbose_name = _("Notices before something is recorded")

    def ready(self) -> None:
        from associations.forewarning import (  # noqa: F401  (some register themselves)
            audit_verbs,
            held,
            lists,
            moves,
            notices,
            services,
        )
        from entities import announcing

        announcing.register(
            announcing.Announcer(
                code="members",
                wants=services.is_told_first,
                closed=services.why_closed,
                announce=services.tell,
            )
        )
        lists.offer()
