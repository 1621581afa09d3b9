from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProofConfig(AppConfig):
    """The proof that what a case decided has reached every place."""

    name = "repair.proof"
    label = "proof"
    verbose_name = _("Proof of effect")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from credit_platform.ui import navigation
        from entities.policies import roles_of
        from entities.sharing import places as purposes
        from repair import following
        from repair.proof import lists, notices, places, services

        register_by_importing(self, "audit_verbs", "held")
        lists.offer()
        notices.register()
        places.offer()
        purposes.register("proof", _("the confirmation that a record is gone"))
        following.register(services.begin_effect)
        navigation.register(
            navigation.Item(
                label=_("To confirm"),
                url_name="proof:list",
                visible=lambda user: bool(roles_of(user)),
                bar=navigation.DESK,
                order=45,
            )
        )
