"""The kernel against the same rules written down plainly, a record at a time, with fractions."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from hypothesis import HealthCheck, given, settings, strategies as st

from credit_platform.common.working_days import months_after
from evaluation.kernel import rate
from evaluation.schemes import SchemeDocument, compile_scheme
from tests.evaluation.columns import Row, columns, document

TODAY = date(2026, 11, 22)
POINTS = {"": -6, "minor": -2, "general": -10, "serious": -20}
BANDS = [(6, Fraction(1)), (12, Fraction(4, 5)), (None, Fraction(1, 3))]
TAKES = ("sum", "count", "largest", "smallest", "latest", "earliest", "mean")
STEP = Fraction(1, 10)

rows = st.lists(
    st.builds(
        Row,
        entity=st.integers(1, 3),
        severity=st.sampled_from(list(POINTS)),
        decided=st.dates(date(2024, 1, 1), TODAY),
        values=st.fixed_dictionaries(
            {"event": st.sampled_from(["", "e1", "e2"]), "document-number": st.just("")}
        ),
    ),
    max_size=14,
).map(lambda several: [replace(row, record=n) for n, row in enumerate(several, 1)])
groups = st.none() | st.fixed_dictionaries(
    {"take": st.sampled_from(["sum", "largest", "smallest", "latest", "count"])},
    optional={"floor": st.integers(-30, -5), "start": st.integers(-5, 5), "aged": st.just(True)},
)
recency = st.sampled_from([(), ("1", "1/2"), ("1/2", "1/3", "1/6")])
parts = st.fixed_dictionaries(
    {
        "take": st.sampled_from(TAKES),
        "aged": st.booleans(),
        "group": groups,
        "recency": recency,
        "highest": st.none() | st.integers(1, 3),
        "repeated": st.booleans(),
        "within": st.none() | st.integers(1, 400),
        "enough": st.integers(0, 2),
    }
)


def rounded(value: Fraction) -> Fraction:
    """To a tenth, half away from zero."""
    steps = floor(abs(value) / STEP + Fraction(1, 2)) * STEP
    return steps if value >= 0 else -steps


def age_weight(day: date) -> Fraction:
    return next(weight for months, weight in BANDS if months is None or months_after(day, months) > TODAY)


def repetition(row: Row, several: list[Row], within: int | None) -> Fraction:
    same = sorted((one for one in several if one.type == row.type), key=lambda one: (one.decided, one.record))
    earlier = same[: same.index(row)]
    if within is not None:
        earlier = [one for one in earlier if one.decided >= row.decided - timedelta(days=within)]
    return [Fraction(1), Fraction(3, 2), Fraction(2)][min(len(earlier), 2)]


def by_hand(several: list[Row], part: dict) -> Fraction | None:
    """What one entity's records come to."""
    items = []
    for row in sorted(several, key=lambda one: one.record):
        points, weight = Fraction(POINTS[row.severity]), Fraction(1)
        if part["repeated"]:
            weight *= repetition(row, several, part["within"])
        if part["aged"]:
            weight *= age_weight(row.decided)
        if part["take"] == "mean" and part["group"] is None:
            items.append((rounded(points), weight, row))
        else:
            items.append((rounded(points * weight), Fraction(1), row))
    if part["group"] is not None:
        items = grouped(items, part["group"], part["take"])
    if len(items) < part["enough"]:
        return None
    return taken(chosen(items, part), part["take"])


def newest_first(items):
    return sorted(items, key=lambda item: (item[2].decided, item[2].record), reverse=True)


def grouped(items, group, take):
    events = {}
    for points, _weight, row in items:
        events.setdefault(row.values["event"] or f"own-{row.record}", []).append((points, row))
    made = []
    for members in events.values():
        in_time = sorted(members, key=lambda member: (member[1].decided, member[1].record))
        points, speaks = in_time[-1]
        if group["take"] == "sum":
            points = sum(one for one, _row in members)
        elif group["take"] == "count":
            points = Fraction(len(members))
        elif group["take"] in {"largest", "smallest"}:
            sign = 1 if group["take"] == "largest" else -1
            points, speaks = max(
                in_time, key=lambda member: (sign * member[0], member[1].decided, member[1].record)
            )
        points += group.get("start", 0)
        points = max(points, Fraction(group["floor"])) if "floor" in group else points
        weight = age_weight(speaks.decided) if group.get("aged") else Fraction(1)
        made.append(
            (points, weight, speaks) if take == "mean" else (rounded(points * weight), Fraction(1), speaks)
        )
    return made


def chosen(items, part):
    if part["highest"] is not None:
        items = sorted(items, key=lambda item: (-abs(item[0]), -item[2].record))[: part["highest"]]
    if not part["recency"]:
        return items
    weights = [Fraction(weight) for weight in part["recency"]]
    paired = zip(newest_first(items), weights, strict=False)
    if part["take"] == "mean":
        return [(points, weight * own, row) for (points, weight, row), own in paired]
    return [(rounded(points * own), weight, row) for (points, weight, row), own in paired]


def taken(items, take):
    points = [one for one, _weight, _row in items]
    if take == "sum":
        return sum(points, Fraction(0))
    if take == "count":
        return Fraction(len(items))
    if not items:
        return None
    if take == "mean":
        return rounded(
            sum(one * weight for one, weight, _row in items) / sum(weight for _p, weight, _r in items)
        )
    in_time = newest_first(items)
    return {
        "largest": max(points),
        "smallest": min(points),
        "latest": in_time[0][0],
        "earliest": in_time[-1][0],
    }[take]


def component(part: dict) -> dict:
    bands = [{"weight": str(weight)} | ({"below": end} if end else {}) for end, weight in BANDS]
    said = {
        "kind": "records",
        "records": {"types": ["penalty"]},
        "each": {"by": "class", "gives": POINTS},
        "take": part["take"],
        "by_recency": part["recency"],
        "highest": part["highest"],
        "enough": part["enough"],
    }
    if part["aged"]:
        said["age"] = {"bands": bands}
    if part["repeated"]:
        said["repeat"] = {"factors": ["1", "3/2", "2"], "within": part["within"], "unit": "days"}
    if part["group"] is not None:
        group = {key: value for key, value in part["group"].items() if key != "aged"}
        if part["group"].get("aged"):
            group["age"] = {"bands": bands}
        said["groups"] = [{"same": ["event"], **group}]
    return said


@settings(deadline=None, max_examples=400, suppress_health_check=(HealthCheck.too_slow,))
@given(rows, parts)
def test_the_kernel_comes_to_what_the_rules_say_by_hand(several, part):
    one = compile_scheme(
        SchemeDocument.model_validate(
            document(
                component(part), start=None, floor=None, ceiling=None, enough={"article": "2", "records": 0}
            )
        )
    )
    ratings = rate(columns(several, one.vocabulary, (1, 2, 3)), one, TODAY)
    for place, entity in enumerate((1, 2, 3)):
        wanted = by_hand([row for row in several if row.entity == entity], part)
        assert bool(ratings.pointless[place]) == (wanted is None)
        if wanted is not None:
            assert Fraction(int(ratings.points[place]), 100) == wanted
