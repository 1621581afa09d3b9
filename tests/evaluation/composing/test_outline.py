"""The form of a document: everything that it says is a field, and what is typed comes back where it was asked for."""

import pytest
from django.utils import translation

from evaluation.composing.labels import choice_in_words
from evaluation.composing.outline import ADD, REMOVE, VALUE, DocumentForm, pointer
from evaluation.composing.problems import problems_of
from evaluation.schemes import SchemeDocument, json_schema
from evaluation.schemes.shipped import scheme_library

LIBRARY = {one.code: one.document.model_dump(mode="json", by_alias=True) for one in scheme_library()}


def sent(content, **typed):
    """What a browser would send of the form of this content, with some fields typed anew."""
    fields = DocumentForm(None, content).fields.items()
    data = {name: field.initial for name, field in fields if field.initial not in (None, False, "")}
    return data | typed


def read(content, **typed):
    form = DocumentForm(sent(content, **typed), content)
    assert form.is_valid()
    return form.content()


@pytest.mark.parametrize("code", sorted(LIBRARY))
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(code):
    content = read(LIBRARY[code])
    assert SchemeDocument.model_validate(content) == SchemeDocument.model_validate(LIBRARY[code])


@pytest.mark.parametrize("code", sorted(LIBRARY))
def test_every_number_of_a_document_is_a_field(code):
    form = DocumentForm(None, LIBRARY[code])
    asked = {name.removeprefix(VALUE) for name in form.fields if name.startswith(VALUE)}

    def numbers(content, path=()):
        if isinstance(content, dict):
            for name, value in content.items():
                yield from numbers(value, (*path, name))
        elif isinstance(content, list):
            for number, value in enumerate(content):
                yield from numbers(value, (*path, number))
        elif (isinstance(content, int) and not isinstance(content, bool)) or (
            isinstance(content, str) and content.lstrip("-").replace(".", "").replace("/", "").isdigit()
        ):
            yield path

    in_lists = {pointer(path[:-1]) for path in numbers(LIBRARY[code])}
    missing = {
        pointer(path)
        for path in numbers(LIBRARY[code])
        if pointer(path) not in asked and pointer(path[:-1]) not in asked and path != ("language",)
    }
    assert in_lists
    assert missing == set()


def test_weights_points_caps_bands_and_vetoes_are_typed():
    content = read(
        LIBRARY["city-comprehensive"],
        **{
            "v:/components/0/each/add/0/gives/general": "\N{MINUS SIGN}15",
            "v:/components/0/floor": "-70",
            "v:/components/0/weight": "3/5",
            "v:/components/0/age/bands/0/below": "9",
            "v:/components/1/ceiling": "5",
            "v:/scale/0/from": "92",
            "v:/rules/0/then/ceiling": "D",
            "v:/basis/en": "Another basis",
            "v:/rules/0/final": "on",
            "v:/considered/types": "administrative-penalty\n commendation \n",
        },
    )
    component = content["components"][0]
    assert component["each"]["add"][0]["gives"]["general"] == "-15"
    assert (component["floor"], component["weight"]) == ("-70", "3/5")
    assert component["age"]["bands"][0]["below"] == 9
    assert content["components"][1]["ceiling"] == "5"
    assert content["scale"][0]["from"] == "92"
    assert (content["rules"][0]["then"]["ceiling"], content["rules"][0]["final"]) == ("D", True)
    assert content["basis"]["en"] == "Another basis"
    assert content["considered"]["types"] == ["administrative-penalty", "commendation"]


def test_an_empty_field_takes_a_limit_away():
    content = read(LIBRARY["city-comprehensive"], **{"v:/components/0/floor": "", "v:/ceiling": " "})
    assert content["components"][0]["floor"] is None
    assert content["ceiling"] is None


def test_what_is_no_number_is_told_beside_its_field():
    content = LIBRARY["city-comprehensive"]
    form = DocumentForm(
        sent(content, **{"v:/components/0/floor": "much", "v:/enough/records": "two"}), content
    )
    form.is_valid()
    typed = form.content()
    again = DocumentForm(sent(typed), typed)
    again.is_valid()

    homeless = again.show(problems_of(typed))

    assert homeless == []
    assert again.errors["v:/components/0/floor"] == ["Type a number."]
    assert again.errors["v:/enough/records"] == ["Type a whole number."]
    assert again["v:/components/0/floor"].value() == "much"
    wrong = [group.title for section in again.sections for group in section.walk() if group.has_errors]
    assert "Components" in wrong


def test_things_are_put_in_and_taken_out():
    content = LIBRARY["city-comprehensive"]
    more = read(content, **{ADD + "/components": "copy", ADD + "/components/0/age/bands": "on"})
    assert len(more["components"]) == len(content["components"]) + 1
    assert more["components"][-1]["code"] == "customs-status-2"
    assert more["components"][-1]["each"] == content["components"][-1]["each"]
    assert len(more["components"][0]["age"]["bands"]) == 5

    less = read(
        content,
        **{REMOVE + "/components/1": "on", REMOVE + "/components/3": "on", REMOVE + "/rules/0": "on"},
    )
    codes = [one["code"] for one in content["components"]]
    assert [one["code"] for one in less["components"]] == [codes[0], codes[2], *codes[4:]]
    assert [one["code"] for one in less["rules"]] == [one["code"] for one in content["rules"][1:]]


def test_every_word_of_a_closed_choice_is_said_in_words():
    schema = json_schema()
    asked = {
        (name, word, tuple(one["enum"]))
        for kind in (schema, *schema["$defs"].values())
        for name, said in kind.get("properties", {}).items()
        for one in (said, *said.get("anyOf", ()))
        for word in one.get("enum", ())
    }
    assert ("mode", "half-up") in {(name, word) for name, word, _choices in asked}
    with translation.override("zh-hans"):
        unsaid = {name for name, word, choices in asked if choice_in_words(name, word, choices) == word}
    # The family has its own field, and the formulas of percentiles are the same in every language.
    assert unsaid == {"family", "scale"}


def test_a_chain_is_put_in_and_its_numbers_are_typed():
    more = read(LIBRARY["city-comprehensive"], **{ADD + "/components": "chain"})
    assert problems_of(more) == []
    more = SchemeDocument.model_validate(more).model_dump(mode="json", by_alias=True)
    place = f"/components/{len(more['components']) - 1}/running"
    typed = read(
        more,
        **{f"{VALUE}{place}/start": "12", f"{VALUE}{place}/every": "6", f"{VALUE}{place}/up_to_now": "on"},
    )
    running = typed["components"][-1]["running"]
    assert (running["start"], running["every"], running["up_to_now"]) == ("12", 6, True)
    assert running["becomes"] == more["components"][-1]["running"]["becomes"]
    assert problems_of(typed) == []


def test_what_a_version_does_not_change_is_no_field():
    asked = DocumentForm(None, LIBRARY["city-comprehensive"]).fields
    assert not {"v:/family", "v:/language", "v:/seen_by/public", "v:/seen_by/entity"} & set(asked)
    assert "v:/seen_by/basis/en" in asked
    assert not [name for name in asked if name.endswith("/kind")]


def test_a_list_of_types_names_those_that_may_be_written_into_it():
    content = LIBRARY["city-comprehensive"]
    names = {"administrative-penalty": "Administrative penalty", "contract-breach": "Breach of contract"}
    fields = {
        name: field
        for name, field in DocumentForm(None, content, names=names).fields.items()
        if name.endswith("types")
    }
    looked_at, *of_components = (
        field.help_text
        for name, field in sorted(fields.items(), key=lambda pair: "considered" not in pair[0])
    )
    assert "administrative-penalty is Administrative penalty" in looked_at
    assert "contract-breach is Breach of contract" in looked_at
    # A component names only what the scheme looks at at all.
    assert any("administrative-penalty is" in one for one in of_components)
    assert not any("contract-breach" in one for one in of_components if one != looked_at)
