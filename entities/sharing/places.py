"""What a look was for, as far as the page tells: apps name their pages, the access log keeps the address's name."""

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_names: dict[str, str | Promise] = {
    "entities": _("the registry"),
    "sharing": _("shared changes"),
    "export": _("a list taken away as a file"),
    "api": _("a body's own system"),
}


def register(namespace: str, name: str | Promise) -> None:
    """Say what the pages of an app are for; called in `AppConfig.ready()`."""
    _names[namespace] = name


def purpose_of(place: str) -> str:
    """The purpose in words: "sharing:look-list" → what sharing is for. What no app named is called as the app is."""
    namespace = place.partition(":")[0] if ":" in place else place.partition("-")[0]
    if named := _names.get(place) or _names.get(namespace):
        return str(named)
    return str(apps.get_app_config(namespace).verbose_name) if namespace in apps.app_configs else ""
