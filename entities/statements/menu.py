"""What statements offer on the page of a record."""

from django.utils.translation import gettext_lazy as _

from entities.panels import RECORD, register_panel


def offer() -> None:
    """Put the statement beside its record; called once, when the apps are loaded."""
    register_panel("statements:of-record", order=5, title=_("The entity's statement"), page=RECORD)
