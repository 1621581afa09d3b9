"""What is published about a method is what the code does."""

import pytest

from entities.catalogue.record_types import RECORD_TYPES
from evaluation.indicators import KINDS, METHODS
from evaluation.methods import PUBLISHED, TITLES, method_of
from evaluation.schemes import SchemeDocument, json_schema
from evaluation.schemes.shipped import scheme_library, shipped_schemes
from tests.evaluation.columns import document, rules
from tests.evaluation.test_scheme_language import named
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


@pytest.mark.django_db
def test_chains_events_and_rules_by_the_grade_so_far_are_said_in_words():
    per_minor = {
        "divide": [{"event": "points"}, {"event": {"classes": ["minor"]}, "sum": {"field": "amount"}}]
    }
    running = {
        "start": 12, "since": "2020-01-01", "up_to_now": True,
        "also": [{"name": "calm", "start": 1, "becomes": {"event": "quiet"}}],
        "becomes": {"add": [{"event": "balance"}, {"event": "points"}, {"multiply": [{"event": "calm"}, {"event": "records"}]}]},
    }  # fmt: skip
    penalties = {"kind": "records", "records": {"types": ["penalty"]}, "each": 1}
    one = SchemeDocument.model_validate(
        document(
            penalties | {"groups": [{"same": ["document-number"], "gives": per_minor}], "rolling": {"over": 24}, "last": 9,
                         "lowest": 3, "take": "mean", "weighed_by": {"field": "amount"}},
            penalties | {"take": "running", "running": running},
            penalties | {"take": "running", "running": {"start": 0, "becomes": {"event": "recent"}, "recent": {"over": 12}, "up_to_now": True,
                                                        "struck": {"test": {"event": "recent"}, "at_least": 12}}},
            penalties | {"take": "quantile", "quantile": "9/10", "between": "line"},
            rules=rules({"when": {"graded": ["A", ""]}, "then": {"moved_by": {"count": {"classes": ["serious"]}}}}),
        )
    )  # fmt: skip
    method = method_of(one)
    events, years, records, quantile = (dict(part.rows) for part in method.components)
    assert events["One event: the same document number"] == (
        "the sum; it gives its points ÷ (sum of amount over its records: of class Minor)"
    )
    assert events["Together with those before"] == "24 months"
    assert (events["Only the last ones"], events["Only those of the smallest numbers"]) == ("9", "3")
    assert events["Weight of each"] == "amount"
    assert years["Begins at"] == "12"
    assert years["Steps"] == "every 12 months since 1 January 2020, with or without a record"
    assert (
        years["The balance becomes"] == "the balance so far + its points + (“calm” × number of its records)"
    )
    assert years["“calm” is carried beside it"] == "begins at 1; becomes how long nothing came"
    assert years["Last step"] == "one more, for the period that has not ended yet"
    assert records["Steps"] == "each record or event, in the order of their days"
    assert records["The balance becomes"] == "the points that are recent"
    assert records["What is recent"] == "12 months"
    assert records["Struck, and counted anew"] == "the points that are recent is at least 12"
    assert records["Last step"] == "one more on the day of the rating, without points"
    assert quantile["What is taken"] == "A quantile 9/10; on a straight line"
    (rule,) = method.rules
    assert dict(rule.rows) == {
        "When": "the grade so far is A or not rated",
        "Then": "so many grades worse, or better where it lies below zero: number of: of class Serious",
    }
    assert {kind.title for kind in method.kinds} >= {
        "A balance carried from step to step",
        "Weight of each",
        "A quantile",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("each", "says"),
    [
        ({"before": {"classes": ["minor"]}}, "number before it of: of class Minor"),
        (
            {"after": {"classes": ["minor"]}, "within": 30, "unit": "days", "sum": {"field": "amount"}},
            "sum of amount within 30 days after it over: of class Minor",
        ),
        (
            {"before": {}, "within": 12, "same": ["class"], "dated": "published"},
            "number within 12 months before it of: all records that count; with the same class; by the day of publication",
        ),
        ({"function": "normal", "of": 1}, "part of the standard normal distribution below 1"),
    ],
)
def test_what_lies_around_a_record_is_said_in_words(each, says):
    penalties = {"kind": "records", "records": {"types": ["penalty"]}, "each": each, "by_size": [1, "1/2"]}
    (component,) = method_of(SchemeDocument.model_validate(document(penalties))).components
    rows = dict(component.rows)
    assert (rows["Points of a record"], rows["Weights from the largest down"]) == (says, "100%, 50%")


@pytest.mark.django_db
def test_steps_by_size_are_said_in_words():
    by_size = {"start": 0, "largest_first": True, "becomes": {"event": "points"}}
    chain = {"kind": "records", "records": {"types": ["penalty"]}, "take": "running", "running": by_size}
    method = method_of(SchemeDocument.model_validate(document(chain)))
    assert dict(method.components[0].rows)["Steps"] == "each record or event, the largest first"


@pytest.mark.django_db
def test_weights_that_stand_side_by_side_are_written_alike():
    bands = [{"below": 6, "weight": "3"}, {"below": 12, "weight": "2"}, {"weight": "1"}]
    one = {"kind": "records", "records": {"types": ["penalty"]}, "each": -1, "age": {"bands": bands}}
    (part,) = method_of(SchemeDocument.model_validate(document(named(one, "one")))).components
    assert (
        "younger than 6 months ×3; younger than 12 months ×2; from 12 months on ×1"
        in dict(part.rows)["Weight by age"]
    )


@pytest.mark.django_db
def test_what_weighs_nothing_is_there_for_others_and_said_so():
    looked_at = {"kind": "records", "records": {"types": ["penalty"]}, "each": -1, "weight": "0"}
    part, _total = method_of(
        SchemeDocument.model_validate(
            document(named(looked_at, "one"), named(looked_at | {"weight": "1"}, "two"))
        )
    ).components
    assert dict(part.rows)["Weight"] == "none in the sum; rules and other components look at it"
