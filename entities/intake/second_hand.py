"""A second thread with a connection of its own, for work that the database can do twice at once."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import structlog
from django.db import OperationalError, connection, connections
from structlog.contextvars import bound_contextvars, get_contextvars

log = structlog.get_logger(__name__)


class SecondHand:
    """Works on one thing at a time beside its owner, who finishes each before going on.

    It never waits long for a lock: who waits for the second hand may hold that lock, which the database cannot know.
    """

    #: In milliseconds.
    PATIENCE = 10_000

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="second-hand")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.submit(connections.close_all).result()
        self._thread.shutdown()

    def begin(self, work: Callable[..., None], *args: object) -> Future[None]:
        """Have the work done in the other thread, in transactions of its own."""
        return self._thread.submit(self._work, get_contextvars(), work, *args)

    def _work(self, known: dict[str, object], work: Callable[..., None], *args: object) -> None:
        # The trail and the log lines name the task and the request here too.
        with bound_contextvars(**known):
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = {self.PATIENCE}")
            work(*args)

    @staticmethod
    def finish(begun: Future[None]) -> None:
        """Wait for what was begun. What the database did not do is left to the first hand; any other error is raised."""
        try:
            begun.result()
        except OperationalError as problem:
            log.warning("second_hand.left_undone", problem=str(problem))
