"""The reference of the scheme language, printed from the code: every part with its sentence and its fields."""

import inspect
from collections.abc import Iterator

from evaluation.indicators import METHODS
from evaluation.schemes import document, language
from evaluation.schemes.language import Part


def reference() -> str:
    """Every word of the language, as Markdown; the last section of `docs/scheme-language.md`."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield "### Numbers\n"
    for name, kind in language.NUMBERS.items():
        yield from _part(name, kind)
    yield "\n### Conditions\n"
    for name, kind in language.CONDITIONS.items():
        yield from _part(name, kind)
    yield "\n### Parts of a scheme\n"
    for kind in PARTS:
        yield from _part(kind.__name__, kind)
    yield "\n### Methods, as they are published\n"
    for one in METHODS.values():
        yield f"- `{one.name}`: {one.published.replace(chr(10), ' ')}"


PARTS: tuple[type[Part], ...] = (
    document.SchemeDocument,
    document.SeenBy,
    document.Considered,
    document.Enough,
    document.LooksBack,
    document.WorkingDays,
    document.Start,
    document.Grade,
    document.RecordsComponent,
    document.FormulaComponent,
    document.Dimension,
    document.Parts,
    document.Peers,
    language.PartWord,
    language.Match,
    document.Age,
    document.Band,
    document.Repeat,
    document.Group,
    document.EventStep,
    document.Streak,
    document.Running,
    document.Carried,
    document.Recent,
    document.Rolling,
    document.Rule,
    document.Then,
)


def _part(name: str, kind: type[Part]) -> Iterator[str]:
    said = " ".join(inspect.cleandoc(kind.__doc__ or "").split())
    fields = ", ".join(f"`{field.alias or key}`" for key, field in kind.model_fields.items())
    own = "" if said == " ".join(inspect.cleandoc(Part.__doc__ or "").split()) else said
    yield f"- **{name}** ({fields}){': ' + own if own else ''}"
