from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardsConfig(AppConfig):
    """The grades of the city counted beforehand, so that boards of a million entities open at once."""

    name = "evaluation.boards"
    label = "boards"
    verbose_name = _("Boards")

    def ready(self) -> None:
        from evaluation.boards import lists, moves, receivers  # noqa: F401  (they register and connect themselves)

        lists.offer()
