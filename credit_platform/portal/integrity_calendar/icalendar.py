"""The calendar as a file for calendars (RFC 5545). Pure: no query, no clock."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from credit_platform.portal.integrity_calendar.selectors import Event

LONGEST_LINE = 75
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def file_of(events: Iterable[Event], *, name: str, host: str, made_at: datetime) -> str:
    """The whole file. `host` makes the keys unique in the world and the addresses whole."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{_text(name)}//Credit//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}"]
    for event in events:
        lines += _event(event, host, made_at)
    return "".join(f"{line}\r\n" for whole in [*lines, "END:VCALENDAR"] for line in _folded(whole))


def _event(event: Event, host: str, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.key}@{host.partition('://')[2]}"
    yield f"DTSTAMP:{_moment(made_at)}"
    if event.moment is not None and event.until is not None:
        yield f"DTSTART:{_moment(event.moment)}"
        yield f"DTEND:{_moment(event.until)}"
    else:
        # The end of a whole day is the day after: what ends is not counted in.
        yield f"DTSTART;VALUE=DATE:{_day(event.starts_on)}"
        yield f"DTEND;VALUE=DATE:{_day(event.ends_on + timedelta(days=1))}"
        yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{_text(event.title)}"
    yield f"CATEGORIES:{_text(event.kind)}"
    yield f"DESCRIPTION:{_text(chr(10).join(filter(None, (event.about, event.source))))}"
    if event.place:
        yield f"LOCATION:{_text(event.place)}"
    if event.url:
        yield f"URL:{host}{event.url}"
    yield "END:VEVENT"


def _text(said: str) -> str:
    return said.translate(ESCAPED)


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, no character cut in two; each but the first begins with a blank."""
    piece, size = "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > LONGEST_LINE:
            yield piece
            piece, size = " ", 1
        piece, size = piece + sign, size + octets
    yield piece
