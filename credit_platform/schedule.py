"""What runs by the clock. The key of each entry says in plain words what it does and when."""

from celery.schedules import crontab

BEAT_SCHEDULE = {
    "rate the entities that still wait, every minute": {
        "task": "evaluation.tasks.rate_waiting",
        "schedule": 60.0,
    },
    "ask for new ratings where a record began or ceased to count, at midnight": {
        "task": "evaluation.tasks.request_ratings_for_today",
        "schedule": crontab(hour=0, minute=5),
    },
    "end the publicity of records whose day has come, at midnight": {
        "task": "entities.tasks.end_publicity",
        "schedule": crontab(hour=0, minute=1),
    },
    "go on with submissions that a lost worker left, every minute": {
        "task": "entities.tasks.resume_submissions",
        "schedule": 60.0,
    },
    "deliver feedback that waits, every minute": {
        "task": "entities.tasks.deliver_feedback",
        "schedule": 60.0,
    },
    "remind and escalate cases by their clocks, every hour": {
        "task": "repair.tasks.watch_clocks",
        "schedule": crontab(minute=7),
    },
    "seal the audit log, every five minutes": {
        "task": "credit_platform.audit.tasks.seal_audit_log",
        "schedule": 300.0,
    },
}
