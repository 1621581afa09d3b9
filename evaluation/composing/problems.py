"""All that is wrong with a document, told at once: each with its place, and in plain words of the reader's language."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.utils.translation import gettext as _, gettext_noop
from pydantic import ValidationError, model_validator

from credit_platform.ui.grades import PLACES
from evaluation.composing.parameters import Path
from evaluation.schemes import SchemeDocument
from evaluation.schemes.document import LONGEST_BADGE


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: the place in the document, () for the whole, a sentence, and the line where it was read from text."""

    path: Path
    says: str
    line: int | None = None

    @property
    def place(self) -> str:
        """The place as programs write it: components.0.each."""
        return ".".join(map(str, self.path))


class _Pieces(SchemeDocument):
    """A document of which only the pieces are looked at, so that the rules across them can be asked one by one."""

    @model_validator(mode="after")
    def _seen_only_by_whom_it_may(self) -> Self:
        return self

    @model_validator(mode="after")
    def _scale_holds(self) -> Self:
        return self

    @model_validator(mode="after")
    def _names_what_it_knows(self) -> Self:
        return self

    @model_validator(mode="after")
    def _looks_back_only(self) -> Self:
        return self

    @model_validator(mode="after")
    def _levels_are_right(self) -> Self:
        return self

    @model_validator(mode="after")
    def _events_are_there(self) -> Self:
        return self

    @model_validator(mode="after")
    def _working_days_are_said(self) -> Self:
        return self

    @model_validator(mode="after")
    def _words_of_parts_are_there(self) -> Self:
        return self

    @model_validator(mode="after")
    def _grades_are_asked_of_rules(self) -> Self:
        return self

    @model_validator(mode="after")
    def _earlier_grades_are_within_reach(self) -> Self:
        return self

    @model_validator(mode="after")
    def _points_fit(self) -> Self:
        return self


#: The rules across the pieces, each with the part of the document that it is mostly about.
ACROSS: tuple[tuple[str, Path], ...] = (
    ("_seen_only_by_whom_it_may", ("seen_by",)),
    ("_scale_holds", ("scale",)),
    ("_names_what_it_knows", ()),
    ("_looks_back_only", ("components",)),
    ("_levels_are_right", ()),
    ("_events_are_there", ("components",)),
    ("_working_days_are_said", ("working_days",)),
    ("_words_of_parts_are_there", ("components",)),
    ("_grades_are_asked_of_rules", ("rules",)),
    ("_earlier_grades_are_within_reach", ("looks_back",)),
    ("_points_fit", ("components",)),
)


def problems_of_text(text: str) -> tuple[Any, list[Problem]]:
    """The content of a text and what is wrong with it, each problem with its line."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        says = _("This is not JSON from column %(column)s on: %(what)s.") % {
            "column": error.colno,
            "what": error.msg,
        }
        return None, [Problem((), says, error.lineno)]
    lines = lines_of(text)
    return content, [Problem(one.path, one.says, _line_of(one.path, lines)) for one in problems_of(content)]


def problems_of(content: Any, *, of_registry: bool = True) -> list[Problem]:
    """What is wrong with plain content as a document that the registry can rate by; empty when nothing is.

    Without `of_registry` only what the language does not allow.
    """
    try:
        pieces = _Pieces.model_validate(content)
    except ValidationError as refused:
        return [
            Problem(_path_in(content, one["loc"]), _sentence(one["type"], one["msg"], one.get("ctx", {})))
            for one in refused.errors()
        ]
    found = []
    for rule, path in ACROSS:
        try:
            getattr(SchemeDocument, rule)(pieces)
        except ValueError as refused:
            found.append(Problem(path, _own_sentence(str(refused))))
    if found or not of_registry:
        return found
    return list(_of_the_registry(SchemeDocument.model_validate(content)))


def _of_the_registry(document: SchemeDocument) -> Iterator[Problem]:
    """What the language allows and the registry cannot keep or rate."""
    if len(document.scale) not in PLACES:
        yield Problem(("scale",), _("A scheme of the registry has three to seven grades."))
    for number, grade in enumerate(document.scale):
        if len(grade.letter) > LONGEST_BADGE:
            yield Problem(("scale", number, "letter"), _("A grade is no longer than eight letters."))
    if len(document.basis.zh) > 300:
        yield Problem(("basis", "zh"), _("The legal basis in Chinese has at most 300 characters."))


# Places


def _path_in(content: Any, loc: Sequence[str | int]) -> Path:
    """The place that a location speaks of: without the names of kinds that stand between its steps."""

    def fits(way: Path) -> tuple[int, bool, int]:
        return sum(1 for _step in _there(content, way)), way[-1:] == tuple(loc[-1:]), -len(way)

    return max(_ways(content, tuple(loc)), key=fits)


def _there(content: Any, way: Path) -> Iterator[str | int]:
    """The steps of a way that the content has; all but the last, where that is missing."""
    for step in way:
        if isinstance(content, Mapping) and step not in content:
            return
        content = content[step]
        yield step


def _ways(content: Any, loc: Path, *, is_new: bool = True) -> Iterator[Path]:
    yield ()
    if not loc:
        return
    step, rest = loc[0], loc[1:]
    if isinstance(content, Mapping) and is_new and step == content.get("kind"):
        # The name of its kind, which may also be that of one of its fields.
        yield from _ways(content, rest, is_new=False)
        return
    if isinstance(content, Mapping) and isinstance(step, str):
        if step in content:
            yield from ((step, *way) for way in _ways(content[step], rest))
        elif not rest:
            yield (step,)
    elif isinstance(content, list) and isinstance(step, int) and step < len(content):
        yield from ((step, *way) for way in _ways(content[step], rest))
    yield from _ways(content, rest, is_new=False)


STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+|\n')


def lines_of(text: str) -> dict[Path, int]:
    """The line of each place in a text that is JSON."""
    found: dict[Path, int] = {(): 1}
    #: Of each thing that is open where in it we are: a number in a list, a name or None in an object.
    way: list[str | int | None] = []
    line, name_next = 1, False
    for sign in TOKEN.findall(text):
        if sign == "\n":
            line += 1
        elif sign in "{[":
            way.append(0 if sign == "[" else None)
            name_next = sign == "{"
            if sign == "[":
                found.setdefault(_here(way), line)
        elif sign in "}]":
            way.pop()
            name_next = False
        elif sign == ",":
            if isinstance(way[-1], int):
                way[-1] += 1
                found.setdefault(_here(way), line)
            else:
                name_next = True
        elif name_next and STRING.fullmatch(sign):
            way[-1] = json.loads(sign)
            found[_here(way)] = line
            name_next = False
        elif isinstance(way[-1] if way else None, int):
            found[_here(way)] = line
    return found


def _here(way: Sequence[str | int | None]) -> Path:
    return tuple(step for step in way if step is not None)


def _line_of(path: Path, lines: Mapping[Path, int]) -> int:
    while path not in lines:
        path = path[:-1]
    return lines[path]


# Sentences

#: The sentences of the language's own rules, so that they are gathered for translation.
OWN = (
    gettext_noop("A weight is a number like 0.6, or a ratio like 3/5."),
    gettext_noop("A weight has at most six digits before and after its point or line."),
    gettext_noop("The points of a line go from left to right."),
    gettext_noop("A number has at most nine decimal places."),
    gettext_noop("A number has at most fifteen digits before its point."),
    gettext_noop("A test needs at least one bound."),
    gettext_noop("How far a scheme looks back at its own grades is said in looks_back."),
    gettext_noop("A day of the calendar is written as 2026-04-01."),
    gettext_noop("An age band ends below or up to, not both."),
    gettext_noop("Market credit information is weighed only by a clause of the scheme that says so."),
    gettext_noop("Age weighs by bands or by half-life, one of the two."),
    gettext_noop("The last age band, and only that one, has no end."),
    gettext_noop("Age bands go from young to old."),
    gettext_noop("What makes a streak is said where one is taken, and only there."),
    gettext_noop("How a balance runs is said where one is taken, and only there."),
    gettext_noop("A chain says by a formula what each step makes of its balance."),
    gettext_noop("Where a formula says what a step does, it also says what comes back."),
    gettext_noop("Periods begin on a day of the entity or of the calendar."),
    gettext_noop("Periods are of 1 to 1200 months."),
    gettext_noop("What is carried has names of its own."),
    gettext_noop("What is recent is known of records and events, not of periods."),
    gettext_noop("Only what is recent can be struck."),
    gettext_noop("Steps that go by their size know no time that passes between them."),
    gettext_noop("Weights of their own are those of a mean, a median or a quantile."),
    gettext_noop("A quantile by weights lies on no line: it is the lower of two, or their mean."),
    gettext_noop("Weights of peers are those of a percentile, a quantile or a mean."),
    gettext_noop("How groups are found is said where the group is asked for, and only there."),
    gettext_noop("Of a chance is said what belongs to it: trials, what is expected, or a lot."),
    gettext_noop("Of a chance one thing is left out: the chance, the number, or the rate."),
    gettext_noop("Half of the last chance is left out where it is known which is the last."),
    gettext_noop("Repetition goes by time or by the next event, one of the two."),
    gettext_noop("What makes one the largest is said where the largest or smallest is taken."),
    gettext_noop("Which quantile is said where one is taken, and only there."),
    gettext_noop("A quantile lies between 0 and 1."),
    gettext_noop("Which days are worked is said in working_days."),
    gettext_noop("Working days are known from one day to a later one."),
    gettext_noop(
        "A day off is one from Monday to Friday, a day that is worked one of a weekend, and both lie within the days"
        " that are known."
    ),
    gettext_noop("What finds the peers has a list for each of theirs, of as many facts and numbers."),
    gettext_noop("Whether there are so many is said of a number of records, not of a time."),
    gettext_noop("A sum over the records of an event says which of them."),
    gettext_noop("An event is asked of where one is worked out."),
    gettext_noop("The grade so far is asked for in rules only."),
    gettext_noop("A rule does one thing."),
    gettext_noop("An internal risk class is for officials only."),
    gettext_noop("At least one grade is given by points or conditions."),
    gettext_noop("Every grade but the last says what it takes, and the last takes the rest."),
    gettext_noop("A grade that only rules give has no bounds."),
    gettext_noop("Grades go from the best to the worst."),
    gettext_noop("Two grades have the same letter."),
    gettext_noop("Two components or rules have the same code, or one is called total."),
    gettext_noop("The start does not depend on what comes after it."),
    gettext_noop("A field of a record is read where a record is looked at."),
    gettext_noop("What came before or after is asked where a record is looked at."),
    gettext_noop("A day of a record is read where a record is looked at."),
    gettext_noop("The floor lies below the ceiling."),
)
#: Those that name something, with what they name.
NAMING = (
    (
        r"A condition looks at (?P<types>.+), which the scheme does not consider\.",
        gettext_noop("A condition looks at %(types)s, which the scheme does not consider."),
    ),
    (
        r"(?P<rule>.+) names (?P<grades>.+), which is not on the scale\.",
        gettext_noop("%(rule)s names %(grades)s, which is not on the scale."),
    ),
    (
        r"Of an event nothing is known by the name (?P<name>.+)\.",
        gettext_noop("Of an event nothing is known by the name %(name)s."),
    ),
    (
        r"An earlier grade (?P<grades>.+) is asked for, which is not on the scale\.",
        gettext_noop("An earlier grade %(grades)s is asked for, which is not on the scale."),
    ),
    (
        r"A rule asks for the grade (?P<grades>.+), which is not on the scale\.",
        gettext_noop("A rule asks for the grade %(grades)s, which is not on the scale."),
    ),
    (
        r"(?P<one>.+) looks at (?P<other>.+), which does not stand before it\.",
        gettext_noop("%(one)s looks at %(other)s, which does not stand before it."),
    ),
    (
        r"(?P<word>.+) is no word under which the records of a part belong together\.",
        gettext_noop("%(word)s is no word under which the records of a part belong together."),
    ),
    (
        r"(?P<one>.+) is no component of the scheme\.",
        gettext_noop("%(one)s is no component of the scheme."),
    ),
    (
        r"(?P<points>.+) is not a multiple of the rounding step (?P<step>.+)\.",
        gettext_noop("%(points)s is not a multiple of the rounding step %(step)s."),
    ),
    (
        r"A number is written as itself or as one of: (?P<words>.+)",
        gettext_noop("A number is written as itself or as one of: %(words)s"),
    ),
    (r"A condition is one of: (?P<words>.+)", gettext_noop("A condition is one of: %(words)s")),
)
#: What pydantic finds, by its name for it.
FOUND = {
    "missing": gettext_noop("This is missing."),
    "extra_forbidden": gettext_noop("The language knows no such word here."),
    "decimal_parsing": gettext_noop("Type a number."),
    "decimal_type": gettext_noop("Type a number."),
    "decimal_max_digits": gettext_noop("A number has at most eighteen digits."),
    "finite_number": gettext_noop("Type a number."),
    "int_parsing": gettext_noop("Type a whole number."),
    "int_type": gettext_noop("Type a whole number."),
    "int_from_float": gettext_noop("Type a whole number."),
    "bool_parsing": gettext_noop("This is true or false."),
    "bool_type": gettext_noop("This is true or false."),
    "string_type": gettext_noop("This is a text between quotation marks."),
    "dict_type": gettext_noop("This is an object with names and values."),
    "model_type": gettext_noop("This is an object with names and values."),
    "model_attributes_type": gettext_noop("This is an object with names and values."),
    "tuple_type": gettext_noop("This is a list."),
    "list_type": gettext_noop("This is a list."),
    "union_tag_invalid": gettext_noop("Its kind is one of: %(expected_tags)s."),
    "union_tag_not_found": gettext_noop("Say its kind."),
    "literal_error": gettext_noop("This is one of: %(expected)s."),
    "greater_than": gettext_noop("This is more than %(gt)s."),
    "greater_than_equal": gettext_noop("This is at least %(ge)s."),
    "less_than": gettext_noop("This is less than %(lt)s."),
    "less_than_equal": gettext_noop("This is at most %(le)s."),
    "too_short": gettext_noop("Here are at least %(min_length)s."),
    "too_long": gettext_noop("Here are at most %(max_length)s."),
    "string_too_short": gettext_noop("Type at least %(min_length)s character(s)."),
    "string_too_long": gettext_noop("Type at most %(max_length)s characters."),
    "string_pattern_mismatch": gettext_noop("This is not written as the language asks: %(pattern)s"),
}


def _sentence(kind: str, message: str, context: Mapping[str, Any]) -> str:
    if kind in FOUND:
        return _(FOUND[kind]) % {name: str(value) for name, value in context.items()}
    return _own_sentence(message.removeprefix("Value error, "))


def _own_sentence(sentence: str) -> str:
    for pattern, template in NAMING:
        if named := re.fullmatch(pattern, sentence):
            return _(template) % named.groupdict()
    return _(sentence)
