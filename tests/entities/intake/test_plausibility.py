"""What is doubted and never refused, and the page that tells of all checks."""

import inspect
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from entities.intake import explaining, formats, plausibility
from entities.intake.checks import CELL_CHECKS, RECORD_CHECKS, WARNING, Context, Row
from entities.intake.matching import Match
from entities.services import likely_twins, submissions
from entities.submission_selectors import counts_of
from tests.agencies.test_formats import CF, PENALTY
from tests.entities.intake.conftest import outcomes, row_of, sentences
from tests.factories import EntityFactory, MemberFactory, RecordFactory

TODAY = date(2026, 11, 20)
CODES = sorted(formats._formats)


def row(values: dict[str, str], **cleaned) -> Row:
    return Row(2, list(values.values()), values, cleaned=cleaned, is_read=True, match=Match())


def context(code: str = "market-licences") -> Context:
    fmt = formats.get(code)
    return Context(fmt=fmt, form=fmt.row_form(), today=TODAY)


def found(check, row: Row, code: str = "market-licences") -> list[tuple[str, str]]:
    told = list(check(row, context(code)))
    assert all(finding.level == WARNING for finding in told)
    return [(finding.field, finding.text) for finding in told]


@pytest.mark.parametrize(
    ("days", "doubted"),
    [
        ({"valid_from": date(2026, 5, 1), "valid_until": date(2026, 4, 30)}, ["valid_until"]),
        ({"decided_on": date(2026, 5, 1), "valid_until": date(2025, 5, 1)}, ["valid_until"]),
        ({"joined_on": date(2026, 5, 1), "left_on": date(2025, 5, 1)}, ["left_on"]),
        ({"valid_from": date(2026, 5, 1), "valid_until": date(2026, 5, 1)}, []),
        ({"valid_until": date(2026, 5, 1)}, []),
        ({"decided_on": None, "valid_until": date(2026, 5, 1)}, []),
    ],
)
def test_what_ends_before_it_begins_is_doubted(days, doubted):
    assert [name for name, _text in found(plausibility.period_in_order, row({}, **days))] == doubted


@pytest.mark.parametrize(("day", "count"), [(date(2016, 1, 1), 0), (date(2015, 12, 31), 1), (None, 0)])
def test_a_year_far_back_is_doubted(day, count):
    assert len(found(plausibility.day_is_recent, row({}, decided_on=day))) == count


@pytest.mark.parametrize(
    ("code", "field", "yuan", "says"),
    [
        ("financial-penalties", "amount", 20, "this is 20 yuan. Was 20 meant in 10,000 yuan?"),
        ("financial-penalties", "amount", 100, ""),
        ("financial-penalties", "amount", 200_000_000, ""),
        ("market-penalties", "fine", 200_000_000, "this is 200,000,000 yuan. Was 20000 meant in yuan?"),
        ("market-penalties", "fine", 2_000, ""),
        ("market-penalties", "fine", None, ""),
    ],
)
def test_an_amount_in_the_wrong_unit_is_doubted(code, field, yuan, says):
    amount = None if yuan is None else Decimal(yuan)
    typed = "" if yuan is None else str(yuan if code.startswith("fin") else yuan // 10_000)
    told = found(plausibility.amount_in_its_unit, row({field: typed}, **{field: amount}), code)
    assert ("".join(text for _name, text in told)).endswith(says) and bool(told) == bool(says)


@pytest.mark.parametrize(("name", "count"), [("林甲乙", 1), ("禾谷食品公司", 0), ("IBM", 0), ("", 0)])
def test_a_name_as_short_as_a_persons_is_doubted(name, count):
    assert len(found(plausibility.name_is_an_entitys, row({"entity_name": name}))) == count


def test_a_row_that_a_glance_finds_ordinary_is_one_of_which_no_check_says_anything():
    said = {"decided_on": date(2026, 5, 6), "amount": Decimal(2_000), "valid_until": date(2026, 5, 6)}
    ordinary = row({"entity_name": "云汀市禾谷食品有限公司"}, **said)
    given = context("financial-penalties")
    assert plausibility.glance(given)("云汀市禾谷食品有限公司", ordinary.cleaned)
    assert not [finding for check in plausibility.CHECKS for finding in check(ordinary, given)]
    assert not list(plausibility.is_plausible(ordinary, given))


EXAMPLE = "what the template shows"


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("林甲乙", {}),
        (EXAMPLE, {}),
        ("禾谷食品公司", {"decided_on": date(2016, 1, 1) - timedelta(days=3650)}),
        ("禾谷食品公司", {"amount": Decimal(20)}),
        ("禾谷食品公司", {"amount": Decimal(100_000_000)}),
        ("禾谷食品公司", {"valid_until": date(2026, 5, 5)}),
        ("禾谷食品公司", {"left_on": date(2027, 5, 5), "joined_on": date(2027, 5, 6)}),
        ("禾谷食品公司", {"valid_until": "soon"}),
    ],
)
def test_whatever_a_check_could_say_something_of_is_not_ordinary_at_a_glance(name, changes):
    given = context("financial-penalties")
    examples = {column.field: column.example for column in given.fmt.columns}
    said = {"decided_on": date(2026, 5, 6), "amount": Decimal(2_000)} | changes
    assert not plausibility.glance(given)(examples["entity_name"] if name == EXAMPLE else name, said)


def test_the_invented_row_of_every_template_is_pointed_out():
    for code in CODES:
        fmt = formats.get(code)
        values = {column.field: column.example for column in fmt.columns}
        assert len(found(plausibility.not_the_example, row(values), code)) == 1, code
        assert not found(plausibility.not_the_example, row(values | {"entity_name": "禾谷食品"}), code)


# Decisions that are there already under another number


def penalties(*rows: dict[str, str]) -> str:
    lines = [",".join(f'"{(PENALTY | one).get(name, "")}"' for name in CF.split(",")) for one in rows]
    return "\n".join([CF, *lines])


@pytest.fixture
def market(desk):
    return desk("market-supervision", "market-penalties")


@pytest.mark.django_db
def test_two_rows_that_say_the_same_under_two_numbers_are_pointed_out_and_can_be_saved(market):
    entity = EntityFactory(name_zh="禾谷食品")
    one = {"CF_XDR_SHXYM": entity.credit_code}
    submission = market.send(
        penalties(one, one | {"CF_WSH": "云市监罚〔2026〕2号"}, one | {"CF_WSH": "3", "CF_SY": "x"})
    )
    assert outcomes(submission) == {2: "new", 3: "new", 4: "new"}
    assert "云市监罚〔2026〕1号" in sentences(row_of(submission, 3), "warning")
    assert not row_of(submission, 2).problems and not row_of(submission, 4).problems


@pytest.mark.django_db
def test_what_the_registry_has_under_another_number_is_pointed_out(market):
    entity = EntityFactory(name_zh="禾谷食品")
    one = {"CF_XDR_SHXYM": entity.credit_code}
    market.save(market.send(penalties(one)))
    again = market.send(penalties(one | {"CF_WSH": "云市监罚〔2026〕99号"}))
    assert outcomes(again) == {2: "new"}
    assert "The registry has the same of this entity under the number 云市监罚〔2026〕1号" in sentences(
        row_of(again)
    )
    assert set(row_of(again).problems[0]) >= {"en", "zh", "level"}


@pytest.fixture
def in_blocks(monkeypatch):
    """Plain rows of any file are kept together, two to a block."""
    monkeypatch.setattr(submissions, "SMALL_FILE", 0)
    monkeypatch.setattr(submissions, "COMPACT_FROM", 2)
    monkeypatch.setattr(submissions, "BATCH", 2)


@pytest.mark.django_db
def test_of_a_large_file_too_whose_rows_are_kept_in_blocks(market, in_blocks):
    """The twins are told of in rows of their own; the others stay where they are."""
    first, other = EntityFactory(name_zh="禾谷食品"), EntityFactory(name_zh="云汀食品")
    one, two = (
        {"CF_XDR_SHXYM": entity.credit_code, "CF_XDR_MC": entity.name_zh} for entity in (first, other)
    )
    market.save(market.send(penalties(two | {"CF_WSH": "旧1号"})))
    rows = [one | {"CF_WSH": "1号"}, two | {"CF_WSH": "2号", "CF_SY": "x"}, one | {"CF_WSH": "3号"}]
    rows += [
        two | {"CF_WSH": "4号"},
        two | {"CF_WSH": "5号", "CF_SY": "y"},
        one | {"CF_WSH": "6号", "CF_SY": "y"},
    ]
    submission = market.send(penalties(*rows))
    told = {row.number: sentences(row, "warning") for row in submission.rows.all()}
    assert set(told) == {4, 5}
    assert "number 1号" in told[4]
    assert "under the number 旧1号" in told[5]
    assert counts_of(submission).new == 6
    assert counts_of(submission).warned == 2
    market.save(submission)
    assert submission.records.count() == 6


@pytest.mark.django_db
def test_however_many_are_alike_so_many_are_pointed_out_and_the_file_says_how_many_there_are(
    market, in_blocks, monkeypatch
):
    monkeypatch.setattr(likely_twins, "MOST_TOLD", 2)
    one = {"CF_XDR_SHXYM": EntityFactory(name_zh="禾谷食品").credit_code}
    submission = market.send(penalties(*(one | {"CF_WSH": f"{number}号"} for number in range(1, 7))))
    twins = submission.rows.filter(problems__0__about="twin").order_by("number")
    assert [row.number for row in twins] == [3, 4]
    assert submission.notes[-1]["en"].startswith("5 rows say the same of an entity")


@pytest.mark.django_db
def test_it_costs_as_many_statements_for_many_rows_as_for_few(market, in_blocks):
    one = {"CF_XDR_SHXYM": EntityFactory(name_zh="禾谷食品").credit_code}
    asked = []
    for rows in (4, 24):
        said = (one | {"CF_WSH": f"{rows}-{n}号", "CF_SY": f"{rows}-{n}"} for n in range(rows))
        submission = market.send(penalties(*said))
        with CaptureQueriesContext(connection) as queries:
            assert likely_twins.no_likely_twin(submission).told == []
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.django_db
def test_a_worker_that_is_lost_while_twins_are_parted_leaves_nothing_twice(market, in_blocks, monkeypatch):
    one = {"CF_XDR_SHXYM": EntityFactory(name_zh="禾谷食品").credit_code}
    submission = market.upload(penalties(*(one | {"CF_WSH": f"{number}号"} for number in range(1, 5))))

    def lost(*_rest):
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(submissions, "point_out", lost)
        with pytest.raises(ConnectionError):
            submissions.check_submission(submission_id=submission.pk)
    submissions.check_submission(submission_id=submission.pk)
    submission.refresh_from_db()
    assert submission.state == "ready"
    told = {row.number: len(row.problems) for row in submission.rows.all()}
    assert told.items() >= {3: 1, 4: 1, 5: 1}.items()
    assert counts_of(submission).new == 4


def twins_of(row) -> str:
    return " ".join(one["en"] for one in row.problems if one.get("about") == likely_twins.ABOUT)


@pytest.mark.django_db
def test_a_row_whose_entity_is_chosen_later_is_held_against_the_others_and_the_registry_then(market):
    known, named = EntityFactory(name_zh="云汀食品"), EntityFactory(name_zh="禾谷食品")
    told = {"CF_XDR_SHXYM": known.credit_code, "CF_XDR_MC": "云汀食品"}
    market.save(market.send(penalties({"CF_XDR_SHXYM": named.credit_code, "CF_WSH": "旧1号"})))
    by_name = {"CF_XDR_SHXYM": ""}
    submission = market.send(
        penalties(
            by_name | {"CF_WSH": "1号", "CF_SY": "x"},
            by_name | {"CF_WSH": "2号"},
            by_name | {"CF_WSH": "3号", "CF_SY": "x"},
            by_name | {"CF_WSH": "4号", "CF_SY": "y"},
            told | {"CF_WSH": "5号", "CF_SY": "x"},
        )
    )
    assert not any(map(twins_of, submission.rows.all()))
    row = submissions.choose_entity(
        by=market.clerk, submission_id=submission.pk, number=2, entity_id=named.pk
    )
    assert row.outcome == "new" and not twins_of(row)
    said = {row.number: twins_of(row) for row in submission.rows.order_by("number")}
    assert [number for number, words in said.items() if words] == [3, 4]
    assert "under the number 旧1号" in said[3]
    assert "number 1号" in said[4]


# All checks, explained


def test_every_check_has_one_sentence_that_is_translated():
    functions = [*CELL_CHECKS, *RECORD_CHECKS[:-1], *plausibility.CHECKS, likely_twins.no_likely_twin]
    functions += [check for code in CODES for check in formats.get(code).checks]
    said = {" ".join(inspect.cleandoc(function.__doc__).split("\n\n")[0].split()) for function in functions}
    assert said == set(explaining.PUBLISHED)
    assert all(sentence.endswith(".") and sentence.count(". ") == 0 for sentence in said)


@pytest.mark.parametrize("code", CODES)
def test_the_page_of_a_format_tells_all_of_its_checks(code):
    with translation.override("en"):
        told = explaining.explained(formats.get(code))
    assert len(told.doubted) == len(plausibility.CHECKS) + bool(formats.get(code).record_type)
    assert len(told.columns) == len(formats.get(code).columns)
    assert all(said for _column, said in told.columns)


@pytest.mark.django_db
def test_the_page_of_a_format_is_for_the_bodies_that_send_it(client, tax):
    url = reverse("entities:submission-format", args=(tax.format_code,))
    for role, status in (("clerk", 200), ("reviewer", 200)):
        client.force_login(MemberFactory(body=tax.body, role=role))
        assert client.get(url).status_code == status
    client.force_login(MemberFactory())
    assert client.get(url).status_code == 404


@pytest.mark.django_db
def test_a_warning_does_not_hinder_saving(market):
    entity = EntityFactory(name_zh="禾谷食品")
    old = {"CF_XDR_SHXYM": entity.credit_code, "CF_JDRQ": "2001-10-10"}
    RecordFactory(decided_on=timezone.localdate() - timedelta(days=1))
    submission = market.send(penalties(old))
    assert outcomes(submission) == {2: "new"}
    assert "more than ten years ago" in sentences(row_of(submission), "warning")
    assert market.save(submission).rows.get().is_saved
