"""Under every scheme that ships: the lines of an explanation add up, each stands on an article, each left out has its why."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from entities.models import CreditRecord, Entity, RecordType, SubmittingBody
from evaluation import pages, sentences
from evaluation.explanation import SeenRecords, explained_from
from evaluation.kernel import Skipped
from evaluation.schemes import SchemeDocument, compile_scheme
from evaluation.schemes.in_force import SchemeInForce
from evaluation.schemes.shipped import scheme_library
from tests.evaluation.columns import Row, columns, document, rules

DAY = date(2026, 11, 22)
GENERAL = {"kind": "records", "records": {"classes": ["general", "minor"]}, "each": {"field": "amount"}}
BECOMES = {"add": [{"multiply": [{"event": "balance"}, "0.9"]}, {"event": "points"}]}
#: What no scheme that ships takes of its records.
OTHER = SimpleNamespace(
    code="chains-and-choices",
    document=SchemeDocument.model_validate(
        document(
            GENERAL | {"take": "running", "running": {"start": 2, "becomes": BECOMES}, "floor": 0},
            GENERAL
            | {"take": "running", "running": {"start": 2, "since": "entity.since", "becomes": BECOMES}},
            GENERAL | {"take": "running", "running": {"start": 2, "returns": 1, "every": 1}, "ceiling": 20},
            GENERAL | {"take": "mean", "weighed_by": {"field": "size"}, "last": 2},
            GENERAL | {"take": "quantile", "quantile": "2/3"},
            GENERAL | {"take": "median"},
            GENERAL | {"take": "largest", "rolling": {"over": 6}},
            GENERAL | {"take": "latest"},
            GENERAL
            | {"groups": [{"same": ["month"], "gives": {"multiply": [{"event": "points"}, 2]}}], "lowest": 2},
            GENERAL | {"take": "streak", "streak": {"of": {"classes": ["minor"]}}},
            rules=rules({"when": {"graded": ["A"]}, "then": {"moved_by": {"count": {"classes": ["minor"]}}}}),
            ceiling=None,
        )
    ),
)


def explained(one):
    """An entity with records of every type that the scheme looks at, in force, ended, objected to and of other kinds."""
    compiled = compile_scheme(one.document)
    scheme = SchemeInForce(scheme=None, version=None, compiled=compiled)
    considered = compiled.document.considered
    types = (*considered.types, *considered.market_types)
    rows = []
    for number in range(4 * len(types)):
        code = types[number % len(types)]
        rows.append(
            Row(
                record=number + 1,
                type=code,
                market=code in considered.market_types,
                severity=("minor", "general", "serious", "")[number % 4],
                decided=DAY - timedelta(days=37 * number + 3),
                until=DAY - timedelta(days=1) if number % 7 == 6 else date(2030, 1, 1),
                standing=("published", "published", "repaired", "published", "withdrawn")[number % 5],
                objected=number % 6 == 5,
                kinds=compiled.vocabulary.penalty_kinds[number % 3 : number % 3 + 1],
                values={
                    **{
                        name: words[number % len(words)]
                        for name, words in compiled.vocabulary.fields.items()
                        if words
                    },
                    **{name: Decimal(number + 1) for name in compiled.vocabulary.numbers},
                },
            )
        )
    rows.append(Row(record=9_001, type="something-else"))
    rows.append(Row(record=9_002, type="something-else", market=True))
    facts = {1: {name: words[0] for name, words in compiled.vocabulary.facts.items() if words}}
    facts[1] |= dict.fromkeys(compiled.vocabulary.fact_dates, date(2015, 3, 31))
    facts[1] |= dict.fromkeys(compiled.vocabulary.fact_numbers, Decimal(40))
    held = columns(rows, compiled.vocabulary, facts=facts)
    records = {
        row.record: CreditRecord(
            pk=row.record,
            title=f"record {row.record}",
            decided_on=row.decided,
            record_type=RecordType(name_zh="字", name_en=row.type),
            submitted_by=SubmittingBody(name_zh="局", name_en="body"),
        )
        for row in rows
    }
    entity = Entity(pk=1, name_zh="某公司", credit_code="x")
    return explained_from(held, entity, scheme, DAY, SeenRecords.given(records)), held


@pytest.fixture(params=[*scheme_library(), OTHER], ids=lambda one: one.code)
def told(request):
    return explained(request.param)


def test_the_lines_add_up_to_the_points(told):
    one, _held = told
    lines = [one.start, *(reason.points for reason in one.reasons), *(cut.points for cut in one.adjustments)]
    if one.points is not None and one.scheme.document.has_total:
        assert sum(lines) == one.points
    assert one.reasons or one.values


def test_every_line_stands_on_an_article_of_the_scheme(told):
    one, _held = told
    document = one.scheme.document
    articles = {part.article for part in one.scheme.compiled.parts} | {document.scale_article}
    for line in (*one.reasons, *one.adjustments):
        assert sentences.article_of(line, document) in articles
    picture = pages.waterfall(one)
    assert [len(row) for row in picture.rows] == [len(picture.columns)] * len(picture.rows)
    if any(reason.points for reason in one.reasons) or one.adjustments:
        assert all(row[-1] in articles for row in picture.rows[1:-1])
        moving = sum(1 for reason in one.reasons if reason.points)
        assert len(picture.rows) == 2 + moving + len(one.adjustments)


def test_every_record_is_a_line_or_moves_nothing_or_is_left_out_with_its_why(told):
    one, held = told
    said = {reason.record_id for reason in one.reasons}
    silent = {line.record.pk for line in one.counting if not line.reasons}
    out = {skipped.record.pk: skipped.why for skipped in one.not_counted}
    assert said | silent | set(out) == set(held.records.record.tolist())
    assert not said & set(out)
    assert not silent & (said | set(out))
    assert out[9_001] == Skipped.NOT_CONSIDERED
    assert out[9_002] == Skipped.OTHER_FAMILY
    assert {Skipped.REPAIRED, Skipped.WITHDRAWN, Skipped.EXPIRED} <= set(out.values()) or len(said) < 4
    counts_objected = one.scheme.compiled.counts_objected
    assert (Skipped.OBJECTED in out.values()) <= (not counts_objected)


def test_a_record_that_gives_no_points_of_its_own_says_how_it_counts():
    one, _held = explained(OTHER)
    said = {}
    for reason in one.reasons:
        how = sentences.sub_line(reason).split(" · ")[1:]
        said.setdefault(reason.indicator.code, set()).update(how)
    assert said["i-0"] == {"moves the balance in its turn"}
    assert said["i-1"] == {
        "moves the balance in its turn",
        "counts in the step of its period, if that has ended",
    }
    assert said["i-3"] == {"one of those whose mean is taken", "a later one speaks in its place"}
    assert said["i-4"] == {"one of those of which a quantile is taken"}
    assert said["i-5"] == {"one of those of which the middle is taken"}
    assert said["i-6"] == {"others speak in its place"}
    assert said["i-7"] == {"a later one speaks in its place"}
    assert said["i-8"] == {"others speak in its place"}
    assert said["i-9"] == {"looked at for what comes in a row"}


def test_what_a_balance_begins_with_and_time_gives_back_has_a_line_of_its_own():
    one, _held = explained(OTHER)
    lines = {cut.indicator.code: cut for cut in one.adjustments if cut.indicator}
    assert sentences.name_of_adjustment(lines["i-2"]) == "Beginning and time of “Words”"
    moved = sum(reason.points for reason in one.reasons if reason.indicator.code == "i-2")
    (value,) = (part.value for part in one.values if part.component.code == "i-2")
    assert moved + lines["i-2"].points == value


@pytest.mark.parametrize("why", [why for why in Skipped if why != Skipped.COUNTED])
def test_every_reason_for_leaving_out_has_its_sentence(why):
    assert sentences.why_not_counted(why)
