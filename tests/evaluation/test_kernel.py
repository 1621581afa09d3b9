"""The kernel on worked numbers. Nothing here touches the database."""

from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

from evaluation.columns import Vocabulary
from evaluation.exact import weighted
from evaluation.kernel import NOT_RATED, Piece, Skipped, explain, rate
from evaluation.schemes import SchemeDocument, compile_scheme
from tests.evaluation.columns import PENALTIES, Row, columns, document, rules

TODAY = date(2026, 11, 22)


def scheme(*indicators, **changes):
    return compile_scheme(SchemeDocument.model_validate(document(*(indicators or (PENALTIES,)), **changes)))


def points_of(rows, compiled, as_of=TODAY):
    """Points (hundredths) and letter of the only entity."""
    ratings = rate(columns(rows, compiled.vocabulary), compiled, as_of)
    place = ratings.place[0]
    return ratings.points[0], None if place == NOT_RATED else compiled.letters[place]


def test_each_class_of_penalty_takes_its_points_off_the_start():
    rows = [
        Row(record=1, severity="minor"),
        Row(record=2, severity="general"),
        Row(record=3, severity="serious"),
    ]
    assert points_of(rows, scheme()) == (80_00 - 2_00 - 10_00 - 20_00, "D")


@pytest.mark.parametrize(
    ("points", "letter"),
    [("10", "A"), ("9.9", "B"), ("-5", "B"), ("-5.1", "C"), ("-25", "C"), ("-25.1", "D"), ("-80", "D")],
)
def test_a_grade_begins_exactly_at_its_limit(points, letter):
    one = scheme({"kind": "records", "records": {"types": ["penalty"]}, "each": points})
    assert points_of([Row()], one)[1] == letter


@pytest.mark.parametrize(
    ("decided", "taken"),
    [
        (date(2026, 5, 23), 10_00),
        (date(2026, 5, 22), 8_00),
        (date(2025, 11, 23), 8_00),
        (date(2025, 11, 22), 3_30),
        (date(1999, 1, 1), 3_30),
    ],
)
def test_a_record_weighs_less_from_the_day_on_which_it_is_so_many_months_old(decided, taken):
    bands = [{"below": 6, "weight": "1"}, {"below": 12, "weight": "4/5"}, {"weight": "1/3"}]
    assert (
        points_of([Row(decided=decided)], scheme(PENALTIES | {"age": {"bands": bands}}))[0] == 80_00 - taken
    )


def test_the_heaviest_kind_of_penalty_adds_its_points_and_the_others_add_none():
    heaviest = {"by": "penalty-kind", "gives": {"fine": -1, "closed": -8, "warning": -0.5}}
    one = scheme(PENALTIES | {"each": {"add": [PENALTIES["each"], heaviest]}})
    assert points_of([Row(kinds=("fine", "closed", "warning"))], one)[0] == 80_00 - 10_00 - 8_00
    assert points_of([Row(kinds=("fine",))], one)[0] == 80_00 - 10_00 - 1_00
    assert points_of([Row(severity="", kinds=())], one)[0] == 80_00


def test_an_indicator_takes_no_more_than_its_limit_and_says_so():
    one = scheme(PENALTIES | {"floor": -25})
    rows = [Row(record=n) for n in range(1, 5)]
    assert points_of(rows, one)[0] == 55_00
    findings = explain(columns(rows, one.vocabulary), one, TODAY).findings
    assert findings.points[findings.piece == Piece.LIMIT].tolist() == [15_00]


def test_points_never_leave_the_bounds_of_the_scheme_and_the_finding_says_so():
    rows = [Row(record=n, severity="serious") for n in range(1, 6)]
    assert points_of(rows, scheme())[0] == 0
    explained = explain(columns(rows, scheme().vocabulary), scheme(), TODAY)
    assert explained.findings.points[explained.findings.piece == Piece.BOUNDS].tolist() == [20_00]


TAX = {
    "kind": "records",
    "records": {"types": ["tax"]},
    "each": {"by": "grade", "gives": {"A": 6, "B": 2, "D": -12, "S": 0}},
    "take": "latest",
    "if_unknown": 0,
}
LAST = {"types": ["tax"], "latest": True}
TAX_RULES = rules(
    {"when": {"records": LAST | {"values": {"grade": ["S"]}}}, "then": {"grade": "A"}},
    {"when": {"records": LAST | {"values": {"grade": ["D"]}}}, "then": {"ceiling": "C"}},
    {"when": {"records": {"types": ["list"]}}, "then": {"ceiling": "D"}},
)


def tax(grade, **row):
    return Row(type="tax", severity="", values={"grade": grade}, **row)


def test_of_several_yearly_grades_only_the_last_speaks():
    rows = [tax("D", record=5, decided=date(2024, 5, 1)), tax("A", record=1, decided=date(2025, 5, 1))]
    assert points_of(rows, scheme(TAX)) == (86_00, "B")
    findings = explain(columns(rows, scheme(TAX).vocabulary), scheme(TAX), TODAY).findings
    assert findings.superseded[findings.piece == Piece.RECORD].tolist() == [False, True]


def test_of_two_grades_of_one_day_the_one_that_came_later_speaks():
    day = date(2025, 5, 1)
    assert (
        points_of([tax("A", record=1, decided=day), tax("B", record=2, decided=day)], scheme(TAX))[0] == 82_00
    )
    assert (
        points_of([tax("A", record=2, decided=day), tax("B", record=1, decided=day)], scheme(TAX))[0] == 86_00
    )


def test_a_value_may_hold_the_grade_down_whatever_the_points():
    praise = {"kind": "records", "records": {"types": ["inspection"]}, "each": 30}
    rows = [tax("D", record=1), Row(record=2, type="inspection", severity="")]
    assert points_of(rows, scheme(TAX, praise, rules=TAX_RULES)) == (98_00, "C")


def test_a_value_may_give_a_grade_directly_but_a_ceiling_still_holds():
    one = scheme(TAX, PENALTIES, rules=TAX_RULES)
    assert points_of([tax("S", record=1), Row(record=2)], one) == (70_00, "A")
    on_list = Row(record=3, type="list", severity="")
    assert points_of([tax("S", record=1), on_list], one) == (80_00, "D")


def test_a_value_that_the_scheme_does_not_name_counts_as_data_and_moves_nothing():
    assert points_of([tax("M")], scheme(TAX)) == (80_00, "B")


def test_a_ceiling_holds_only_from_its_number_of_records_on():
    serious = {"records": {"types": ["penalty"], "classes": ["serious"]}, "at_least": 2}
    one = scheme(TAX, rules=rules({"when": serious, "then": {"ceiling": "D"}}))
    assert points_of([Row(severity="serious")], one)[1] == "B"
    assert points_of([Row(record=1, severity="serious"), Row(record=2, severity="general")], one)[1] == "B"
    assert points_of([Row(record=1, severity="serious"), Row(record=2, severity="serious")], one)[1] == "D"


def test_counting_may_start_elsewhere_for_those_who_meet_a_condition():
    clean_ones = {"types": ["inspection"], "values": {"finding": ["none"]}}
    start = {
        "case": [
            {"when": {"records": clean_ones}, "gives": 85},
            {"when": {"records": {"types": ["inspection"]}}, "gives": 70},
        ],
        "otherwise": 80,
    }
    one = scheme(PENALTIES, start={"article": "3", "points": start})
    clean = Row(record=1, type="inspection", severity="", values={"finding": "none"})
    other = Row(record=2, type="inspection", severity="", values={"finding": "further"})
    assert points_of([Row(record=3)], one)[0] == 70_00
    assert points_of([clean], one)[0] == 85_00
    assert points_of([clean, other], one)[0] == 85_00
    assert points_of([other], one)[0] == 70_00


def test_with_too_little_to_go_by_an_entity_is_not_rated_which_is_no_bad_grade():
    one = scheme()
    nothing = rate(columns([], one.vocabulary, entities=(7,)), one, TODAY)
    assert nothing.place.tolist() == [NOT_RATED]
    assert nothing.counted.tolist() == [0]
    two = scheme(enough={"article": "2", "records": 2})
    assert points_of([Row()], two)[1] is None
    assert points_of([Row(record=1), Row(record=2)], two)[1] == "C"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (Row(), Skipped.COUNTED),
        (Row(until=TODAY), Skipped.COUNTED),
        (Row(objected=True), Skipped.COUNTED),
        (Row(until=date(2026, 11, 21)), Skipped.EXPIRED),
        (Row(standing="repaired"), Skipped.REPAIRED),
        (Row(standing="expired"), Skipped.EXPIRED),
        (Row(standing="withdrawn"), Skipped.WITHDRAWN),
        (Row(standing="replaced"), Skipped.REPLACED),
        (Row(decided=date(2026, 11, 23)), Skipped.NOT_YET),
        (Row(type="praise", market=True), Skipped.OTHER_FAMILY),
        (Row(type="penalty", market=True), Skipped.OTHER_FAMILY),
        (Row(type="gossip"), Skipped.NOT_CONSIDERED),
    ],
)
def test_every_record_counts_or_has_its_reason(row, why):
    one = scheme()
    assert explain(columns([row], one.vocabulary), one, TODAY).skipped.tolist() == [why]


def test_a_scheme_may_leave_out_what_is_under_objection():
    one = scheme(considered={"article": "1", "types": ["penalty"], "objected": "left-out"})
    assert explain(columns([Row(objected=True)], one.vocabulary), one, TODAY).skipped.tolist() == [
        Skipped.OBJECTED
    ]


def test_market_credit_information_counts_only_where_the_scheme_names_its_type():
    names = {"article": "1", "types": ["penalty"], "market_types": ["warning"]}
    warned = {"kind": "records", "records": {"types": ["warning"]}, "each": -3}
    rows = [Row(type="warning", market=True, severity="")]
    assert points_of(rows, scheme(warned, considered=names)) == (77_00, "B")
    assert points_of(rows, scheme()) == (80_00, None)


@pytest.mark.parametrize(
    ("points", "weight", "step", "result"),
    [
        (-7_50, (3, 4), 10, -5_60),
        (7_50, (3, 4), 10, 5_60),
        (5, (1, 1), 10, 10),
        (4, (1, 1), 10, 0),
        (-5, (1, 1), 10, -10),
        (10_00, (1, 3), 1, 3_33),
        (10_00, (2, 3), 1, 6_67),
        (10_00, (0, 1), 10, 0),
    ],
)
def test_rounding_goes_half_away_from_zero(points, weight, step, result):
    above, below = (np.array([number]) for number in weight)
    assert weighted(np.array([points]), above, below, step).tolist() == [result]


def test_one_run_rates_many_entities_each_by_its_own_records():
    one = scheme()
    rows = [Row(entity=30, record=1), Row(entity=10, record=2, severity="serious"), Row(entity=30, record=3)]
    ratings = rate(columns(rows, one.vocabulary, entities=(20,)), one, TODAY)
    assert ratings.entities.tolist() == [10, 20, 30]
    assert ratings.points.tolist() == [60_00, 80_00, 60_00]
    assert ratings.place.tolist() == [2, NOT_RATED, 2]
    assert ratings.counted.tolist() == [1, 0, 2]


def test_columns_with_words_for_several_schemes_serve_each_of_them():
    first, second = scheme(), scheme(TAX)
    both = Vocabulary.union([first.vocabulary, second.vocabulary])
    rows = [Row(record=1), tax("A", record=2)]
    assert rate(columns(rows, both), first, TODAY).points.tolist() == [70_00]
    assert rate(columns(rows, both), second, TODAY).points.tolist() == [86_00]


def test_nothing_that_makes_a_grade_is_a_binary_fraction():
    one = scheme(PENALTIES | {"age": {"bands": [{"weight": "1/3"}]}}, TAX)
    explained = explain(columns([Row(), tax("A", record=2)], one.vocabulary), one, TODAY)
    for part in (explained.ratings, explained.findings):
        for name in part.__slots__:
            assert getattr(part, name).dtype.kind in "ib", name


NAMED = {"code": "a", "name": {"zh": "字", "en": "W"}, "article": "1"}
FORMULA = NAMED | {"kind": "formula"}
ON_LIST = {"records": {"types": ["list"]}}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"scale": document()["scale"][:3]}, "Every grade but the last"),
        ({"scale": [*document()["scale"][1::-1], *document()["scale"][2:]]}, "from the best to the worst"),
        ({"floor": 100}, "floor lies below"),
        ({"components": [PENALTIES | NAMED | {"each": "0.05"}]}, "multiple of the rounding step"),
        ({"components": [PENALTIES | NAMED | {"records": {"types": ["gossip"]}}]}, "does not consider"),
        ({"rules": [NAMED | {"when": ON_LIST, "then": {"ceiling": "Z"}}]}, "not on the scale"),
        ({"rules": [NAMED | {"when": ON_LIST, "then": {"ceiling": "C", "grade": "D"}}]}, "does one thing"),
        ({"components": [PENALTIES | NAMED, PENALTIES | NAMED]}, "the same code"),
        (
            {"components": [PENALTIES | NAMED | {"age": {"bands": [{"below": 12, "weight": "1"}]}}]},
            "last age band",
        ),
        (
            {
                "components": [
                    PENALTIES | NAMED | {"age": {"bands": [{"below": 1, "weight": "one"}, {"weight": "1"}]}}
                ]
            },
            "pattern",
        ),
        ({"components": [FORMULA | {"formula": {"value": "later"}}]}, "does not stand before it"),
        ({"components": [FORMULA | {"formula": {"field": "amount"}}]}, "where a record is looked at"),
        ({"components": [FORMULA | {"formula": {"gossip": 1}}]}, "A number is written as"),
        (
            {"family": "risk", "seen_by": {"public": True, "basis": {"zh": "字", "en": "W"}}},
            "for officials only",
        ),
        ({"gossip": 1}, "Extra inputs"),
    ],
)
def test_a_scheme_that_does_not_hold_together_is_refused_with_the_reason(changes, complaint):
    with pytest.raises(ValidationError, match=complaint):
        SchemeDocument.model_validate(document(PENALTIES) | changes)


def test_what_if_a_record_were_repaired_and_another_came():
    one = scheme()
    now = columns([Row(record=1), Row(record=2, severity="serious")], one.vocabulary)
    assert rate(now, one, TODAY).points.tolist() == [50_00]
    assert rate(now.without([2]), one, TODAY).points.tolist() == [70_00]
    more = now.adding(columns([Row(record=3, severity="minor")], one.vocabulary))
    assert rate(more, one, TODAY).points.tolist() == [48_00]
    assert rate(more.without([1, 2, 3]), one, TODAY).place.tolist() == [NOT_RATED]
    with pytest.raises(ValueError, match="other entities"):
        now.adding(columns([Row(entity=2)], one.vocabulary))


def test_a_shard_holds_its_entities_and_their_records_only():
    one = scheme()
    rows = [Row(entity=entity, record=entity) for entity in (1, 2, 2, 3)]
    whole = columns(rows, one.vocabulary)
    part = whole.shard(1, 3)
    assert part.entities.tolist() == [2, 3]
    assert rate(part, one, TODAY).points.tolist() == rate(whole, one, TODAY).points.tolist()[1:]


def test_a_number_beyond_all_measure_is_not_known_and_spoils_nobody_else():
    amount = {"field": "amount"}
    one = scheme(
        {"kind": "records", "records": {"types": ["penalty"]}, "each": {"multiply": [amount, amount]}},
        start=None,
        floor=None,
        ceiling=None,
    )
    rows = [
        Row(entity=1, record=1, values={"amount": "9999999999999.99"}),
        Row(entity=2, record=2, values={"amount": "1200.5"}),
        Row(entity=3, record=3, values={"amount": "30000000"}),
    ]
    ratings = rate(columns(rows, one.vocabulary), one, TODAY)
    assert ratings.pointless.tolist() == [True, False, False]
    assert ratings.place.tolist() == [NOT_RATED, 0, 0]
    # To the tenth of a point, as the scheme says.
    assert ratings.points.tolist()[1:] == [1_441_200_30, 900_000_000_000_000_00]
