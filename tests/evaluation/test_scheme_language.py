"""What the documentation of the scheme language says is what the language does: every example is run."""

import json
import re
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from evaluation.files import rate_rows
from evaluation.indicators import METHODS
from evaluation.schemes import SchemeDocument, json_schema
from evaluation.schemes.language import CONDITIONS, NUMBERS
from evaluation.schemes.reference import reference
from tests.evaluation.columns import document, part

DOCUMENT = Path(__file__).parents[2] / "docs" / "scheme-language.md"
TODAY = date(2026, 11, 22)
TEXT = DOCUMENT.read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
TYPES = ["penalty", "list", "tax", "inspection", "violation", "crash"]


def named(one: dict, code: str) -> dict:
    """A component with all that examples leave out, and those within it."""
    inner = [named(child, f"{code}-{n}") for n, child in enumerate(one.get("components", ()))]
    return part(one | ({"components": inner} if inner else {}), one.get("code", code))


def scheme_of(example: dict) -> SchemeDocument:
    components = example.get("components") or [example["component"]]
    words = {"zh": "字", "en": "Words"}
    changes = {
        "start": {"article": "1", "points": example["start"]} if "start" in example else None,
        "floor": None,
        "ceiling": None,
        "enough": {"article": "2", "records": 0} | example.get("enough", {}),
        "looks_back": example.get("looks_back"),
        "working_days": example.get("working_days"),
        "total_rounding": example.get("total_rounding"),
        "considered": {"article": "1", "types": TYPES},
        "rules": [part(rule, f"rule-{n}") for n, rule in enumerate(example.get("rules", ()))],
    }
    if "scale" in example:
        changes["scale"] = [{"meaning": words} | grade for grade in example["scale"]]
    return SchemeDocument.model_validate(
        document() | changes | {"components": [named(one, f"part-{n}") for n, one in enumerate(components)]}
    )


def run(example: dict) -> dict:
    """Total, or grade where the example is about grades, by entity."""
    records, entities = (
        [{"entity": "a"} | {key: str(value) for key, value in row.items()} for row in example.get(which, ())]
        for which in ("records", "entities")
    )
    rows = rate_rows(scheme_of(example), records, entities or None, TODAY)
    is_graded = "rules" in example or "scale" in example
    return {row.entity: row.grade if is_graded else row.points for row in rows}


@pytest.mark.parametrize("example", EXAMPLES, ids=[json.dumps(one)[:60] for one in EXAMPLES])
def test_an_example_gives_what_the_documentation_says(example):
    gives = example["gives"] if isinstance(example["gives"], dict) else {"a": example["gives"]}
    wanted = {
        name: value if value is None or "rules" in example or "scale" in example else Decimal(str(value))
        for name, value in gives.items()
    }
    assert run(example) == wanted


def test_every_word_of_the_language_has_an_example():
    used = json.dumps(EXAMPLES)
    assert [word for word in (*NUMBERS, *CONDITIONS) if f'"{word}"' not in used] == []
    assert [word for word in METHODS if word not in {"chosen", "age"} and f'"{word}"' not in used] == []


def test_the_documentation_ends_with_the_words_as_the_code_has_them():
    assert TEXT.split("## All words\n\n")[1] == reference()


def test_the_schema_and_the_reference_can_be_printed():
    schema, words = StringIO(), StringIO()
    call_command("scheme_language", schema=True, stdout=schema)
    call_command("scheme_language", stdout=words)
    assert json.loads(schema.getvalue()) == json_schema()
    assert json_schema()["version"] == 2
    assert words.getvalue().strip() == reference().strip()
