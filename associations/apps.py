from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from credit_platform.ui import navigation


class AssociationsConfig(AppConfig):
    name = "associations"
    verbose_name = _("Industry associations")

    def ready(self) -> None:
        from associations import formats, lists
        from associations.selectors import current_members_of
        from credit_platform.common.registering import register_by_importing
        from entities.policies import acts_for_an_association
        from entities.sharing import groups, places

        register_by_importing(self, "audit_verbs", "moves")
        formats.offer()
        lists.offer()
        places.register("associations", _("an association's members"))
        groups.register(
            groups.Group(
                code="members",
                title=_("Our members"),
                entity_ids=current_members_of,
                offered_to=lambda body: body.kind == "association",
            )
        )

        navigation.register(
            navigation.Item(
                label=_("Our members"),
                url_name="associations:member-list",
                order=10,
                visible=acts_for_an_association,
                section=("/prior-notices/", "/associations/"),
            )
        )
