"""The schemes that come with the platform, as files beside this module."""

import json
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from evaluation.schemes.document import Code, Part, SchemeDocument, Words

FOLDER = Path(__file__).parent


class ShippedScheme(Part):
    """A scheme with what stands around its document."""

    code: Code
    family: Literal["evaluation", "risk", "sector"]
    name: Words
    is_public: bool
    shown_to_entity: bool
    effective_from: date
    document: SchemeDocument = Field(description="The method itself.")

    @property
    def facts(self) -> dict[str, str | bool]:
        """The fields of `Scheme`, without its code."""
        return {
            "name_zh": self.name.zh,
            "name_en": self.name.en,
            "family": self.family,
            "is_public": self.is_public,
            "shown_to_entity": self.shown_to_entity,
        }


def shipped_schemes() -> list[ShippedScheme]:
    """All of them, by code."""
    return [
        ShippedScheme.model_validate(json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.json"))
    ]
