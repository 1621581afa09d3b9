"""What associations keep of their members moves no grade of any scheme that ships: none names it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from entities.catalogue.record_types import RECORD_TYPES
from evaluation.kernel import Skipped, explain, rate
from evaluation.schemes import compile_scheme
from evaluation.schemes.document import SchemeDocument
from evaluation.schemes.shipped import scheme_library
from tests.evaluation.columns import Row, columns

DAY = date(2026, 11, 22)
MARKET_TYPES = sorted(code for code, shipped in RECORD_TYPES.items() if shipped.get("family") == "market")


def test_the_catalogue_ships_what_associations_keep_as_a_family_of_its_own():
    assert {"member-rating", "member-commendation", "member-warning", "member-complaint"} <= set(MARKET_TYPES)
    assert {"member-training", "member-contract-kept", "member-contract-broken"} <= set(MARKET_TYPES)
    for code in MARKET_TYPES:
        assert RECORD_TYPES[code]["category"] == "association"
        assert all(version["disclosure"] != "public" for version in RECORD_TYPES[code]["versions"])


@pytest.mark.parametrize("shipped", scheme_library(), ids=lambda one: one.code)
def test_records_of_associations_change_nothing(shipped):
    compiled = compile_scheme(shipped.document)
    considered = compiled.document.considered
    facts = {1: {name: words[0] for name, words in compiled.vocabulary.facts.items() if words}}
    facts[1] |= dict.fromkeys(compiled.vocabulary.fact_dates, date(2015, 3, 31))
    facts[1] |= dict.fromkeys(compiled.vocabulary.fact_numbers, Decimal(40))
    own = [
        Row(record=number, type=code, decided=DAY - timedelta(days=40 * number))
        for number, code in enumerate(considered.types, start=1)
    ]
    # Also where an association's type bore the very code that the scheme weighs.
    market = [
        Row(record=900 + number, type=code, market=True, decided=DAY - timedelta(days=10))
        for number, code in enumerate((*MARKET_TYPES, *considered.types))
    ]
    without = rate(columns(own, compiled.vocabulary, facts=facts), compiled, DAY)
    held = columns([*own, *market], compiled.vocabulary, facts=facts)
    beside = rate(held, compiled, DAY)
    for name in ("points", "place", "counted", "pointless"):
        assert getattr(without, name).tolist() == getattr(beside, name).tolist(), name
    assert not considered.market_types
    skipped = dict(
        zip(held.records.record.tolist(), explain(held, compiled, DAY).skipped.tolist(), strict=True)
    )
    assert {skipped[row.record] for row in market} == {Skipped.OTHER_FAMILY}


@pytest.mark.parametrize("shipped", scheme_library(), ids=lambda one: one.code)
def test_a_scheme_names_what_it_weighs_with_its_article_or_is_refused(shipped):
    document = shipped.document.model_dump(mode="json", by_alias=True)
    document["considered"] |= {"market_types": ["member-warning"], "article": ""}
    with pytest.raises(ValidationError):
        SchemeDocument.model_validate(document)
