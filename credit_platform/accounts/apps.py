from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "credit_platform.accounts"
    label = "accounts"
