from pathlib import Path

from django.apps import AppConfig
from django.core import checks

from credit_platform.ui import icons


class UiConfig(AppConfig):
    """Components, template tags, icons and the style guide: what every page is composed of."""

    name = "credit_platform.ui"
    label = "ui"

    def ready(self) -> None:
        checks.register(icons_are_installed)


def icons_are_installed(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """Pages still work without the icon files, but without icons; whoever deploys should hear of it."""
    if Path(icons.directory()).is_dir():
        return []
    return [
        checks.Warning(
            f"The icon files are not at {icons.directory()}; pages are drawn without icons.",
            hint="Install the front-end packages, or set UI_ICON_DIR.",
            id="ui.W001",
        )
    ]
