"""Comprehensive evaluations that the nation or the province made of an entity, as they were imported.

Nothing here is worked out: a result is a record of the catalogue, which the lead office brings in as it was given. It
is of the family of comprehensive evaluations and never stands in one column or badge with an internal risk class or a
sector grade. Who may see one is what the catalogue says of its records.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from entities import looks
from entities.grade_words import own_word, words_of
from entities.models import CreditRecord, Entity
from evaluation.schemes.scales import Scale, mapped, scales


class Level(StrEnum):
    """Who evaluates, by the type of the records that tell it."""

    NATION = "national-credit-evaluation"
    PROVINCE = "provincial-credit-evaluation"


#: How the title of a result begins, in the language of the registry.
TITLES = {Level.NATION: "全国公共信用综合评价", Level.PROVINCE: "省级公共信用综合评价"}


@dataclass(frozen=True, slots=True)
class ImportedGrade:
    """The last result of a level. `called` is the grade in the giver's own words."""

    record: CreditRecord
    level: Level
    called: str
    #: None for a scale of which the platform knows no grades.
    scale: Scale | None
    #: What the grade means on the scale of today where that is another one; "" where it is not, or no mapping says it.
    means: str = ""
    means_on: Scale | None = None
    #: How many earlier results of the level there are.
    earlier: int = 0
    #: What was written, where it is not the scale's own word; "" where it is.
    written: str = ""

    @property
    def given_by(self) -> str:
        """Who gave it, in a word for the badge."""
        return {Level.NATION: _("Nation"), Level.PROVINCE: _("Province")}[self.level]

    @property
    def says(self) -> str:
        """The badge for those who do not see it."""
        return _("%(given_by)s: grade %(grade)s, imported") % {
            "given_by": self.given_by,
            "grade": self.called,
        }

    @property
    def period(self) -> str:
        """The period that was evaluated, as the giver wrote it."""
        return self.record.details.get("period", "")

    @property
    def others(self) -> str:
        """The grades of its scale, best first; "" where they are not known."""
        if self.scale is None:
            return self.record.details.get("scale", "")
        return " · ".join(self.scale.called(letter) for letter in self.scale.letters)


def imported_grades(user, entity: Entity, day: date) -> list[ImportedGrade]:
    """What the nation and the province last said of an entity, as far as this user may see it; one query.

    Only what is in force that day: a result that was withdrawn or replaced says nothing any more.
    """
    records = (
        CreditRecord.objects.visible_to(user)
        .filter(entity=entity, record_type__code__in=list(Level))
        .counting_on(day)
        .select_related("record_type", "submitted_by", "type_version__instrument")
        .order_by("-decided_on", "-pk")
    )
    by_level: dict[str, list[CreditRecord]] = {}
    for record in records:
        by_level.setdefault(record.record_type.code, []).append(record)
    shown = [
        _imported(level, found[0], len(found) - 1, day) for level in Level if (found := by_level.get(level))
    ]
    looks.note(one.record for one in shown)
    return shown


def _imported(level: Level, record: CreditRecord, earlier: int, day: date) -> ImportedGrade:
    given = record.details.get("grade", "")
    scale = scales().scale_of(level, record.decided_on)
    letters = scale.letters if scale else words_of(record.details.get("scale", ""))
    letter = own_word(given, letters)
    written = given if letter and letter != given else ""
    if scale is None or not letter:
        return ImportedGrade(
            record, level, letter or given or record.title, None, earlier=earlier, written=written
        )
    now = scales().scale_of(level, day)
    means = (
        mapped(letter, scale=scale.code, onto=now.code, day=day) if now is not None and now != scale else None
    )
    return ImportedGrade(
        record=record,
        level=level,
        called=scale.called(letter),
        scale=scale,
        means=now.called(means) if now is not None and means else "",
        means_on=now if means else None,
        earlier=earlier,
        written=written,
    )


def known_grades(level: Level) -> Iterable[str]:
    """Every grade of the scales of a level, those of newer scales last; none where each giver has its own."""
    return dict.fromkeys(
        letter
        for one in sorted(scales().scales, key=lambda one: one.valid_from)
        if one.record_type == level
        for letter in one.letters
    )
