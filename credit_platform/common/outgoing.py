"""Rows that wait to be sent, by mail or otherwise: tried one after the other, and again when that failed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any, Protocol

import structlog

log = structlog.get_logger(__name__)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=12)
LONGEST_ERROR = 500


class NotSent(Exception):
    """What a way out raises when a message did not get through: it is tried again. `str(error)` is kept with it."""


class Waiting(Protocol):
    """A row that waits to be sent."""

    pk: Any
    attempts: int
    last_error: str
    next_attempt_at: datetime


def send_all_due(send_next: Callable[[], bool | None], *, limit: int) -> int:
    """Send one after the other, each in a transaction of its own; returns how many went out.

    Args:
        send_next: tries the one that is due longest: whether it went out, or None when none is due.
    """
    sent = 0
    for _attempt in range(limit):
        outcome = send_next()
        if outcome is None:
            break
        sent += outcome
    return sent


def tried(waiting: Waiting, send: Callable[[], object], *, now: datetime, failure: str) -> bool:
    """Try it, and note on the row how that went; whether it went out. The caller saves the row.

    What fails waits twice as long before the next try, up to half a day.

    Args:
        failure: what a failure is called in the log.
    """
    waiting.attempts += 1
    try:
        send()
    except (NotSent, OSError, SMTPException, ValueError) as problem:
        waiting.last_error = f"{type(problem).__name__}: {problem}"[:LONGEST_ERROR]
        waiting.next_attempt_at = now + min(FIRST_WAIT * 2 ** min(waiting.attempts - 1, 16), LONGEST_WAIT)
        log.warning(failure, row=waiting.pk, attempts=waiting.attempts, error=waiting.last_error)
        return False
    waiting.last_error = ""
    return True
