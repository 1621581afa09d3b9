from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComposingConfig(AppConfig):
    """Drafts of schemes, and what they would do to the city before anybody decides on them."""

    name = "evaluation.composing"
    label = "composing"
    verbose_name = _("Drafts of schemes")

    def ready(self) -> None:
        from evaluation.composing import audit_verbs, menu  # noqa: F401  (the verbs register themselves)

        menu.offer()
