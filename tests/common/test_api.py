"""What every API view shares."""

import io

import pytest
from rest_framework.exceptions import ErrorDetail, ParseError

from credit_platform.common.api import by_field
from credit_platform.common.parsers import SoundJSONParser


def read(text: str):
    return SoundJSONParser().parse(io.BytesIO(text.encode()), "application/json", {"encoding": "utf-8"})


def test_sound_json_is_read_rare_characters_too():
    assert read('{"name": "\\ud840\\udc0b𠀋"}') == {"name": "𠀋𠀋"}


@pytest.mark.parametrize("text", ['{"name": "a\\ud800b"}', '{"a\\udfffb": 1}', "[" * 100_000])
def test_what_nothing_could_keep_is_refused_with_a_sentence(text):
    with pytest.raises(ParseError, match=r"half of a character|nested deeper"):
        read(text)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"title": ["Too long."]}, {"title": ["Too long."]}),
        ({"detail": "No JSON."}, {"": ["No JSON."]}),
        ({"non_field_errors": ["Not both."]}, {"": ["Not both."]}),
        (["None of these."], {"": ["None of these."]}),
        ({"details": {"due": ["No day."]}}, {"details.due": ["No day."]}),
        ({"kinds": {0: ["Unknown."]}}, {"kinds.0": ["Unknown."]}),
        ([{}, {"title": ["Missing."], "details": {"due": ["No day."]}}], {"1.title": ["Missing."], "1.details.due": ["No day."]}),
        ([{"non_field_errors": [ErrorDetail("No object.", code="x")]}], {"0": ["No object."]}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_field_in_whatever_depth_it_was_found(found, told):
    assert by_field(found) == told
