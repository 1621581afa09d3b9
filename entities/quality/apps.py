from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    """How good what each body sends is: in time, complete, right."""

    name = "entities.quality"
    label = "quality"
    verbose_name = _("Quality of data")

    def ready(self) -> None:
        from entities.quality import lists, menu

        menu.offer()
        lists.offer()
