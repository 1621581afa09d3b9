"""Real files of departments, as they are, from the upload to the records and back.

The registry behind them is that of Ningbo, 19,319 enterprises; the files are of other provinces, so nearly every
entity is new to it. `test_whole_register.py` has the same files before the whole register.
"""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from credit_platform.audit.models import AuditEvent
from entities.intake import formats, returning
from entities.intake.reading import open_table
from entities.models import CreditRecord, Entity, Submission
from entities.services import submissions
from entities.services.imports import import_entities
from tests.entities.intake.conftest import Desk, catalogue, desk, tax  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]
NINGBO = "cn_enterprise_registration/ningbo_full.csv"
JIANGXI = "tax_credit_A_2018/jiangxi_gbk.csv"
INVALID = "cn_enterprise_registration/invalid_codes_half.csv"
PENALTIES = "cn_penalties_nfra/penalties.csv"


def outcomes(submission: Submission) -> Counter:
    return Counter(submission.rows.values_list("outcome", "question"))


def send(desk: Desk, path: Path) -> Submission:  # noqa: F811
    return desk.send(path.read_bytes(), path.name)


def test_the_enterprises_of_a_city_come_in_whole_and_once(real_data_dir):
    first = import_entities(path=real_data_dir / NINGBO)
    again = import_entities(path=real_data_dir / NINGBO)
    assert (first.read, first.new, first.refused) == (19_319, 19_319, 0)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 19_319)
    assert Entity.objects.filter(district="余姚市").count() == 3_349
    bank = Entity.objects.get(credit_code="91330281144619507F")
    assert (bank.name_zh, bank.initials) == ("中国农业银行股份有限公司余姚市支行", "zgnyyhgfyxgsyyszh")
    assert (bank.legal_form, bank.registered_capital, str(bank.registered_on)) == ("", "", "1980-01-01")


def test_the_list_of_a_tax_office_comes_in_as_it_is_and_the_rest_goes_back(real_data_dir, tax):  # noqa: F811
    submission = send(tax, real_data_dir / JIANGXI)
    assert (submission.state, submission.encoding, submission.rows_total) == ("ready", "gb18030", 4_937)
    assert outcomes(submission) == {
        # 3,940 codes pass GB 32100, one of them not GB 11714; 49 of these rows repeat an earlier one.
        ("asked", "unregistered"): 3_891,
        # 988 numbers of 15 places and 9 mistyped ones; the registry of another city knows none of them.
        ("refused", "unknown"): 997,
        ("refused", ""): 49,
    }
    inner = submission.rows.get(cells__0="91360702MA65390994")
    assert any("organisation code in its places 9 to 17 does not" in one["en"] for one in inner.problems)

    assert submissions.register_entities_of_rows(by=tax.clerk, submission_id=submission.pk) == 3_891
    tax.save(submission)
    assert CreditRecord.objects.filter(status="published").count() == 3_891
    assert Entity.objects.count() == 3_891

    rest = b"".join(returning.as_csv(submission)).decode("gb18030")
    head, *rows = csv.reader(io.StringIO(rest))
    assert head == ["纳税人识别号", "纳税人名称", "评价年度", "税务机关", "原因 / Reason"]
    assert len(rows) == 1_046
    assert all(row[4] for row in rows)

    events = _deeds()
    again = send(tax, real_data_dir / JIANGXI)
    found = outcomes(again)
    assert found["unchanged", ""] == 3_891
    assert not found["new", ""] and not found["changed", ""]
    assert (CreditRecord.objects.count(), _deeds()) == (3_891, events)

    # The rest is a file of the same kind.
    returned = tax.send(rest.encode("gb18030"), "rest.csv")
    assert (returned.state, returned.rows_total) == ("ready", 1_046)
    assert not returned.rows.filter(outcome="new").exists()


def _deeds() -> int:
    return AuditEvent.objects.filter(verb__startswith="entities.record.").count()


def test_real_rows_with_wrong_codes_are_told_why_and_come_back_in_both_kinds_of_file(
    real_data_dir,
    tax,  # noqa: F811
):
    with (real_data_dir / INVALID).open(encoding="utf-8-sig", newline="") as file:
        rows = [
            (row["code"], row["name"], "2025", "国家税务总局苏州市税务局") for row in csv.DictReader(file)
        ]
    text = io.StringIO()
    csv.writer(text).writerows([("纳税人识别号", "纳税人名称", "评价年度", "税务机关"), *rows])
    submission = tax.send(text.getvalue().encode("gb18030"), "无效代码.csv")
    # 35 codes pass GB 32100 and not GB 11714: they are good, and the difference is pointed out.
    assert outcomes(submission) == {("refused", "unknown"): 1_945, ("asked", "unregistered"): 35}
    refused = submission.rows.filter(outcome="refused")
    for row in refused:
        told = [one for one in row.problems if one["level"] == "error"]
        assert told and all(one["en"] and one["zh"] and one["column"] for one in told), row.number
    for row in submission.rows.filter(outcome="asked"):
        assert any("organisation code in its places" in one["en"] for one in row.problems), row.number

    assert submissions.register_entities_of_rows(by=tax.clerk, submission_id=submission.pk) == 35
    tax.save(submission)
    assert CreditRecord.objects.count() == Entity.objects.count() == 35
    sent = {row[:2] for row in rows}
    rest = b"".join(returning.as_csv(submission)).decode("gb18030")
    head, *lines = csv.reader(io.StringIO(rest))
    assert len(lines) == 1_945 and all(line[4] for line in lines)
    assert {tuple(line[:2]) for line in lines} <= sent
    with (
        returning.as_xlsx(submission) as workbook,
        open_table(workbook, formats.get(tax.format_code).known_columns()) as table,
    ):
        assert table.layout.header == head
        assert [cells for _number, cells in table.rows()] == lines


def test_the_penalties_of_a_regulator_are_never_matched_by_name_alone(real_data_dir, desk):  # noqa: F811
    finance = desk("financial-supervision", "financial-penalties")
    submission = send(finance, real_data_dir / PENALTIES)
    assert outcomes(submission) == {("refused", "unknown"): 100}
    assert submission.notes[0]["en"].endswith("seq, disclosed_date, level_A_to_E.")

    row = submission.rows.order_by("number").first()
    entity = Entity.objects.create(
        credit_code="91339702MX90000157", name_zh="替身", name_key="替身", initials="ts", region_code="339702"
    )
    submissions.choose_entity(
        by=finance.clerk, submission_id=submission.pk, number=row.number, entity_id=entity.pk
    )
    finance.save(submission)
    record = CreditRecord.objects.get()
    assert (record.status, record.amount, str(record.decided_on)) == ("waiting", 10_000, "2009-07-28")
    assert (record.penalty_kinds, record.severity_class) == (["fine"], "general")
    assert record.legal_basis == "《金融许可证管理办法》第十六条第三款"

    again = send(finance, real_data_dir / PENALTIES)
    # The choice of a person is remembered for the very same decision, and for no other.
    assert outcomes(again)["unchanged", ""] == 1
    assert outcomes(again)["new", ""] == outcomes(again)["changed", ""] == 0
