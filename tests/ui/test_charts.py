"""A chart and its table say the same, and the picture shows what matters."""

from datetime import date, timedelta
from urllib.parse import unquote

from django.utils.translation import override

from credit_platform.ui import charts

TODAY = date(2026, 11, 20)


def test_the_table_of_a_distribution_holds_every_bar():
    chart = charts.distribution({"A": 1, "B": 2, "C": 1, "D": 0, "": 4}, {"A": 2}, then_label="last year")
    assert chart.data["now"] == [1, 2, 1, 0, 4]
    assert chart.data["then"] == [2, 0, 0, 0, 0]
    assert [row[1] for row in chart.rows] == chart.data["now"]
    assert chart.rows[-1][:3] == ("Not rated", 4, "50.0%")
    assert chart.columns[-1] == "Last year"


def test_a_waterfall_shows_the_next_limit_on_both_sides():
    chart = charts.waterfall(80, [("Fine", -11.1)], 68.9, limits=[("D", 30), ("C", 60), ("B", 80), ("A", 90)])
    assert chart.data["min"] < 60
    assert chart.data["max"] > 90
    assert [line["name"] for line in chart.data["lines"]] == ["C", "B", "A"]


def test_a_waterfall_whose_parts_are_none_still_has_room():
    chart = charts.waterfall(80, [], 80)
    assert chart.data["min"] < 80 < chart.data["max"]


def test_a_spreadsheet_runs_nothing_that_a_file_of_ours_holds():
    chart = charts.waterfall(80, [("=HYPERLINK(1)", -1.0)], 79)
    written = unquote(chart.csv_url)
    assert "'=HYPERLINK(1)" in written
    assert written.startswith("data:text/csv;charset=utf-8,\ufeffPart,Points")


def test_the_signs_of_points_are_figures_to_people_and_not_formulas_to_a_spreadsheet():
    written = unquote(charts.waterfall(80, [("Award", 4.0)], 84).csv_url)
    assert "Award,'+4.0" in written


def test_history_keeps_to_the_bands_around_the_scores():
    chart = charts.history(
        [(date(2026, 1, 1), 85.0), (date(2026, 6, 1), 66.5)],
        bands=[("D", 0, 60), ("C", 60, 80), ("B", 80, 90), ("A", 90, 100)],
        events=[charts.Event(date(2026, 6, 1), 66.5, -18.5, "Fine")],
    )
    assert chart.data["low"] <= 60
    assert chart.data["high"] == 100
    assert [band["letter"] for band in chart.data["bands"]] == ["D", "C", "B", "A"]
    assert chart.data["events"][0]["tip"] == "Fine −18.5"
    assert chart.rows[1][2] == "Fine"


def test_a_forecast_holds_to_the_edge_of_the_picture():
    chart = charts.history(
        [(TODAY, 70.0)],
        bands=[("C", 60, 80), ("B", 80, 90), ("A", 90, 100)],
        scale="ABC",
        forecast=[(TODAY, 70.0), (date(2027, 5, 6), 75.0)],
        today=TODAY,
    )
    assert chart.data["forecast"][-1] == [chart.data["to"], 75.0]


def test_the_month_begins_on_the_monday_before_and_tells_overdue_from_due():
    month = charts.deadline_month(
        TODAY, {TODAY - timedelta(days=1): 1, TODAY: 4, TODAY + timedelta(days=3): 1}
    )
    assert month.weeks[0][0].day == date(2026, 11, 16)
    by_day = {cell.day.day: cell.state for week in month.weeks[:2] for cell in week}
    assert (by_day[19], by_day[20], by_day[23], by_day[21], by_day[24]) == ("over", "d2", "d1", "off", "")


def test_a_make_up_day_at_a_weekend_is_a_working_day():
    month = charts.deadline_month(TODAY, {}, is_working_day=lambda day: True)
    assert {cell.state for week in month.weeks for cell in week} == {""}


def test_weekdays_are_named_in_the_readers_language():
    assert charts.deadline_month(TODAY, {}).weekdays[0] == "Mo"
    with override("zh-hans"):
        assert "".join(charts.deadline_month(TODAY, {}).weekdays) == "一二三四五六日"


def test_the_migration_shades_rises_and_falls_apart():
    matrix = charts.migration({("A", "A"): 90, ("B", "A"): 10, ("A", "B"): 2}, ("A", "B", "C"))
    rows = dict(matrix.rows)
    assert rows["A"][0] == (90, "same")
    assert rows["A"][1] == (2, "d1")
    assert rows["B"][0] == (10, "u2")
    assert rows["C"][0] == (0, "")


def test_the_parts_of_a_bar_fill_it():
    parts = charts.shares({"A": 1, "D": 1}, ("A", "B", "C", "D"))
    assert [part["place"] for part in parts] == ["1", "5"]
    assert parts[1]["x"] == "500.0"


def test_a_flow_ends_where_it_says_and_tells_rises_from_falls():
    counts = {("A", "A"): 5, ("A", "C"): 2, ("B", "A"): 1, ("", "B"): 3}
    chart = charts.flow(counts, scales=("ABC", "ABC"), labels=("now", "then"))

    assert {(link["from"], link["to"]): link["way"] for link in chart.data["links"]} == {
        ("0A", "1A"): 0,
        ("0A", "1C"): -1,
        ("0B", "1A"): 1,
        ("0", "1B"): 0,
    }
    left = sum(node["count"] for node in chart.data["nodes"] if node["left"])
    right = sum(node["count"] for node in chart.data["nodes"] if not node["left"])
    assert left == right == sum(counts.values()) == sum(row[2] for row in chart.rows)
    assert chart.columns == ("Now", "Then", "Entities")


def test_scales_of_different_length_are_held_against_each_other_by_their_ends():
    chart = charts.flow(
        {("A", "1"): 1, ("D", "3"): 1, ("B", "3"): 1, ("C", "1"): 1},
        scales=("ABCD", "123"),
        labels=("now", "then"),
    )
    assert [link["way"] for link in chart.data["links"]] == [0, -1, 1, 0]


def test_a_field_of_cells_has_its_numbers_in_words_too():
    chart = charts.heat(
        [("East", [0.5, None])], ["Fell", "Rose"], corner="District", shown=lambda v: f"{v:.0%}"
    )

    assert chart.data["cells"] == [{"at": [0, 0], "value": 0.5, "says": "50%", "sign": -1}]
    assert chart.rows == (("East", "50%", ""),)
    assert chart.columns == ("District", "Fell", "Rose")


def test_a_line_of_shares_that_are_always_whole_lies_at_the_ceiling_and_one_of_nothing_on_the_floor():
    assert charts.spark([1, 1], 0, 1)["line"] == "3.0,3.0 85.0,3.0"
    assert charts.spark([0, 0], 0, 1)["y"] == "19.0"
    assert charts.spark([2, 4])["line"] == "3.0,19.0 85.0,3.0"
