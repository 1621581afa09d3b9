"""Plain rows: what is taken without looking at each row is what would be taken after looking at it, and no more."""

import gc
import io
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies as st

from agencies.double_publicity import PENALTY_COLUMNS, PenaltyRow
from entities import naming
from entities.drafts import SoundDrafts, problems_of, version_on
from entities.intake import blocks, checks, formats
from entities.intake.checks import Finding
from entities.intake.plain import CellSieve, RegistrySieve, terms_of
from entities.intake.reading import open_table
from entities.intake.rows import RowForm, TextField
from entities.intake.verdicts import job_for, judge, verdict_on_plain
from entities.models import FormerName, SubmissionRow, SubmittingBody
from entities.services import check_batches
from entities.services.check_batches import states_of_plain
from tests.factories import EntityFactory, RecordFactory, invented_code, merged_away

pytestmark = pytest.mark.django_db
Outcome = SubmissionRow.Outcome
NAMES = [column.field for column in PENALTY_COLUMNS]
HEADER = ",".join(column.zh for column in PENALTY_COLUMNS)
GOOD = {
    "entity_name": "云汀糕点有限公司",
    "party_kind": "法人及非法人组织",
    "credit_code": invented_code(900_001),
    "document_number": "云市监罚〔2026〕1号",
    "title": "未履行进货查验义务",
    "facts": "未记录三批进货",
    "legal_basis": "《中华人民共和国食品安全法》第一百二十六条",
    "penalty_kinds": "罚款",
    "penalty_content": "罚款2000元",
    "fine": "0.2",
    "severity_class": "一般",
    "decided_on": "2026-05-06",
    "authority": "云汀市市场监督管理局",
}
#: What people and machines put into cells, by the dozen: whatever of it is taken must be taken by both ways.
HOSTILE = (
    "", " ", "　", "=1+1", "@SUM(A1)", "'=1+1", "-", "+1", "\ufffd", "\0", "0", "0.2", "-1", "1e3", "1e400", "NaN", "Infinity",
    "９９", "1,000", "￥2000元", "2000万", "99999999999999", "2026-02-30", "2026年5月6日", "20260506", "2026/5/6", "46148",
    "2199-01-01", "1900-01-01", "2026-05-06 00:00:00", "罚款", "罚款、警告", "罚款；没收", "，", "自然人", "法人", "严重", "SERIOUS",
    "13010119900307123X", "110101199003074477", "x110101199003074477x", "文" * 129, "字" * 301, "长" * 501, "超" * 20_001,
    "\u200b", "a\u200bb", "ＡＢＣ", "91339702mx90000157", "9133 9702-MX90000157", "罚款2000元，罚款300元", "罚款0.2万元",
    "罚款人民币2,000元", "\u2028", "\x85", "ß", "İ", "\u0660\u0661", "𠮷野家有限公司", "<script>", "\\N", '"', "a,b", "a\tb",
)  # fmt: skip
CELL = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=30),
    st.from_regex(r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}", fullmatch=True),
    st.from_regex(r"[0-9]{0,6}\.?[0-9]{0,4}", fullmatch=True),
)


@pytest.fixture
def known(catalogue):
    entity = EntityFactory(credit_code=GOOD["credit_code"], name_zh=GOOD["entity_name"])
    old = "云汀老字号糕点有限公司"
    FormerName.objects.create(entity=entity, name=old, name_key=naming.name_key(old))
    return entity


@pytest.fixture
def job(known):
    return job_of("market-supervision", "market-penalties", HEADER)


def job_of(body_code: str, format_code: str, header: str):
    fmt = formats.get(format_code)
    with open_table(io.BytesIO(f"{header}\n".encode()), fmt.known_columns()) as table:
        return job_for(body=SubmittingBody.objects.get(code=body_code), fmt=fmt, layout=table.layout)


def cells(**changes: str) -> list[str]:
    return [{**GOOD, **changes}.get(name, "") for name in NAMES]


def numbered(*rows: list[str]) -> list[tuple[int, list[str]]]:
    return list(enumerate(rows, start=2))


def sifted(rows, job):
    """The plain rows among them, by both sieves."""
    found = CellSieve(job.fmt, job.layout).sift(rows)
    plain, others = RegistrySieve(job.context).sift(found.candidates, job.layout.columns)
    assert len(plain) + len(others) + len(found.others) == len(rows)
    return plain


def assert_judged_alike(rows, job) -> int:
    """Whatever is plain, the long way says the same of it, to the letter; returns how many rows were plain."""
    plain = sifted(rows, job)
    states = states_of_plain(plain, job)
    long_way = {verdict.number: verdict for verdict in judge(rows, job)}
    for row in plain:
        assert verdict_on_plain(row, states[row.number]) == long_way[row.number]
        assert long_way[row.number].outcome in (*SubmissionRow.GOOD, Outcome.UNCHANGED)
        assert long_way[row.number].problems == []
    return len(plain)


def test_a_good_row_is_plain_and_judged_alike(job):
    assert assert_judged_alike(numbered(cells()), job) == 1


@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_stands_in_a_cell_both_ways_take_the_same_rows(job, value):
    rows = numbered(*(cells(**{name: value}) for name in NAMES))
    assert_judged_alike(rows, job)


def test_a_row_with_more_cells_than_column_names_is_not_plain(job):
    longer, blanks = [*cells(), "一格"], [*cells(), "", ""]
    assert assert_judged_alike(numbered(longer), job) == 0
    assert assert_judged_alike(numbered(blanks), job) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(NAMES), CELL, max_size=4), min_size=1, max_size=12))
def test_generated_rows_are_taken_alike(job, changes):
    # Each also with all its columns remembered from the rows before, and with more columns than can be remembered.
    rows = numbered(*(cells(**change) for change in changes))
    assert_judged_alike(rows, job)
    found = CellSieve(job.fmt, job.layout)
    for column in found._columns:
        column._many = True
    quick = {one.number: one.cleaned for one in found.sift(rows).candidates}
    slow = {one.number: one.cleaned for one in CellSieve(job.fmt, job.layout).sift(rows).candidates}
    assert quick == slow


@pytest.mark.parametrize(
    "change",
    [
        {"credit_code": invented_code(900_002)},
        {"credit_code": ""},
        {"entity_name": "另一家有限公司"},
        {"decided_on": "2199-01-01"},
        {"fine": "0.3"},
        {"penalty_kinds": "训诫"},
        {"facts": "当事人110101199003074477未记录"},
        {"document_number": ""},
        {"title": "=1+1"},
        {"party_kind": "自然人"},
        {"fine": "", "penalty_content": "警告"},
    ],
)
def test_a_row_of_which_something_is_to_be_said_is_not_plain(job, change):
    assert sifted(numbered(cells(**change)), job) == []


def test_the_code_of_an_entity_merged_away_is_not_plain_and_leads_to_the_one_that_stays(job, known):
    stays = merged_away(known, EntityFactory())
    rows = numbered(cells())
    assert sifted(rows, job) == []
    (verdict,) = judge(rows, job)
    assert (verdict.entity_id, verdict.match) == (stays.pk, "identifier")


def test_a_former_name_and_a_short_row_are_plain(job):
    short = cells(entity_name="云汀老字号糕点有限公司")
    assert assert_judged_alike([(2, short)], job) == 1


def test_what_the_registry_has_already_is_unchanged_or_changed_alike(job, known):
    (row,) = sifted(numbered(cells()), job)
    RecordFactory(
        entity=known, submitted_by=job.body, record_type=job.context.record_type, status="waiting",
        type_version=row.version, **row.draft.fields(),
    )  # fmt: skip
    rows = numbered(cells(), cells(facts="改"), cells(document_number="另一号"))
    assert assert_judged_alike(rows, job) == 3
    assert list(states_of_plain(sifted(rows, job), job).values()) == ["unchanged", "changed", "new"]


def test_every_check_is_asked_also_one_that_a_format_adds(job):
    def never_on_tuesdays(row, context):
        yield Finding("decided_on", "Not on a Tuesday.")

    fmt = replace(job.fmt, checks=(never_on_tuesdays,))
    context = replace(job.context, fmt=fmt)
    found = CellSieve(fmt, job.layout).sift(numbered(cells()))
    assert RegistrySieve(context).sift(found.candidates, job.layout.columns)[0] == []


def test_a_check_that_is_new_to_the_list_is_asked_of_plain_rows_too(job, monkeypatch):
    def no_long_day(row, context):
        yield Finding("", "No.")

    monkeypatch.setattr(checks, "RECORD_CHECKS", (*checks.RECORD_CHECKS, no_long_day))
    assert sifted(numbered(cells()), job) == []


def test_a_form_that_looks_at_other_fields_or_reads_in_its_own_way_is_not_hurried(job):
    class Peeking(PenaltyRow):
        def clean_title(self):
            if self.cleaned_data.get("facts"):
                raise ValidationError("No.")
            return self.cleaned_data["title"]

    class ReadingAlone(PenaltyRow):
        def read(self, cells):
            return super().read(cells)

    class Small(RowForm):
        document_number = TextField(required=False)

    for form in (Peeking, ReadingAlone):
        fmt = replace(job.fmt, row_form=form)
        assert CellSieve(fmt, job.layout).sift(numbered(cells())).candidates == []
    # A field that the file has no column for is asked once, of nothing.
    layout = replace(job.layout, columns={"document_number": 6})
    small = replace(job.fmt, row_form=Small, columns=())
    assert len(CellSieve(small, layout).sift(numbered(cells())).candidates) == 1
    assert CellSieve(job.fmt, layout).sift(numbered(cells())).candidates == []


def test_drafts_are_sound_exactly_where_nothing_is_wrong_with_them(job):
    (row,) = sifted(numbered(cells()), job)
    context = job.context
    sound = SoundDrafts(
        record_type=context.record_type, versions=context.versions, needs_class=context.needs_class,
        today=context.today,
    )  # fmt: skip
    changes = [
        {},
        {"document_number": " "},
        {"title": "题" * 301},
        {"legal_basis": ""},
        {"facts": "110101199003074477"},
        {"authority": "110101199003074477"},
        {"details": {"penalty_content": "罚款110101199003074477"}},
        {"decided_on": timezone.localdate() + timedelta(days=1)},
        {"decided_on": date(1949, 1, 1)},
        {"severity_class": ""},
        {"severity_class": "grave"},
        {"penalty_kinds": ("stoning",)},
        {"amount": row.draft.amount * -1},
        {"details": {"unknown": "1"}},
        {"details": {"confiscated": "much"}},
        {"details": {"valid_until": "soon"}},
        {"details": {"procedure": "none"}},
        {"details": {"procedure": "ordinary"}},
    ]
    numbered_draft = replace(row.draft, facts="11010119900307447712")
    for change in changes:
        draft = replace(row.draft, **change)
        found = problems_of(
            draft,
            record_type=context.record_type,
            version=version_on(context.versions, draft.decided_on),
            needs_class=context.needs_class,
            today=context.today,
        )
        alone, beside_one_with_a_number = sound.versions([draft]), sound.versions([draft, numbered_draft])
        assert beside_one_with_a_number == [*alone, None]
        assert bool(alone[0]) == (not found), change


def test_a_class_that_the_version_does_not_have_is_refused_both_ways(job):
    old, new = sorted(job.context.versions, key=lambda version: version.valid_from)[-2:]
    old.severity_classes = ["serious"]
    rows = numbered(cells(), cells(document_number="2", decided_on=str(new.valid_from - timedelta(days=1))))
    assert [row.number for row in sifted(rows, job)] == [2]
    _new, refused = judge(rows, job)
    assert refused.outcome == Outcome.REFUSED
    assert "not of the class" in refused.problems[0]["en"]


def test_the_terms_change_with_what_the_catalogue_says(job):
    before = terms_of(job.context)
    version = job.context.versions[0]
    version.extra_fields = [*version.extra_fields, {"name": "more", "type": "text", "required": True}]
    with_a_field = terms_of(job.context)
    assert with_a_field != before
    version.severity_classes = ["serious"]
    assert terms_of(job.context) != with_a_field
    assert terms_of(replace(job.context, needs_class=not job.context.needs_class)) != before


def test_a_block_keeps_what_each_draft_says_as_a_record(job):
    rows = numbered(
        cells(penalty_kinds="没收违法所得、罚款、没收违法所得", fine="0.2", confiscated="0.05"),
        cells(document_number="云2号", permit='证"1\\2"', valid_until="2027-05-06", severity_class=""),
        cells(document_number="云3号", fine="", penalty_content="警告", penalty_kinds="警告"),
    )
    plain = sifted(rows, job)
    table = blocks.unpack(blocks.pack(plain, [True] * 3).content)
    assert len(plain) == 3
    for place, row in enumerate(plain):
        for name, value in row.draft.fields().items():
            kept = blocks.column_of(table, name)[place].as_py()
            if name == "details":
                kept = json.loads(kept)
            elif name == "penalty_kinds":
                kept = kept.strip("{}").split(",")
            elif name == "amount" and kept is not None:
                kept = Decimal(kept)
            assert kept == value, name


def test_while_rows_are_read_ahead_the_collector_looks_once_for_each_batch(job, monkeypatch):
    looked = []
    monkeypatch.setattr(check_batches.gc, "collect", looked.append)
    lines = "".join(f"{','.join(cells(document_number=f'云{n}号'))}\n" for n in range(2_500))
    with (
        open_table(io.BytesIO(f"{HEADER}\n{lines}".encode()), job.fmt.known_columns()) as table,
        check_batches.batches_of(table, job, after=0, size=1_000) as batches,
    ):
        assert not gc.isenabled()
        sizes = [len(batch) for batch in batches]
    assert gc.isenabled()
    assert (sum(sizes), looked) == (2_500, [1] * len(sizes))


def test_a_block_gives_back_what_was_put_in(job):
    rows = numbered(
        *(
            cells(document_number=f"云{n}号", fine="", penalty_content="x", penalty_kinds="警告")
            for n in range(5)
        )
    )
    plain = sifted(rows, job)
    packed = blocks.pack(plain, [True, True, False, True, True])
    table = blocks.unpack(packed.content)

    assert list(blocks.rows_of(table)) == rows
    assert (packed.new, packed.unchanged, len(packed.keys)) == (4, 1, 40)
    assert blocks.column_of(table, "amount").to_pylist() == [None] * 5
    assert blocks.column_of(table, "penalty_kinds").to_pylist() == ["{warning}"] * 5
    assert [n for n, _cells in blocks.rows_of(blocks.having(table, [3, 6]))] == [3, 6]
    left = blocks.without(table, [2, 4])
    assert (list(left.numbers), left.new, left.unchanged) == ([3, 5, 6], 3, 0)
    assert blocks.new_ones(table).num_rows == 4
