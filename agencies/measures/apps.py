from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeasuresConfig(AppConfig):
    """What departments do to an entity because of a record, for as long as the record stands."""

    name = "agencies.measures"
    label = "measures"
    verbose_name = _("Measures because of records")

    def ready(self) -> None:
        from agencies.measures import lists, policies
        from credit_platform.common.registering import register_by_importing
        from entities.panels import RECORD, register_panel

        register_by_importing(self, "audit_verbs", "held", "notices", "receivers")
        lists.offer()
        register_panel(
            "measures:of-entity", 20, title=_("Measures in force"), visible=policies.may_read_measures
        )
        register_panel(
            "measures:of-record", 7, title=_("Measures"), page=RECORD, visible=policies.may_read_measures
        )
