"""What is published about a method is what the code does."""

import pytest

from entities.catalogue.record_types import RECORD_TYPES
from evaluation.indicators import KINDS, METHODS
from evaluation.methods import PUBLISHED, TITLES, method_of
from evaluation.schemes import SchemeDocument, json_schema
from evaluation.schemes.shipped import scheme_library, shipped_schemes
from tests.factories import RecordTypeFactory


def test_the_published_text_of_every_method_is_its_docstring():
    assert {line for one in METHODS.values() for line in one.published.split("\n")} == set(PUBLISHED)
    assert set(TITLES) == set(METHODS)


def test_every_kind_of_the_language_is_in_the_code():
    schema = json_schema()["properties"]["components"]["items"]
    assert set(schema["discriminator"]["mapping"]) == set(KINDS)


@pytest.mark.parametrize("shipped", scheme_library(), ids=lambda one: one.code)
def test_a_shipped_document_survives_its_way_through_the_database(shipped):
    stored = shipped.document.model_dump(mode="json", by_alias=True)
    assert SchemeDocument.model_validate(stored) == shipped.document


@pytest.mark.parametrize("shipped", shipped_schemes(), ids=lambda one: one.code)
def test_a_shipped_scheme_names_only_what_the_shipped_catalogue_holds(shipped):
    considered = shipped.document.considered
    assert set(considered.types) <= set(RECORD_TYPES)
    assert not any(RECORD_TYPES[code].get("family") == "market" for code in considered.types)
    values = {}
    for code in considered.types:
        for version in RECORD_TYPES[code]["versions"]:
            for field in version.get("extra_fields", ()):
                values.setdefault(field["name"], set()).update(
                    choice["code"] for choice in field.get("choices", ())
                )
    for match in shipped.document.matches():
        for name, words in match.values.items():
            assert set(words) <= values[name], name


@pytest.mark.django_db
def test_a_method_speaks_the_catalogues_words():
    RecordTypeFactory(code="administrative-penalty", name_en="Administrative penalty")
    risk = next(one for one in shipped_schemes() if one.code == "risk-class")
    method = method_of(risk.document)
    assert method.considered.startswith("Administrative penalty")
    penalties = dict(method.components[0].rows)
    assert penalties["Weight by age"] == (
        "since the day of the decision; younger than 12 months 100%; younger than 24 months 50%;"
        " from 24 months on 25%"
    )
