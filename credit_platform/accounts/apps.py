from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "credit_platform.accounts"
    label = "accounts"

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing

        register_by_importing(self, "logs")
