"""The access log: who was shown what is not public.

Reads say what they hand to a reader with `note`; what was noted in a request is written by the middleware
before the answer leaves, in one statement. Whoever sends more than one answer (an export, a webhook)
collects and writes for itself, chunk by chunk. Where nobody collects, a worker for instance, nothing is noted.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import structlog

from credit_platform.audit.models import AccessEntry

Way = AccessEntry.Way


@dataclass(frozen=True, slots=True)
class Seen:
    """A subject of which something not public was shown, and which of its records."""

    subject_id: int
    subject_label: str
    record_ids: tuple[int, ...]
    open_to_subject: bool


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """The body for which somebody looks; empty for an entity's own agent."""

    body_id: int | None = None
    body_zh: str = ""
    body_en: str = ""


#: Of the records noted: those not public, by subject. The registry gives both answers; the floor knows no records.
_what_is_seen: list[Callable[["Noted"], Iterable[Seen]]] = []
_on_behalf: list[Callable] = []


@dataclass(slots=True)
class Noted:
    """Keys of records shown. Of `records` only what is not public counts; `private` are those of which
    something was shown that is nobody's but the parties', such as the papers of a case."""

    records: set[int] = field(default_factory=set)
    private: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.records or self.private)


_noted: ContextVar[Noted | None] = ContextVar("records noted", default=None)


def register(*, what_is_seen: Callable[[Noted], Iterable[Seen]], on_behalf: Callable[..., OnBehalf]) -> None:
    """Say what a set of records means and for whom a user looks; called in `AppConfig.ready()`."""
    _what_is_seen[:] = [what_is_seen]
    _on_behalf[:] = [on_behalf]


@contextmanager
def collecting() -> Iterator[Noted]:
    """What reads note inside the block."""
    noted = Noted()
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def note(record_ids: Iterable[int], *, private: bool = False) -> None:
    """Say that these records are being shown to whoever asked; free where nobody collects."""
    noted = _noted.get()
    if noted is not None:
        (noted.private if private else noted.records).update(record_ids)


def write(*, by, noted: Noted, way: str, place: str = "", on_behalf: OnBehalf | None = None) -> int:
    """Write down what of the records noted is not public as seen by the user; returns how many rows that took.

    At most one query to ask what they are and one to write.

    Args:
        by: the user, or None where the platform sends it to a body's system.
        on_behalf: for which body; left out, the one that the user works for.
    """
    if not noted:
        return 0
    seen = [one for ask in _what_is_seen for one in ask(noted)]
    if not seen:
        return 0
    body = on_behalf or _on_behalf[0](by)
    context = structlog.contextvars.get_contextvars()
    request_id = str(context.get("request_id") or context.get("task_id") or "")
    AccessEntry.objects.bulk_create(
        AccessEntry(
            actor=by,
            actor_name=str(by) if by else "system",
            body_id=body.body_id,
            body_zh=body.body_zh,
            body_en=body.body_en,
            subject_id=one.subject_id,
            subject_label=one.subject_label,
            record_ids=list(one.record_ids),
            way=way,
            place=place,
            open_to_subject=one.open_to_subject,
            request_id=request_id,
        )
        for one in seen
    )
    return len(seen)
