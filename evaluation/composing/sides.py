"""The two sides of a simulation: what the draft says, and what it is held against."""

from evaluation.composing.models import Simulation
from evaluation.schemes import SchemeDocument

SAID = {"zh": "尚无此方案", "en": "There is no such scheme yet"}


def document_before(simulation: Simulation) -> SchemeDocument:
    """The document beside which the draft is rated: that of the version that it follows.

    Where there is none, one of the same grades under which nobody has any, so that both sides are worked out and
    counted in one way.
    """
    if simulation.base is not None:
        return SchemeDocument.model_validate(simulation.base.document)
    return nobody_rated(SchemeDocument.model_validate(simulation.document))


def nobody_rated(document: SchemeDocument) -> SchemeDocument:
    """A document with the grades and records of another, under which nobody is rated."""
    content = document.model_dump(mode="json", by_alias=True)
    last = len(document.scale) - 1
    part = {"name": SAID, "article": "1"}
    content |= {
        "scale": [
            {"letter": grade.letter, "meaning": grade.meaning.model_dump()}
            | ({"from": last - place} if place < last else {})
            for place, grade in enumerate(document.scale)
        ],
        "start": None,
        "floor": None,
        "ceiling": None,
        "total_rounding": None,
        "enough": {"article": "1", "records": 0},
        "components": [part | {"kind": "formula", "code": "nothing", "formula": 0}],
        "rules": [
            part
            | {
                "code": "nobody",
                "when": {"test": {"value": "nothing"}, "equals": 0},
                "then": {"unrated": True},
                "final": True,
            }
        ],
    }
    return SchemeDocument.model_validate(content)
