"""Background work: one Celery application, its queues and its timetable."""

import os
from logging.config import dictConfig

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credit_platform.settings.production")

app = Celery("credit_platform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Each line that a task logs carries the task's id and the id of the request that asked for it.
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def log_as_the_web_does(**kwargs) -> None:
    """Take the place of Celery's own logging set-up, so that workers write the same JSON lines, once each."""
    dictConfig(settings.LOGGING)
