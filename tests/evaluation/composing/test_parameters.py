"""The numbers of a scheme that may be turned."""

import pytest

from evaluation.composing.parameters import parameters_of
from evaluation.schemes import SchemeDocument, compile_scheme
from evaluation.schemes.shipped import scheme_library

LIBRARY = {one.code: one.document for one in scheme_library()}


def by_place(document):
    return {".".join(map(str, one.path)): one for one in parameters_of(document)}


def test_points_weights_ages_limits_and_counts_may_be_turned():
    found = by_place(LIBRARY["city-comprehensive"])

    def steps(place):
        one = found[place]
        return one.value, one.down, one.up

    assert steps("start.points") == ("84", "75.6", "92.4")
    assert steps("components.0.each.add.0.gives.minor") == ("-2", "-2.2", "-1.8")
    assert steps("components.4.each") == ("1.5", "1.3", "1.7")
    assert steps("components.0.age.bands.1.weight") == ("4/5", "18/25", "22/25")
    assert steps("components.0.age.bands.0.below") == ("6", "5", "7")
    assert steps("components.0.floor") == ("-60", "-66", "-54")
    assert steps("scale.0.from") == ("90", "81", "99")
    assert steps("enough.records") == ("1", "0", "2")
    # A zero says "none", and names are no numbers.
    assert "floor" not in found
    assert not [place for place in found if "article" in place or "types" in place or "language" in place]


def test_the_grade_that_a_rule_gives_is_no_parameter():
    assert not [place for place in by_place(LIBRARY["city-comprehensive"]) if "then" in place]


@pytest.mark.parametrize("code", sorted(LIBRARY))
def test_each_step_gives_another_document_or_is_refused_by_the_language(code):
    document: SchemeDocument = LIBRARY[code]
    found = parameters_of(document)

    assert len({one.path for one in found}) == len(found) > 5
    for one in found[:: max(len(found) // 12, 1)]:
        for value in (one.down, one.up):
            changed = one.in_place(document, value)
            if changed is None:
                continue
            assert changed != document
            # So a simulation need not compile each anew.
            assert compile_scheme(changed).vocabulary == compile_scheme(document).vocabulary
