"""The schemes that come with the platform, as files beside this module.

Some are installed with it. The others are methods published elsewhere, kept as examples and to prove the
language: they are run on given rows by `manage.py rate_file`, and are templates for a new scheme.
"""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from evaluation.schemes.document import Code, Part, SchemeDocument, Words

FOLDER = Path(__file__).parent


class ShippedScheme(Part):
    """A scheme with what stands around its document."""

    code: Code
    name: Words
    installed: Annotated[
        bool, Field(description="Published with the platform; else a method to run on files.")
    ]
    effective_from: date
    effective_until: date | None = None
    document: SchemeDocument = Field(description="The method itself.")

    @property
    def facts(self) -> dict[str, str | bool]:
        """The fields of `Scheme`, without its code."""
        return {"name_zh": self.name.zh, "name_en": self.name.en, **facts_of(self.document)}


def facts_of(document: SchemeDocument) -> dict[str, str | bool]:
    """The fields of `Scheme` that its document says: what its grade is, and who may see it."""
    return {
        "family": document.family,
        "is_public": document.seen_by.public,
        "shown_to_entity": document.seen_by.entity,
    }


def shipped_schemes() -> list[ShippedScheme]:
    """Those that are installed with the platform, by code."""
    return [one for one in scheme_library() if one.installed]


def scheme_library() -> list[ShippedScheme]:
    """All that come with the platform, by code."""
    return list(_library())


@cache
def _library() -> tuple[ShippedScheme, ...]:
    """They change with the platform alone, so each process reads them once."""
    return tuple(read_scheme(path) for path in sorted(FOLDER.glob("*.json")))


def read_scheme(path: Path) -> ShippedScheme:
    """A scheme from a file of this form."""
    return ShippedScheme.model_validate(json.loads(path.read_text(encoding="utf-8")))
