from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardsConfig(AppConfig):
    """The grades of the city counted beforehand, so that boards of a million entities open at once."""

    name = "evaluation.boards"
    label = "boards"
    verbose_name = _("Boards")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from evaluation.boards import lists

        register_by_importing(self, "moves", "receivers")
        lists.offer()
