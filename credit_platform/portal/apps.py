from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "credit_platform.portal"
    label = "portal"
