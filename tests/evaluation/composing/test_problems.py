"""What is wrong with a document: all at once, each with its place, its line and a plain sentence."""

import ast
import json
import re
from pathlib import Path

import pytest

from evaluation.composing import problems
from evaluation.composing.problems import lines_of, problems_of, problems_of_text
from evaluation.schemes import SchemeDocument, document as document_module, language
from evaluation.schemes.shipped import scheme_library


@pytest.fixture
def content():
    (shipped,) = [one for one in scheme_library() if one.code == "city-comprehensive"]
    return shipped.document.model_dump(mode="json", by_alias=True)


def test_the_schemes_of_the_platform_have_no_problems(content):
    assert problems_of(content) == []


def test_everything_is_told_at_once_with_its_place(content):
    content["floor"] = "much"
    content["components"][0]["each"]["add"][0]["gives"]["general"] = "ten"
    content["components"][0]["age"]["bands"][1]["below"] = 0
    content["components"][1]["records"]["types"] = ["A B"]
    content["rules"][0]["then"] = {"grade": "A", "ceiling": "B"}
    del content["basis"]["en"]
    content["surprise"] = 1

    found = {one.place: one.says for one in problems_of(content)}

    assert found["floor"] == "Type a number."
    assert found["components.0.each.add.0.gives.general"] == "Type a number."
    assert found["components.0.age.bands.1.below"] == "This is more than 0."
    assert "not written as the language asks" in found["components.1.records.types.0"]
    assert found["rules.0.then"] == "A rule does one thing."
    assert found["basis.en"] == "This is missing."
    assert found["surprise"] == "The language knows no such word here."
    assert len(found) == 7


def test_the_rules_across_the_pieces_are_told_together_too(content):
    content["scale"][0]["from"] = "10"
    content["rules"][0]["then"] = {"ceiling": "X"}
    content["components"][1]["each"] = "-8.05"

    found = [one.says for one in problems_of(content)]

    assert found == [
        "Grades go from the best to the worst.",
        "tax-grade-d names X, which is not on the scale.",
        "-8.05 is not a multiple of the rounding step 0.1.",
    ]


def test_every_rule_across_the_pieces_is_asked_by_itself():
    rules = set(SchemeDocument.__pydantic_decorators__.model_validators)
    assert rules == {name for name, _path in problems.ACROSS}


def test_what_the_registry_cannot_keep_is_a_problem(content):
    content["scale"][0]["letter"] = "EXCELLENTLY"
    (one,) = problems_of(content)
    assert (one.path, one.says) == (("scale", 0, "letter"), "A grade is no longer than eight letters.")


def test_a_text_that_is_no_json_is_told_with_its_line():
    content, (one,) = problems_of_text('{\n  "language": 2,\n  "family" "risk"\n}')
    assert content is None
    assert one.line == 3
    assert "not JSON from column 12" in one.says


def test_each_problem_of_a_text_has_its_line(content):
    content["components"][0]["each"]["add"][0]["gives"]["general"] = "ten"
    content["scale"][1]["strange"] = 1
    text = json.dumps(content, ensure_ascii=False, indent=2)
    lines = text.splitlines()

    _content, found = problems_of_text(text)

    shown = {one.place: lines[one.line - 1].strip() for one in found}
    assert shown == {
        "components.0.each.add.0.gives.general": '"general": "ten",',
        "scale.1.strange": '"strange": 1',
    }


def test_every_place_of_a_text_has_its_line():
    text = '{"a": [\n1,\n{"b":\n"x"}, [2,\n3]],\n"c": {}}'

    assert lines_of(text) == {
        (): 1,
        ("a",): 1,
        ("a", 0): 2,
        ("a", 1): 2,
        ("a", 1, "b"): 3,
        ("a", 2): 4,
        ("a", 2, 0): 4,
        ("a", 2, 1): 5,
        ("c",): 6,
    }


def own_sentences():
    """What the language says when it refuses, with what it names left open."""
    for module in (document_module, language):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
            if isinstance(node, ast.Raise) and getattr(node.exc, "func", None) is not None:
                (said,) = node.exc.args
                if isinstance(said, ast.Constant):
                    yield said.value
                else:
                    parts = [part.value if isinstance(part, ast.Constant) else "x" for part in said.values]
                    yield "".join(parts)


@pytest.mark.parametrize("sentence", sorted(set(own_sentences())))
def test_every_sentence_of_the_language_is_gathered_for_translation(sentence):
    named = any(re.fullmatch(pattern, sentence) for pattern, _template in problems.NAMING)
    assert named or sentence in problems.OWN
