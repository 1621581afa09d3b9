"""What a scheme may be begun from: nothing but records and grades, a scheme of the city, or a method published elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.common.errors import InvalidInput
from entities.models import RecordType
from evaluation.schemes import SchemeDocument
from evaluation.schemes.document import LANGUAGE
from evaluation.schemes.in_force import schemes_for
from evaluation.schemes.shipped import scheme_library

NOTHING = "nothing"
OF_CITY, OF_LIBRARY = "scheme:", "library:"
OWN_FIGURES = {"zh": "各项数值均由牵头部门自行设定。", "en": "All figures are set by the lead office itself."}
#: The grades of a scheme that is begun from nothing, until its author gives others: letter, from, meaning.
GRADES = (
    ("A", "90", {"zh": "优", "en": "good"}),
    ("B", "60", {"zh": "中", "en": "middling"}),
    ("C", None, {"zh": "差", "en": "poor"}),
)


BY_CLASS = {"by": "class", "gives": {"minor": "0", "general": "0", "serious": "0"}}


@dataclass(frozen=True, slots=True)
class Origin:
    """A document that a new scheme may be begun as a copy of."""

    code: str
    name: str
    document: SchemeDocument


def origins(user) -> tuple[list[Origin], list[Origin]]:
    """The schemes in force that this user may read, and the methods that come along as examples."""
    in_force = [
        Origin(OF_CITY + one.scheme.code, one.scheme.name, one.document)
        for one in schemes_for(user, timezone.localdate())
    ]
    examples = [
        Origin(OF_LIBRARY + one.code, str(one.name), one.document)
        for one in scheme_library()
        if not one.installed
    ]
    return in_force, examples


def begun_from(
    user, origin: str, *, head: Mapping[str, Any], types: Iterable[RecordType] = ()
) -> dict[str, Any]:
    """The document that a new scheme begins with, which the language need not allow: whoever keeps it looks at it.

    Args:
        origin: the code of one of `origins`, or `NOTHING`.
        head: what the new scheme says of itself (`family`, `seen_by`, `purpose`, `basis`), in place of the origin's.
        types: the types of records that a scheme from nothing looks at.
    """
    if origin == NOTHING:
        return {**_nothing(types), **head}
    for one in (several for both in origins(user) for several in both):
        if one.code == origin:
            return {**one.document.model_dump(mode="json", by_alias=True), **head}
    raise InvalidInput({"origin": [_("There is no such scheme to begin from.")]})


def _nothing(types: Iterable[RecordType]) -> dict[str, Any]:
    """A hundred points for everybody with a record, and a component for each type of record that takes none yet."""
    types = list(types)
    codes: dict[str, list[str]] = {family: [] for family in RecordType.Family.values}
    for one in types:
        codes[one.family].append(one.code)
    return {
        "language": LANGUAGE,
        "figures": OWN_FIGURES,
        "scale": [
            {"letter": letter, "meaning": meaning} | ({"from": least} if least else {})
            for letter, least, meaning in GRADES
        ],
        "scale_article": "5",
        "floor": "0",
        "ceiling": "100",
        "considered": {
            "article": "1",
            "types": codes[RecordType.Family.PUBLIC],
            "market_types": codes[RecordType.Family.MARKET],
        },
        "enough": {"article": "2", "records": 1},
        "start": {"article": "3", "points": "100"},
        "components": [
            {
                "kind": "records",
                "code": one.code,
                "name": {"zh": one.name_zh, "en": one.name_en},
                "article": f"4.{number}",
                "records": {"types": [one.code]},
                "each": BY_CLASS if one.polarity == RecordType.Polarity.NEGATIVE else "0",
            }
            for number, one in enumerate(types, start=1)
        ],
    }
