from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "credit_platform.common"
    label = "common"
