from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "credit_platform.governance"
    label = "governance"
