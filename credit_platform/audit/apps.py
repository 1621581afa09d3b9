from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "credit_platform.audit"
    label = "audit"
