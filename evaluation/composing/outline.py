"""The form of a document, made of the JSON Schema of the language and of what the document says.

Every number, word and mark that a document has is a field; so is whatever a part of it may have besides and is a plain
number, word or mark. What is in a list may be taken out and put in once more as a copy. What is of another kind
than before (steps in place of a number, say) is written in the source, which says everything.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from evaluation.composing.labels import choice_in_words, item_in_words, label_of
from evaluation.composing.parameters import Path, put
from evaluation.composing.problems import Problem
from evaluation.models import Scheme
from evaluation.schemes import json_schema
from evaluation.wording import divided

VALUE, REMOVE, ADD = "v:", "remove:", "add:"
#: What a version does not change, and what says of what kind a part is.
FIXED = frozenset({("language",), ("family",), ("seen_by", "entity"), ("seen_by", "public")})
#: What a document may take over from the platform's calendar.
WORKING_DAYS = "working_days"
LONG = frozenset({"purpose", "basis", "figures"})
#: Which of them the first version of a scheme says, each with what it is called.
SAID_FIRST: tuple[tuple[Path, str, Promise], ...] = (
    (("family",), "choice", gettext_lazy("Family")),
    (("seen_by", "entity"), "flag", gettext_lazy("The entity itself sees its result")),
    (("seen_by", "public"), "flag", gettext_lazy("The result is public")),
)
_NAMED = {"name": {"zh": "新增项", "en": "New"}, "article": "0"}
_OF_RECORDS = {**_NAMED, "kind": "records", "code": "new-records", "records": {}, "each": "0"}
_CHAIN = {
    "start": "0",
    "since": "2020-01-01",
    "every": 12,
    "becomes": {"add": [{"event": "balance"}, {"event": "points"}]},
}
#: What may be put into a list besides a copy of the last: parts that give nothing until they are filled in.
FRESH: dict[str, dict[str, tuple[Promise, dict[str, Any]]]] = {
    "components": {
        "records": (gettext_lazy("Points for each record"), _OF_RECORDS),
        "chain": (
            gettext_lazy("A balance carried from step to step"),
            {**_OF_RECORDS, "code": "new-chain", "take": "running", "running": _CHAIN},
        ),
        "formula": (
            gettext_lazy("A formula"),
            {**_NAMED, "kind": "formula", "code": "new-formula", "formula": "0"},
        ),
        "dimension": (
            gettext_lazy("Several components together"),
            {**_NAMED, "kind": "dimension", "code": "new-dimension", "components": [_OF_RECORDS]},
        ),
        "parts": (
            gettext_lazy("Each part by itself"),
            {
                **_NAMED,
                "kind": "parts",
                "code": "new-parts",
                "same": ["document-number"],
                "components": [_OF_RECORDS],
                "gives": {"value": _OF_RECORDS["code"]},
            },
        ),
        "peers": (
            gettext_lazy("Comparison with peers"),
            {
                **_NAMED,
                "kind": "peers",
                "code": "new-peers",
                "weight": "0",
                "of": {"count": {}},
                "among": [[]],
            },
        ),
    },
    "rules": {
        "rule": (
            gettext_lazy("A rule"),
            {**_NAMED, "code": "new-rule", "when": {"records": {}, "at_least": 1}, "then": {"floor": ""}},
        ),
    },
}
COPY = "copy"
#: In which part of the form what stands at the top of a document is asked for.
SECTIONS: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("about", gettext_lazy("What it is for"), ("purpose", "basis", "figures", "seen_by")),
    (
        "scale",
        gettext_lazy("Grades and total"),
        ("scale", "scale_article", "start", "floor", "ceiling", "rounding", "total_rounding", "mode"),
    ),
    (
        "looked-at",
        gettext_lazy("What is looked at"),
        ("considered", "enough", "looks_back", "working_days", "words"),
    ),
    ("components", gettext_lazy("What gives and takes points"), ("components",)),
    ("rules", gettext_lazy("Rules, one after the other"), ("rules",)),
)
#: Of these a field that was filled is not called optional.
REQUIRED = frozenset({"number", "whole", "choice", "text", "long"})
SPANS = {"number": 2, "ratio": 2, "whole": 2, "flag": 2, "choice": 2, "text": 2, "list": 3, "long": 3}


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the document that is one field: `kind` says how it is asked for and read."""

    path: Path
    kind: str
    label: str
    value: Any
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return VALUE + pointer(self.path)


@dataclass(slots=True)
class Group:
    """A part of the document: its fields, and the parts within it."""

    title: str
    path: Path
    places: list[Place] = field(default_factory=list)
    groups: list["Group"] = field(default_factory=list)
    #: Whether it may be taken out of its list, and whether one more may be put into it.
    may_go: bool = False
    may_grow: bool = False
    #: The bound fields, once there is a form.
    fields: list[forms.BoundField] = field(default_factory=list)
    remove: forms.BoundField | None = None
    add: forms.BoundField | None = None
    has_errors: bool = False

    def walk(self) -> Iterator["Group"]:
        """The group and all within it."""
        yield self
        for one in self.groups:
            yield from one.walk()


def pointer(path: Path) -> str:
    """A place as JSON Pointer (RFC 6901) writes it."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = _schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _kinds(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All that a value may be, with nothing to be looked up."""
    schema = _resolved(schema)
    either = schema.get("anyOf") or schema.get("oneOf")
    return [kind for one in either for kind in _kinds(one)] if either else [schema]


def _object_kind(kinds: Sequence[Mapping[str, Any]], value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for kind in kinds:
        known = kind.get("properties", {})
        if kind.get("type") != "object":
            continue
        if "additionalProperties" in kind and kind["additionalProperties"] is not False and not known:
            return kind
        if "patternProperties" in kind:
            return kind
        constant = known.get("kind", {}).get("const")
        fits = set(kind.get("required", ())) <= set(value) <= set(known)
        if fits and (constant is None or value.get("kind") == constant):
            return kind
    return None


def outline(content: Mapping[str, Any], *, is_first: bool = False) -> list[Group]:
    """The document by section, in the order in which people think of it.

    With `is_first` also what only the first version of a scheme says.
    """
    properties = _schema()["properties"]
    sections = []
    for _code, title, names in SECTIONS:
        section = Group(str(title), ())
        if is_first and "seen_by" in names:
            section.places += [
                Place(path, kind, str(label), _at(content, path), tuple(Scheme.Family.values))
                for path, kind, label in SAID_FIRST
            ]
        for name in names:
            _enter(section, properties[name], content.get(name), (name,), content)
            if name == WORKING_DAYS and not isinstance(content.get(name), Mapping):
                label = _("Count working days, as the platform's calendar has them now")
                section.places.append(Place((name,), "flag", label, content.get(name)))
        sections.append(section)
    return sections


def _enter(group: Group, schema: Mapping[str, Any], value: Any, path: Path, content: Any) -> None:
    """Put what stands at a place into the group: as a field, or as a group of its own."""
    if path in FIXED or path[-1] == "kind":
        return
    kinds = _kinds(schema)
    label = label_of(str(path[-1])) if not isinstance(path[-1], int) else ""
    if isinstance(value, Mapping):
        _enter_object(group, kinds, value, path, label)
    elif isinstance(value, list):
        _enter_list(group, kinds, value, path, label)
    elif place := _place(kinds, value, path, label):
        group.places.append(place)


def _place(kinds: Sequence[Mapping[str, Any]], value: Any, path: Path, label: str) -> Place | None:
    types = {kind.get("type") for kind in kinds}
    choices = next((tuple(kind["enum"]) for kind in kinds if "enum" in kind), ())
    is_optional = "null" in types
    if choices:
        return Place(path, "choice", label, value, ("", *choices) if is_optional else choices)
    if "boolean" in types:
        return Place(path, "flag", label, value)
    if "number" in types:
        # Where a number may also be an expression, an empty field could not be told from one.
        return Place(path, "number", label, value) if value is not None or len(kinds) <= 3 else None
    if "integer" in types:
        return Place(path, "whole", label, value)
    if "string" in types:
        return Place(path, "long" if path[0] in LONG else "text", label, value)
    return None


def _enter_object(
    group: Group, kinds: Sequence[Mapping[str, Any]], value: Mapping[str, Any], path: Path, label: str
) -> None:
    kind = _object_kind(kinds, value)
    if kind is None:
        return
    inner = Group(label, path)
    known = kind.get("properties")
    if known is not None:
        for name, schema in known.items():
            _enter(inner, schema, value.get(name), (*path, name), value)
    else:
        (item,) = kind.get("patternProperties", {"": kind.get("additionalProperties")}).values()
        for name, one in value.items():
            _enter(inner, item, one, (*path, name), value)
            if inner.places and inner.places[-1].path == (*path, name):
                inner.places[-1] = _relabelled(inner.places[-1], name or _("any other"))
    _take_in(group, inner)


def _relabelled(place: Place, label: str) -> Place:
    return Place(place.path, place.kind, label, place.value, place.choices)


def _take_in(group: Group, inner: Group) -> None:
    """A group of few fields and nothing within is shown with its own title only where that says something."""
    if inner.places or inner.groups or inner.may_grow:
        group.groups.append(inner)


def _enter_list(
    group: Group, kinds: Sequence[Mapping[str, Any]], value: list, path: Path, label: str
) -> None:
    kind = next((one for one in kinds if one.get("type") == "array"), None)
    if kind is None:
        return
    items = kind.get("items", {})
    if "prefixItems" in kind:
        inner = Group(label, path)
        for number, (schema, one) in enumerate(zip(kind["prefixItems"], value, strict=False)):
            _enter_item(inner, schema, one, (*path, number), value)
        _take_in(group, inner)
        return
    if all(isinstance(one, str) for one in value) and _is_of_words(items):
        group.places.append(Place(path, "list", label, value))
        return
    inner = Group(label, path, may_grow=bool(value))
    for number, one in enumerate(value):
        _enter_item(inner, items, one, (*path, number), value)
        if inner.groups and inner.groups[-1].path == (*path, number):
            inner.groups[-1].may_go = len(value) > kind.get("minItems", 0)
    inner.may_grow = bool(inner.groups) or path[-1] in FRESH
    _take_in(group, inner)


def _is_of_words(items: Mapping[str, Any]) -> bool:
    return any(kind.get("type") == "string" and "number" not in kind for kind in _kinds(items))


def _enter_item(group: Group, schema: Mapping[str, Any], value: Any, path: Path, items: list) -> None:
    before = len(group.groups), len(group.places)
    _enter(group, schema, value, path, items)
    title = item_in_words(
        str(next(step for step in reversed(path) if isinstance(step, str))), value, int(path[-1])
    )
    if len(group.groups) > before[0]:
        group.groups[-1].title = title
    elif len(group.places) > before[1]:
        group.places[-1] = _relabelled(group.places[-1], title)


class DocumentForm(forms.Form):
    """The fields of an outline. `content()` is the document with what was typed; what is wrong with it is not its business.

    Args:
        content: the document as the form was shown with.
        names: what the types of records are called, by code.
    """

    def __init__(
        self,
        data,
        content: Mapping[str, Any],
        *,
        is_first: bool = False,
        names: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data)
        self.shown, self.names = content, names or {}
        self.sections = outline(content, is_first=is_first)
        self.spans: dict[str, int] = {}
        for section in self.sections:
            for group in section.walk():
                self._add_fields(group)

    def _add_fields(self, group: Group) -> None:
        for place in group.places:
            self.fields[place.name] = _field(place)
            if place.path[-1] in {"types", "market_types"}:
                self.fields[place.name].help_text = self._types_in_words(place)
            self.spans[place.name] = SPANS[place.kind]
        if group.may_go:
            name = REMOVE + pointer(group.path)
            self.fields[name] = forms.BooleanField(label=_("Take this out"), required=False)
        if group.may_grow:
            self.fields[ADD + pointer(group.path)] = _adding(group)
        group.fields = [self[place.name] for place in group.places]
        group.remove = self[REMOVE + pointer(group.path)] if group.may_go else None
        group.add = self[ADD + pointer(group.path)] if group.may_grow else None

    def _types_in_words(self, place: Place) -> str:
        """What may be written into a list of types: all where the scheme says what it looks at, else those that it does."""
        known = list(self.names)
        if place.path[0] != "considered":
            considered = self.shown.get("considered", {})
            known = [code for name in ("types", "market_types") for code in considered.get(name, ())]
        named = [
            _("%(code)s is %(name)s") % {"code": code, "name": self.names[code]}
            for code in known
            if code in self.names
        ]
        one_a_line = _("One in a line.")
        return f"{one_a_line} {divided(named)}" if named else one_a_line

    def content(self) -> dict[str, Any]:
        """The document as it was typed."""
        content = copy.deepcopy(dict(self.shown))
        groups = [group for section in self.sections for group in section.walk()]
        for group in groups:
            for place in group.places:
                put(content, place.path, _read(place, self.cleaned_data.get(place.name)))
        for group in groups:
            if group.add is not None and (what := self.cleaned_data.get(group.add.name)):
                _at(content, group.path).append(_one_more(content, group.path, what))
        # From the end, so that the places of those before stay what they are.
        for group in reversed(groups):
            if group.remove is not None and self.cleaned_data.get(group.remove.name):
                *way, number = group.path
                _at(content, tuple(way)).pop(int(number))
        return content

    def mark(self) -> None:
        """Have only that called optional which the document may do without."""
        for section in self.sections:
            for group in section.walk():
                for place in group.places:
                    self.fields[place.name].required = place.kind in REQUIRED and place.value is not None

    def show(self, problems: Sequence[Problem]) -> list[Problem]:
        """Put each problem beside its field; returns those that have none."""
        homeless = []
        for one in problems:
            name = VALUE + pointer(one.path)
            if name in self.fields:
                self.add_error(name, one.says)
            else:
                homeless.append(one)
        for section in self.sections:
            for group in section.walk():
                group.has_errors = any(bound.errors for inner in group.walk() for bound in inner.fields)
        return homeless


def _at(content: Any, path: Path) -> Any:
    for step in path:
        content = content[step]
    return content


def _adding(group: Group) -> forms.Field:
    """The field that puts one more into a list."""
    fresh = FRESH.get(str(group.path[-1]), {})
    if not fresh:
        return forms.BooleanField(label=_("One more, as a copy of the last"), required=False)
    choices = [("", "–"), *((COPY, _("A copy of the last")) for _there in group.groups[:1])]
    choices += [(kind, str(label)) for kind, (label, _part) in fresh.items()]
    return forms.ChoiceField(label=_("One more"), required=False, choices=choices)


def _one_more(content: Mapping[str, Any], path: Path, what: Any) -> Any:
    """A copy of the last of a list, or a fresh part, under codes that are not taken."""
    fresh = FRESH.get(str(path[-1]), {})
    one = copy.deepcopy(fresh[what][1] if what in fresh else _at(content, path)[-1])
    if one == fresh.get("rule", ("", None))[1]:
        # It holds nobody above the worst grade, so it does nothing yet.
        one["then"]["floor"] = content["scale"][-1]["letter"]
    taken = set(_codes(content))
    renamed = {}
    for part in _coded(one):
        renamed[part["code"]] = part["code"] = _free(part["code"], taken)
        taken.add(part["code"])
    _look_at(one, renamed)
    return one


def _look_at(content: Any, renamed: Mapping[str, str]) -> None:
    """Have whatever looks at a component of the old code look at the one of the new."""
    if isinstance(content, dict):
        if content.get("value") in renamed:
            content["value"] = renamed[content["value"]]
        content = list(content.values())
    if isinstance(content, list):
        for one in content:
            _look_at(one, renamed)


def _coded(content: Any) -> Iterator[dict[str, Any]]:
    """The components and rules within content, each with its code."""
    if isinstance(content, dict):
        if isinstance(content.get("code"), str):
            yield content
        content = list(content.values())
    if isinstance(content, list):
        for one in content:
            yield from _coded(one)


def _codes(content: Mapping[str, Any]) -> Iterator[str]:
    return (part["code"] for part in _coded(dict(content)))


def _free(code: str, taken: AbstractSet[str]) -> str:
    if code not in taken:
        return code
    stem, number = code[:56], 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _field(place: Place) -> forms.Field:
    value = place.value
    if place.kind == "flag":
        return forms.BooleanField(label=place.label, required=False, initial=bool(value))
    if place.path == ("family",):
        return forms.ChoiceField(
            label=place.label, required=False, choices=Scheme.Family.choices, initial=value
        )
    if place.kind == "choice":
        of = str(place.path[-1])
        known = [str(one) for one in place.choices]
        choices = [(one, choice_in_words(of, one, known) if one else "–") for one in known]
        return forms.ChoiceField(label=place.label, required=False, choices=choices, initial=value or "")
    if place.kind == "list":
        return forms.CharField(
            label=place.label,
            required=False,
            widget=forms.Textarea(attrs={"rows": min(max(len(value), 1), 8)}),
            initial="\n".join(value),
            help_text=_("One in a line."),
        )
    widget: forms.Widget = forms.Textarea(attrs={"rows": 4}) if place.kind == "long" else forms.TextInput()
    if place.kind in {"number", "ratio", "whole"}:
        widget.attrs["inputmode"] = "decimal"
    return forms.CharField(
        label=place.label, required=False, widget=widget, initial="" if value is None else str(value)
    )


def _read(place: Place, typed: Any) -> Any:
    """What was typed as the document has it; a number that is none stays as it is, to be told of."""
    if place.kind == "flag":
        # What may be true or nothing at all is nothing where the mark is not set.
        return True if typed else (None if place.value is None else False)
    if place.kind == "list":
        return [line.strip() for line in (typed or "").splitlines() if line.strip()]
    text = (typed or "").strip()
    if not text and (place.value is None or place.kind in {"number", "whole", "choice"}):
        return None
    if place.kind == "whole" and text.lstrip("-").isdigit():
        return int(text)
    return text.replace("\N{MINUS SIGN}", "-") if place.kind == "number" else text
