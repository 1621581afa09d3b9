from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "credit_platform.accounts"
    label = "accounts"

    def ready(self) -> None:
        from credit_platform.accounts import logs  # noqa: F401 -- Importing it connects it.
