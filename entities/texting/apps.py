from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class TextingConfig(AppConfig):
    """Text messages to the telephones of people who asked for them: what is urgent, as the inbox has it."""

    name = "entities.texting"
    label = "texting"
    verbose_name = _("Text messages")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from entities.texting import backends, channel

        register_by_importing(self, "audit_verbs", "notices")
        channel.register()
        checks.register(backends.gateway_is_set_up)
