"""An entity's grade as its own page says it: plain words, what weighs, when it ends, what moves the grade next."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from credit_platform.ui import formats
from entities.models import CreditRecord, Entity
from evaluation import frames, sentences
from evaluation.explanation import Explained, SeenRecords, explained_from
from evaluation.forecast import Forecast, Turn, forecast
from evaluation.schemes.in_force import SchemeInForce

REASONS_SHOWN = 6
#: So many records that turn a grade on one day are named.
RECORDS_NAMED = 8


@dataclass(frozen=True, slots=True)
class PlainGrade:
    """A grade for the entity itself. `letter` is "" where there was not enough to go by."""

    letter: str
    scale: tuple[str, ...]
    say: str
    #: Points, day and scheme in one line; without points where there are none.
    as_of: str
    #: From how many points on the next better grade begins; "" at the top and where not rated.
    next_limit: str
    scheme_url: str
    #: For the component `reasons`.
    reasons: list[dict]
    more_reasons: int
    turns: list[dict]
    #: Until when the turns are all that is to come.
    turns_until: str
    what_if_url: str


def plain_grade(*, user, entity: Entity, scheme: SchemeInForce, day: date) -> PlainGrade:
    """The grade of that day, from the same run of the kernel as every other; three queries."""
    columns = frames.columns_of([entity.pk], scheme.compiled.vocabulary)
    records = SeenRecords.by(user, columns)
    explained = explained_from(columns, entity, scheme, day, records)
    moving = explained.reasons.moving
    ahead = forecast(scheme=scheme, columns=columns, today=day)
    return PlainGrade(
        letter=explained.grade,
        scale=explained.scale,
        say=sentences.say_to_entity(explained),
        as_of=as_of_line(explained),
        next_limit=next_limit(explained),
        scheme_url=reverse("evaluation:scheme", args=[scheme.scheme.code]),
        reasons=[
            *(sentences.rule_line(rule) for rule in explained.rules),
            *(
                {
                    "points": reason.points,
                    "text": sentences.name_of(reason),
                    "url": record_url(reason.record),
                    "sub": sentences.sub_line(reason),
                    "note": end_of(reason.record),
                }
                for reason in moving[:REASONS_SHOWN]
            ),
        ],
        more_reasons=max(len(moving) - REASONS_SHOWN, 0),
        turns=turn_lines(ahead.turns, records, explained),
        turns_until=horizon(ahead),
        what_if_url=reverse("evaluation:entity-what-if", args=[entity.credit_code]),
    )


def record_url(record: CreditRecord | None) -> str:
    """Where the record stands; nowhere for one that is not seen, deleted or only supposed."""
    if record is None or record.pk is None or record.deleted_on is not None:
        return ""
    return reverse("entities:record-detail", args=[record.pk])


def end_of(record: CreditRecord | None) -> str:
    """When a record ends by itself."""
    if record is None:
        return ""
    if record.publish_until is None:
        return _("no end set")
    return _("ends by itself after %(day)s") % {"day": formats.day(record.publish_until)}


def as_of_line(explained: Explained) -> str:
    """Points, day and scheme, as they stand beside every grade."""
    facts = {
        "points": formats.score(explained.points),
        "day": formats.day_long(explained.as_of),
        "scheme": explained.scheme.scheme.name,
        "version": explained.scheme.version.number,
    }
    if explained.points is None:
        return _("%(day)s · %(scheme)s, version %(version)s") % facts
    return _("%(points)s points · %(day)s · %(scheme)s, version %(version)s") % facts


def next_limit(explained: Explained) -> str:
    """Where the next better grade begins; nothing at the top, where not rated, or where a record holds the grade."""
    is_ruled = explained.rules and explained.grade != explained.grade_by_points
    if not explained.place or explained.held_by or is_ruled:
        return ""
    better = explained.scheme.document.scale[explained.place - 1]
    if better.least is None or explained.points is None:
        return ""
    return _("%(grade)s begins at %(points)s points.") % {
        "grade": better.letter,
        "points": formats.score(better.least),
    }


def turn_lines(turns: Iterable[Turn], records: SeenRecords, explained: Explained) -> list[dict]:
    """What moves the grade by itself, for the component `reasons`: by how much, why, to which grade, on which day."""
    turns = list(turns)
    records.read(key for turn in turns for key in _named_by(turn, records)[:RECORDS_NAMED])
    lines, before = [], explained.points
    for turn in turns:
        text = ("；" if formats.chinese() else "; ").join(_why(turn, records)) or _(
            "Time alone: the entity or a record grows older"
        )
        after = _after(turn)
        lines.append(
            {
                "points": Decimal(0) if before is None or turn.points is None else turn.points - before,
                "text": text,
                "sub": after,
                "note": formats.day(turn.day),
            }
        )
        before = turn.points
    return lines


def _after(turn: Turn) -> str:
    if not turn.grade:
        return _("then not rated")
    if turn.points is None:
        return _("then %(grade)s") % {"grade": turn.grade}
    return _("then %(points)s points, %(grade)s") % {
        "points": formats.score(turn.points),
        "grade": turn.grade,
    }


def horizon(ahead: Forecast) -> str:
    """Until when a forecast speaks, and what it supposes."""
    said = (
        _("That is all until %(day)s, as long as no record comes or is repaired.")
        if ahead.turns
        else _("Nothing moves it by itself until %(day)s, as long as no record comes or is repaired.")
    ) % {"day": formats.day_long(ahead.until)}
    held = peers_held(ahead.peers_as_of)
    return said if not held else f"{said}{'' if formats.chinese() else ' '}{held}"


def peers_held(as_of: date | None) -> str:
    """That peers stay as they are, for what is worked out ahead or supposed; nothing where none are compared."""
    if as_of is None:
        return ""
    return _(
        "The peers are held as they stood on %(day)s: what others do, and what this moves among them, is not foreseen."
    ) % {"day": formats.day_long(as_of)}


def _named_by(turn: Turn, records: SeenRecords) -> list[int]:
    """The keys of the records that turn the grade and may be seen, in the order in which they are told."""
    ages = (key for key in turn.ages if key not in turn.ends)
    return [key for key in (*turn.begins, *turn.ends, *ages) if key in records]


def _why(turn: Turn, records: SeenRecords) -> Iterator[str]:
    seen = _named_by(turn, records)
    for key in seen[:RECORDS_NAMED]:
        name = {"record": records[key].heading}
        if key in turn.begins:
            yield _("“%(record)s” begins to count") % name
        elif key in turn.ends:
            yield _("“%(record)s” has ended") % name
        else:
            yield _("“%(record)s” grows older, its weight changes") % name
    more = len(seen) - RECORDS_NAMED
    if more > 0:
        yield ngettext("one more record", "%(count)s more records", more) % {"count": more}
