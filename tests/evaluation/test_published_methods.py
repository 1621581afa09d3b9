"""Published methods written as schemes give the published figures. Nothing here touches the database."""

from datetime import date
from decimal import Decimal

import pytest

from evaluation.files import rate_rows, read_document
from evaluation.schemes import SchemeDocument
from tests.evaluation.columns import document, part, rules

TODAY = date(2026, 11, 22)


def rated(scheme, records, entities=None, as_of=TODAY):
    """What the scheme makes of rows, by entity; everything as text, as in a file."""
    one = scheme if isinstance(scheme, SchemeDocument) else read_document(scheme)
    rows = [{key: str(value) for key, value in row.items()} for row in records]
    facts = None if entities is None else [{k: str(v) for k, v in row.items()} for row in entities]
    return {row.entity: row for row in rate_rows(one, rows, facts, as_of)}


# FMCSA SMS

INSPECTED = {3: "2026-10-01", 2: "2026-03-01", 1: "2025-06-01"}


def inspections(*several, entity="carrier"):
    """Inspections by their time weight, each with the severities of its violations."""
    rows = []
    for number, (weight, severities) in enumerate(several):
        day, name = INSPECTED[weight], f"{entity}-{number}"
        own = {"entity": entity, "decided": day, "document_number": name, "severity": "", "oos_weight": 0}
        rows.append(own | {"type": "inspection", "inspection": ""})
        rows += [
            own
            | {
                "type": "violation",
                "document_number": f"{name}-{n}",
                "inspection": name,
                "severity": severity,
            }
            for n, severity in enumerate(severities)
        ]
    return rows


def carrier(entity="carrier", segment="combination", power_units=10, vmt=1_200_000):
    return {"entity": entity, "segment": segment, "power_units": power_units, "vmt": vmt}


@pytest.mark.parametrize(
    ("several", "measure"),
    [
        ([(3, [20, 20])], "30"),
        ([(3, [7]), (2, []), (1, [7])], "4.666667"),
        ([(2, ["0.5"])], "0.5"),
        ([(3, []), (1, [])], "0"),
    ],
)
def test_fmcsa_an_inspection_is_capped_and_weighs_by_its_age(several, measure):
    row = rated("fmcsa-sms", inspections(*several), [carrier()])["carrier"]
    assert row.values["inspection-measure"] == Decimal(measure)


@pytest.mark.parametrize("severity", ["", "-1"])
def test_fmcsa_a_severity_that_is_none_makes_the_measure_null_and_not_zero(severity):
    rows = inspections((3, [7, severity]))
    assert rated("fmcsa-sms", rows, [carrier()])["carrier"].values["inspection-measure"] is None


def test_fmcsa_a_violation_without_its_inspection_makes_the_measure_null():
    orphan = [row for row in inspections((3, [7]), (2, [7])) if row["document_number"] != "carrier-0"]
    assert rated("fmcsa-sms", orphan, [carrier()])["carrier"].values["inspection-measure"] is None
    twice = [*inspections((3, [7])), inspections((3, []))[0]]
    assert rated("fmcsa-sms", twice, [carrier()])["carrier"].values["inspection-measure"] is None


def test_fmcsa_without_a_relevant_inspection_there_is_no_denominator():
    old = [row | {"decided": "2024-01-30"} for row in inspections((3, [10]))]
    row = rated("fmcsa-sms", [*old, *inspections((3, [7]), entity="other")], [carrier(), carrier("other")])
    assert row["carrier"].values["inspection-measure"] is None
    assert row["carrier"].grade == ""


@pytest.mark.parametrize(
    ("segment", "vmt_per_unit", "factor"),
    [
        ("combination", 79_999, "1"),
        ("combination", 80_000, "1"),
        ("combination", 120_000, "1.300001"),
        ("combination", 160_000, "1.600002"),
        ("combination", 160_001, "1.6"),
        ("combination", 200_000, "1.6"),
        ("combination", 200_001, "1"),
        ("straight", 19_999, "1"),
        ("straight", 40_000, "2"),
        ("straight", 60_000, "3"),
        ("straight", 200_000, "3"),
        ("straight", 200_001, "1"),
    ],
)
def test_fmcsa_utilisation_follows_its_published_steps(segment, vmt_per_unit, factor):
    facts = [carrier(segment=segment, power_units=1, vmt=vmt_per_unit)]
    row = rated("fmcsa-sms", inspections((3, [7])), facts)["carrier"]
    assert row.values["utilisation"] == Decimal(factor)


def test_fmcsa_crashes_are_held_against_exposure_and_without_exposure_are_null():
    crash = {"type": "crash", "decided": INSPECTED[3], "severity": 2, "oos_weight": 0, "inspection": ""}
    rows = [crash | {"entity": name, "document_number": f"{name}{n}"} for name in "ab" for n in range(2)]
    result = rated("fmcsa-sms", rows, [carrier("a"), carrier("b", power_units=0)])
    # 2 crashes of severity 2, three times each, over 10 power units at 1.3.
    assert result["a"].values["crash-measure"] == Decimal("0.923076")
    assert result["b"].values["crash-measure"] is None


def test_fmcsa_percentiles_give_equals_the_lowest_rank():
    rows = []
    for name, severities in {
        "a": [1],
        "b": [5, 1, 1, 1],
        "c": [2, 2, 2, 2],
        "d": [4, 4, 4, 4],
        "e": [9] * 5,
    }.items():
        rows += inspections(
            *[(3, [severity]) for severity in severities], *[(3, [])] * (5 - len(severities)), entity=name
        )
    result = rated("fmcsa-sms", rows, [carrier(name) for name in "abcde"])
    measures = [result[name].values["inspection-measure"] for name in "abcde"]
    assert measures == [Decimal("0.2"), Decimal("1.6"), Decimal("1.6"), Decimal("3.2"), Decimal(9)]
    assert [result[name].points for name in "abcde"] == [0, 25, 25, 75, 100]
    assert [result[name].grade for name in "abcde"] == ["Q1", "Q2", "Q2", "Q4", "Q4"]


def test_fmcsa_too_few_inspections_leave_a_carrier_out_of_the_groups():
    rows = [
        *inspections(*[(3, [1])] * 4),
        *inspections(*[(3, [1])] * 5, entity="x"),
        *inspections(*[(3, [2])] * 5, entity="y"),
    ]
    result = rated("fmcsa-sms", rows, [carrier(), carrier("x"), carrier("y")])
    assert result["carrier"].values["inspection-percentile"] is None
    assert [result[name].points for name in "xy"] == [0, 100]


# Tax credit

END = date(2027, 4, 1)
KNOWN = {
    "entity": "firm",
    "information": "complete",
    "new_entity": "no",
    "revenue": 1_000_000,
    "operating_since": "2015-01-01",
    "previous_grade": "B",
    "vat_zero_in_a_row": 0,
    "vat_zero_in_all": 0,
    "accounts_kept": "yes",
    "clean_months": 0,
}


def breach(breach, day, corrected="", tax_amount="", months="", kind="tax-breach"):
    return {
        "entity": "firm", "type": kind, "breach": breach, "decided": day, "corrected_on": corrected,
        "tax_amount": tax_amount, "months": months,
    }  # fmt: skip


def tax(records, scheme="tax-credit-2025", as_of=END, **facts):
    row = rated(scheme, records, [KNOWN | facts], as_of)["firm"]
    return row.points, row.grade


WORKED = [
    breach("late-filing", "2026-03-01", "2026-03-03", 500),
    breach("late-filing", "2026-05-01", "2026-06-15", 9000),
    breach("bank-accounts", "2026-06-01", "2026-09-09"),
]


def test_tax_the_worked_example_of_the_new_rule():
    assert tax(WORKED) == (Decimal("91.4"), "A")


def test_tax_the_same_facts_under_the_old_rule():
    assert tax(WORKED, "tax-credit-2014") == (Decimal("90.4"), "A")


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("accounting-filing", ("2.4", "1.2", "0.6"), ("3", "2.4", "1.8", "1.2")),
        ("late-filing", ("4", "2", "1"), ("5", "4", "3", "2")),
        ("late-withholding", ("4", "2", "1"), ("5", "4", "3", "2")),
        ("bank-accounts", ("8.8", "4.4", "2.2"), ("11", "8.8", "6.6", "4.4")),
    ],
)
def test_tax_the_repair_tables_as_printed(kind, old, new):
    def back(scheme, corrected):
        rows = [breach(kind, "2026-03-01", corrected, 5000)]
        row = rated(scheme, rows, [KNOWN], date(2027, 12, 30))["firm"]
        return row.values["repair"]

    for corrected, points in zip(("2026-03-31", "2026-12-31", "2027-01-01"), old, strict=True):
        assert back("tax-credit-2014", corrected) == Decimal(points)
    for corrected, points in zip(("2026-03-04", "2026-03-31", "2026-05-30", "2026-05-31"), new, strict=True):
        assert back("tax-credit-2025", corrected) == Decimal(points)
    assert back("tax-credit-2025", "") == 0


@pytest.mark.parametrize(
    ("scheme", "amount", "points"),
    [
        ("tax-credit-2025", 2000, 5),
        ("tax-credit-2025", "2000.01", 4),
        ("tax-credit-2014", 1000, 5),
        ("tax-credit-2014", "1000.01", 4),
    ],
)
def test_tax_small_amounts_corrected_within_thirty_days_come_back_whole(scheme, amount, points):
    row = rated(scheme, [breach("late-filing", "2026-03-01", "2026-03-31", amount)], [KNOWN], END)["firm"]
    assert row.values["repair"] == points


@pytest.mark.parametrize(("months", "grade"), [(2, "A"), (3, "B"), (6, "B"), (7, "C"), (12, "C"), (13, "D")])
def test_tax_grades_begin_at_their_limits(months, grade):
    assert tax([breach("late-filing", "2026-03-01", months=months)]) == (Decimal(100 - 5 * months), grade)


def test_tax_a_tenth_below_a_limit_is_the_lower_grade():
    rows = [
        breach("accounting-filing", "2026-03-01", "2026-03-20"),
        breach("export-refund-verification", "2026-04-01"),
        breach("late-filing", "2026-03-01", "2026-04-30", months=2),
    ]
    assert tax([*rows, breach("late-filing", "2026-03-01", "2026-03-03")]) == (Decimal("94.4"), "A")
    assert tax([*rows, breach("late-filing", "2026-03-01")]) == (Decimal("89.4"), "B")
    assert tax([*rows, *[breach("late-filing", "2026-03-01")] * 5]) == (Decimal("69.4"), "C")


@pytest.mark.parametrize(
    "bar",
    [
        {"operating_since": "2024-04-02"},
        {"previous_grade": "D"},
        {"vat_zero_in_a_row": 3},
        {"vat_zero_in_all": 6},
        {"accounts_kept": "no"},
    ],
)
def test_tax_article_17_bars_grade_a(bar):
    assert tax([breach("late-filing", "2026-03-01")]) == (95, "A")
    assert tax([breach("late-filing", "2026-03-01")], **bar) == (95, "B")


def test_tax_start_m_and_direct_d():
    assert tax([]) == (100, "A")
    assert tax([], information="payment") == (93, "A")
    assert tax([], information="little") == (90, "A")
    assert tax([], information="little", scheme="tax-credit-2014") == (90, "A")
    assert tax([], new_entity="yes") == (100, "M")
    assert tax([], revenue=0) == (100, "M")
    assert tax([breach("late-filing", "2026-03-01", months=7)], revenue=0) == (65, "C")
    assert tax([breach("", "2026-03-01", kind="serious-breach")]) == (100, "D")
    assert tax([], clean_months=14) == (111, "A")


@pytest.mark.parametrize("scheme", ["tax-credit-2025", "tax-credit-2014"])
def test_tax_whoever_was_d_in_the_year_before_is_not_a_though_no_fact_says_so(scheme):
    def graded(*records, as_of=END, **facts):
        facts = {"previous_grade": ""} | facts
        return tax([*records, breach("late-filing", "2026-03-01")], scheme, as_of, **facts)[1]

    serious, many = (
        breach("", "2025-06-01", kind="serious-breach"),
        breach("late-filing", "2025-03-01", months=13),
    )
    assert graded() == graded(as_of=date(2026, 12, 31)) == "A"
    assert graded(serious) == graded(many) == graded(serious, as_of=date(2026, 12, 31)) == "B"
    # What the tax authority itself gave goes before, and a D of the year before that is over.
    assert graded(serious, previous_grade="C") == "A"
    assert graded(breach("", "2024-06-01", kind="serious-breach")) == "A"
    # Corrected before that year was over it was a C; corrected later it was not known then.
    assert graded(breach("late-filing", "2025-03-01", "2025-05-01", months=13)) == "A"
    assert graded(breach("late-filing", "2025-03-01", "2026-01-05", months=13)) == "B"


def test_tax_breaches_of_the_years_before_do_not_count_again():
    others = [breach("late-filing", f"{year}-12-31", months=2) for year in (2024, 2025)]
    for day in (END, date(2026, 12, 31)):
        assert tax([*others, *WORKED], as_of=day) == (Decimal("91.4"), "A")
    assert tax(WORKED, as_of=date(2026, 11, 22)) == (Decimal("91.4"), "A")


def test_tax_a_breach_whose_points_were_not_read_is_not_guessed():
    assert tax([breach("something-else", "2026-03-01")]) == (None, "")


# San Francisco


def sf(*risks):
    visit = {
        "entity": "cafe",
        "type": "inspection",
        "decided": "2016-05-13",
        "document_number": "i",
        "inspection": "",
        "risk_category": "",
    }
    return [
        visit,
        *[
            visit
            | {"type": "violation", "document_number": f"v{n}", "inspection": "i", "risk_category": risk}
            for n, risk in enumerate(risks)
        ],
    ]


@pytest.mark.parametrize(
    ("risks", "score", "band"),
    [
        ((), 100, "Good"),
        (["High Risk"], 93, "Good"),
        (["Moderate Risk"], 96, "Good"),
        (["Low Risk"], 98, "Good"),
        (["High Risk", "Low Risk", ""], 91, "Good"),
        (["High Risk", "Moderate Risk"], 89, "Adequate"),
        (["High Risk", "High Risk"], 86, "Adequate"),
        (["High Risk", "Moderate Risk", "Moderate Risk"], 85, "Needs Improvement"),
        (["High Risk"] * 4 + ["Low Risk"], 70, "Poor"),
    ],
)
def test_san_francisco_takes_points_off_by_risk(risks, score, band):
    row = rated("sf-restaurants", sf(*risks))["cafe"]
    assert (row.points, row.grade) == (score, band)


def test_san_francisco_scores_the_last_inspection_only():
    earlier = [
        row | {"decided": "2015-01-01", "document_number": f"old{n}", "inspection": "old0" if n else ""}
        for n, row in enumerate(sf("High Risk"))
    ]
    assert rated("sf-restaurants", [*earlier, *sf("Low Risk")])["cafe"].points == 98


# Other published shapes, each said in the language without code


def scheme(*components, **changes):
    return SchemeDocument.model_validate(
        document(
            *components,
            **(
                {"start": None, "enough": {"article": "2", "records": 0}, "floor": None, "ceiling": None}
                | changes
            ),
        )
    )


def grade(letter, **what):
    return {"letter": letter, "meaning": {"zh": letter, "en": letter}, **what}


AREAS = ("hygiene", "structure", "management")
HYGIENE = {
    "components": [
        *(part({"kind": "formula", "formula": {"fact": area}}, area) for area in AREAS),
        part(
            {"kind": "formula", "weight": 0, "formula": {"largest": [{"value": area} for area in AREAS]}},
            "worst",
        ),
    ],
    "scale": [
        grade(letter, at_most=total, when={"test": {"value": "worst"}, "at_most": worst})
        for letter, total, worst in (("5", 15, 5), ("4", 20, 10), ("3", 30, 10), ("2", 40, 15), ("1", 50, 20))
    ]
    + [grade("0")],
}


@pytest.mark.parametrize(
    ("scores", "letter"),
    [
        ((5, 5, 5), "5"),
        ((0, 0, 10), "4"),
        ((10, 10, 0), "4"),
        ((10, 10, 10), "3"),
        ((15, 10, 0), "2"),
        ((20, 0, 0), "1"),
        ((15, 15, 20), "1"),
        ((25, 0, 0), "0"),
        ((20, 20, 20), "0"),
    ],
)
def test_bands_go_by_the_total_and_the_largest_component_together(scores, letter):
    facts = [{"entity": "x"} | dict(zip(AREAS, scores, strict=True))]
    assert rated(scheme(**HYGIENE), [], facts)["x"].grade == letter


FACTORS = [f"factor-{n}" for n in range(1, 7)]


def factors_rated(value):
    return {"how_many": [{"test": {"value": code}, "equals": value} for code in FACTORS]}


COUNTS = {
    "components": [
        *(
            part({"kind": "formula", "weight": 0, "formula": {"by": f"entity.{code.replace('-', '_')}", "gives": {"S": 0, "C": 1, "U": 2}, "otherwise": None}}, code)
            for code in FACTORS
        ),
        part({"kind": "formula", "weight": 0, "formula": factors_rated(2)}, "unsatisfactory"),
        part({"kind": "formula", "weight": 0, "formula": factors_rated(1)}, "conditional"),
    ],
    "scale": [
        grade("S", when={"all": [{"test": {"value": "unsatisfactory"}, "equals": 0}, {"test": {"value": "conditional"}, "at_most": 2}]}),
        grade("C", when={"any": [
            {"all": [{"test": {"value": "unsatisfactory"}, "equals": 0}, {"test": {"value": "conditional"}, "more_than": 2}]},
            {"all": [{"test": {"value": "unsatisfactory"}, "equals": 1}, {"test": {"value": "conditional"}, "at_most": 2}]},
        ]}),
        grade("U"),
    ],
    "enough": {"article": "2", "records": 0, "when": {"known": {"value": "unsatisfactory"}}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("factors", "letter"),
    [
        ("SSSSSS", "S"),
        ("CCSSSS", "S"),
        ("CCCSSS", "C"),
        ("UCCSSS", "C"),
        ("UCCCSS", "U"),
        ("UUSSSS", "U"),
        ("S-SSSS", ""),
    ],
)
def test_a_rule_table_counts_factors_and_refuses_where_one_is_missing(factors, letter):
    facts = [{"entity": "x"} | {f"factor_{n}": factor for n, factor in enumerate(factors, 1)}]
    row = rated(scheme(**COUNTS), [], facts)["x"]
    assert (row.grade, row.points) == (letter, None)


@pytest.mark.parametrize(
    ("loading", "points"), [("0.95", "6"), ("0.949", "5.694"), ("0.8", "4.8"), ("1", "6"), ("", None)]
)
def test_a_rate_gives_all_its_points_from_a_limit_and_below_it_its_share(loading, points):
    share = {
        "steps": {"fact": "loading"},
        "table": [{"at_least": "0.95", "gives": 6}, {"gives": {"multiply": [{"fact": "loading"}, 6]}}],
    }
    row = rated(scheme({"kind": "formula", "formula": share}), [], [{"entity": "x", "loading": loading}])["x"]
    assert row.points == (None if points is None else Decimal(points))


def test_no_records_do_not_divide_by_zero():
    rate = {"divide": [{"count": {"types": ["tax"]}}, {"count": {"types": ["penalty"]}}], "places": 4}
    facts = [{"entity": "x"}]
    assert rated(scheme({"kind": "formula", "formula": rate}), [], facts)["x"].points is None


@pytest.mark.parametrize(
    ("counts", "listed"),
    [((8, 2, 2), True), ((6, 0, 2), False), ((27, 0, 0), True), ((26, 0, 0), False)],
)
def test_a_cascade_carries_over_by_threes(counts, listed):
    def third(number):
        return {"round": {"divide": [number, 3], "places": 9}, "to": 1, "mode": "floor"}

    cascade = [
        part({"kind": "formula", "weight": 0, "formula": third({"fact": "general"})}, "c-1"),
        part(
            {
                "kind": "formula",
                "weight": 0,
                "formula": third({"add": [{"fact": "heavier"}, {"value": "c-1"}]}),
            },
            "c-2",
        ),
        part(
            {
                "kind": "formula",
                "weight": 0,
                "formula": third({"add": [{"fact": "serious"}, {"value": "c-2"}]}),
            },
            "c-3",
        ),
    ]
    scale = [grade("free", when={"test": {"value": "c-3"}, "less_than": 1}), grade("listed")]
    facts = [{"entity": "x"} | dict(zip(("general", "heavier", "serious"), counts, strict=True))]
    assert rated(scheme(components=cascade, scale=scale), [], facts)["x"].grade == (
        "listed" if listed else "free"
    )


@pytest.mark.parametrize(("months", "points"), [(6, -20), (7, -50), (12, -50), (13, -100)])
def test_arrears_fall_into_their_step_where_the_text_overlaps(months, points):
    steps = {
        "steps": {"field": "months"},
        "table": [{"at_most": 6, "gives": -20}, {"at_most": 12, "gives": -50}, {"gives": -100}],
    }
    arrears = {"kind": "records", "records": {"types": ["penalty"]}, "each": steps, "rounding": 1}
    rows = [{"entity": "x", "type": "penalty", "months": months}]
    assert rated(scheme(arrears), rows)["x"].points == points


def test_a_streak_of_years_gives_its_points_and_ends_with_a_gap():
    streak = {
        "kind": "records", "records": {"types": ["inspection"]}, "take": "streak",
        "streak": {"of": {"types": ["inspection"], "values": {"result": ["A"]}}, "every": "year"},
    }  # fmt: skip
    rows = [
        {"entity": entity, "type": "inspection", "decided": f"{year}-05-01", "result": result}
        for entity, years in {
            "a": range(2020, 2026),
            "b": (2020, 2021, 2023, 2024),
            "c": range(2020, 2026),
        }.items()
        for year in years
        for result in ("B" if entity == "c" and year == 2023 else "A",)
    ]
    result = rated(scheme(streak), rows)
    assert [result[name].points for name in "abc"] == [6, 2, 2]


def test_a_worse_grade_may_come_by_one_step_and_a_grade_may_be_taken_away():
    acts = rules(
        {"when": {"records": {"types": ["list"]}}, "then": {"worse_by": 1}},
        {"when": {"records": {"types": ["tax"]}}, "then": {"floor": "B"}, "final": True},
        {"when": {"records": {"types": ["inspection"]}}, "then": {"unrated": True}},
    )
    one = scheme({"kind": "formula", "formula": 80}, rules=acts)
    rows = {"a": ("list",), "b": ("list", "tax"), "c": ("inspection",), "d": ("tax", "inspection"), "e": ()}
    records = [{"entity": name, "type": kind} for name, kinds in rows.items() for kind in kinds]
    result = rated(one, records, [{"entity": name} for name in rows])
    assert [result[name].grade for name in "abcde"] == ["C", "B", "", "B", "B"]


# Two tables of Chinese cities that do not come along


#: Xingtai's table for legal persons of 2020; it prints points and neither a start nor grades, so the sum is all.
XINGTAI = {
    "contract-breach": -20,
    "contract-fraud": -50,
    "evading-duties": -50,
    "loan-or-refund-fraud": -100,
    "counterfeit-goods": -100,
    "misleading-consumers": -50,
    "construction-payment": -30,
    "overdue-bank-loan": -20,
    "illegal-fund-raising": -40,
    "lost-suit-for-debts": -30,
    "unlawful-employment": -50,
    "social-insurance-not-declared": -10,
    "tax-evasion": -20,
}


def by_months(*steps):
    """A table of arrears: up to so many months, so many points; the last row takes the rest."""
    *rows, (_months, last) = steps
    table = [{"at_most": months, "gives": points} for months, points in rows]
    return {"steps": {"field": "months"}, "table": [*table, {"gives": last}]}


XINGTAI_EACH = {
    "case": [
        {
            "when": {"record": {"values": {"act": ["court-found-arrears"]}}},
            "gives": by_months((6, -20), (12, -50), (None, -100)),
        },
        {
            "when": {"record": {"values": {"act": ["wage-or-insurance-arrears"]}}},
            "gives": by_months((2, -10), (6, -30), (None, -50)),
        },
        {
            "when": {"record": {"values": {"act": ["overdue-bank-loan"]}}},
            "gives": {"multiply": [-20, {"field": "months"}]},
        },
    ],
    "otherwise": {"by": "act", "gives": XINGTAI, "otherwise": None},
}


@pytest.mark.parametrize(
    ("act", "months", "points"),
    [
        *((act, "", points) for act, points in XINGTAI.items() if act != "overdue-bank-loan"),
        ("overdue-bank-loan", 3, -60),
        *(("court-found-arrears", *row) for row in ((6, -20), (7, -50), (12, -50), (13, -100))),
        *(("wage-or-insurance-arrears", *row) for row in ((2, -10), (3, -30), (6, -30), (7, -50))),
        ("court-found-arrears", "", None),
        ("not-in-the-table", "", None),
    ],
)
def test_xingtai_takes_its_points_by_act_and_by_months(act, months, points):
    table = {"kind": "records", "records": {"types": ["penalty"]}, "each": XINGTAI_EACH, "rounding": 1}
    rows = [{"entity": "x", "type": "penalty", "act": act, "months": months}]
    assert rated(scheme(table), rows)["x"].points == points


def zhejiang_streak(kind, grade, table):
    """Points by the length of a streak of years with the best grade."""
    return {
        "kind": "records",
        "records": {"types": [kind]},
        "take": "streak",
        "streak": {"of": {"types": [kind], "values": {"grade": grade}}, "every": "year"},
        "ceiling": table,
    }


#: Zhejiang's administration of industry and commerce, 2004: a point for each lawful year from 2000 on.
ZHEJIANG = [
    part(
        {
            "kind": "formula",
            "floor": 0,
            "formula": {
                "subtract": [
                    {"add": [{"elapsed": ["1999-12-31", "as-of"], "unit": "calendar-years"}, -1]},
                    {
                        "count": {
                            "types": ["penalty"],
                            "where": [{"test": {"elapsed": ["2000-01-01", "decided"]}, "at_least": 0}],
                        },
                        "per": ["year"],
                    },
                ]
            },
        },
        "lawful-years",
    ),
    part({**zhejiang_streak("inspection", ["A"], 10), "weight": 0}, "inspected-well"),
    part(
        {"kind": "formula", "formula": {"round": {"value": "inspected-well"}, "to": 2, "mode": "down"}},
        "inspections",
    ),
    part(zhejiang_streak("tax", ["A"], 5), "taxed-well"),
    part(
        {
            "kind": "records",
            "records": {"types": ["brand"]},
            "take": "largest",
            "each": {"by": "level", "gives": {"county": 2, "city": 4, "province": 6, "nation": 8}},
            "if_unknown": 0,
        },
        "brands",
    ),
]


def zhejiang(records, as_of=date(2005, 3, 1)):
    one = scheme(
        components=ZHEJIANG,
        start={"article": "1", "points": 100},
        considered={"article": "1", "types": ["penalty", "inspection", "tax", "brand"]},
    )
    blank = {"entity": "x", "grade": "", "level": ""}
    return rated(one, [blank | row for row in records], [{"entity": "x"}], as_of)["x"].points


def yearly(kind, years, grade="A"):
    return [{"type": kind, "decided": f"{year}-05-01", "grade": grade} for year in years]


@pytest.mark.parametrize(
    ("records", "points"),
    [
        # 2000 to 2004 are five whole years.
        ([], 105),
        (yearly("penalty", [1999]), 105),
        (yearly("penalty", [2001, 2001, 2003]), 103),
        (yearly("inspection", range(2003, 2005)), 107),
        (yearly("inspection", range(2002, 2005)), 107),
        (yearly("inspection", range(1993, 2005)), 115),
        (yearly("inspection", (2000, 2001, 2003, 2004)), 107),
        (yearly("tax", range(2002, 2005)), 108),
        (yearly("tax", range(1997, 2005)), 110),
        (
            [{"type": "brand", "decided": "2003-01-01", "level": level} for level in ("county", "province")],
            111,
        ),
    ],
)
def test_zhejiang_gives_a_point_a_year_and_more_for_streaks_and_brands(records, points):
    assert zhejiang(records) == points
