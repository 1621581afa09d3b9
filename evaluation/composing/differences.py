"""A draft beside the version that it follows, line by line in the words of the public method."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from evaluation.methods import Method, PartMethod, method_of
from evaluation.schemes import SchemeDocument


@dataclass(frozen=True, slots=True)
class Line:
    """What the version before says of something, and what the draft says; "" where one says nothing of it."""

    label: str
    was: str
    text: str

    @property
    def differs(self) -> bool:
        return self.was != self.text


@dataclass(frozen=True, slots=True)
class Head:
    """What stands around a document."""

    name_zh: str
    name_en: str


def differing(before: tuple[Head, SchemeDocument] | None, after: tuple[Head, SchemeDocument]) -> list[Line]:
    """The lines in which the two differ, in the order of the draft; all that it says where nothing was before."""
    was, now = (
        dict(_lines(one[0], method_of(one[1]))) if one else dict[str, str]() for one in (before, after)
    )
    labels = [*now, *(label for label in was if label not in now)]
    lines = (Line(label, was.get(label, ""), now.get(label, "")) for label in labels)
    return [line for line in lines if line.differs]


def _lines(head: Head, method: Method) -> Iterator[tuple[str, str]]:
    document = method.document
    yield _("Name in Chinese"), head.name_zh
    yield _("Name in English"), head.name_en
    for label, words in (
        (_("Purpose"), document.purpose),
        (_("Legal basis"), document.basis),
        (_("Where its figures come from"), document.figures),
        (_("Who may see the result"), document.seen_by.basis),
    ):
        yield label, f"{words.zh}\n{words.en}"
    yield _("Records"), method.considered
    yield _("Market credit information"), method.market
    counts = document.considered.objected == "counted"
    yield _("Records under objection"), _("count") if counts else _("are left out")
    yield _("Records that it takes"), str(document.enough.records)
    yield _("It is also needed that"), method.enough
    yield _("Looks back"), method.looks_back
    yield _("Working days"), method.working_days
    for year, says in method.worked_years:
        yield _("Working days of %(year)s") % {"year": year}, says
    yield _("Where counting starts"), method.start
    yield _("What the sum means"), method.total
    for rung in method.rungs:
        yield _("Grade %(letter)s") % {"letter": rung["letter"]}, f"{rung['range']}\n{rung['says']}"
    yield from _of_parts(method.components)
    yield from _of_parts(method.rules)


def _of_parts(parts: Iterable[PartMethod]) -> Iterator[tuple[str, str]]:
    for one in parts:
        name = f"{one.part.article} {one.part.name}"
        yield name, one.kind
        for what, how in one.rows:
            yield _("%(part)s: %(what)s") % {"part": name, "what": what}, how
