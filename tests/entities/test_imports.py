"""The import of a register: checked by the column, written where it differs, run again at will."""

import csv
import gzip
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from credit_platform.audit.models import AuditEvent
from entities.models import Entity, FormerName
from entities.services import imports
from entities.services.imports import Outcome, import_entities
from tests.factories import EntityFactory, invented_code

pytestmark = pytest.mark.django_db
HEAD = "name,uscc,registration_date,enterprise_type,registered_capital,business_scope,province,city,address"


@pytest.fixture
def register(tmp_path):
    """Write a register and give its path: rows as texts behind the head."""

    def write(*rows: str, head: str = HEAD, name: str = "register.csv") -> Path:
        path = tmp_path / name
        content = "\n".join([head, *rows]) + "\n"
        path.write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode())
        return path

    return write


def line(number: int, name: str = "", **facts: str) -> str:
    told = {
        "day": "2001-02-03",
        "form": "有限责任公司",
        "capital": "50万人民币",
        "scope": "食品",
        "city": "云汀",
        "address": "一号",
    }
    told |= facts
    return ",".join(
        (name or f"云汀{number}号公司", invented_code(number, told.pop("region", "330281")), told["day"], told["form"],
         told["capital"], told["scope"], "浙江", told["city"], told["address"])
    )  # fmt: skip


def test_all_columns_of_a_register_come_in(register):
    outcome = import_entities(path=register(line(1, "云汀（东）食品有限公司")))
    assert (outcome.read, outcome.new, outcome.refused, outcome.warned) == (1, 1, 0, 0)
    entity = Entity.objects.get()
    assert entity.credit_code == invented_code(1, "330281")
    assert (entity.name_zh, entity.name_key, entity.initials) == (
        "云汀（东）食品有限公司", "云汀(东)食品有限公司", "ytdspyxgs",
    )  # fmt: skip
    assert (entity.region_code, entity.district) == ("330281", "余姚市")
    assert (str(entity.registered_on), entity.legal_form, entity.registered_capital) == (
        "2001-02-03", "有限责任公司", "50万人民币",
    )  # fmt: skip
    assert (entity.business_scope, entity.address, entity.status) == ("食品", "一号", "active")
    assert entity.organisation_code == entity.credit_code[8:17]


def test_a_second_run_changes_nothing(register):
    path = register(*(line(n) for n in range(50)))
    first = import_entities(path=path)
    kept = list(Entity.objects.order_by("pk").values())
    again = import_entities(path=path)
    assert (first.new, again.new, again.changed, again.unchanged) == (50, 0, 0, 50)
    assert list(Entity.objects.order_by("pk").values()) == kept


def test_what_a_newer_file_tells_otherwise_is_changed_and_the_old_name_kept(register):
    import_entities(path=register(line(1, "恒屿农药厂"), line(2)))
    outcome = import_entities(path=register(line(1, "恒屿精细化工"), line(2)))
    assert (outcome.new, outcome.changed, outcome.unchanged) == (0, 1, 1)
    entity = Entity.objects.get(name_zh="恒屿精细化工")
    former = FormerName.objects.get()
    assert (former.entity, former.name, former.name_key) == (entity, "恒屿农药厂", "恒屿农药厂")


def test_only_what_a_scheme_can_read_asks_for_ratings(register, changes):
    import_entities(path=register(*(line(n) for n in range(1, 10))))
    key = {n: Entity.objects.get(credit_code=invented_code(n, "330281")).pk for n in range(1, 10)}
    # What the code tells was worked out by an older list of regions.
    Entity.objects.filter(pk=key[7]).update(district="")
    Entity.objects.filter(pk=key[8]).update(region_code="330200")
    newer = register(
        line(1, address="二号"), line(2, capital="60万人民币"), line(3, scope="饮料"), line(4, "新公司"),
        line(5, form="农民专业合作社"), line(6, day="2002-02-03"), line(7), line(8), line(9),
        line(10),
    )  # fmt: skip
    changes.clear()
    outcome = import_entities(path=newer)
    assert (outcome.new, outcome.changed, outcome.unchanged) == (1, 8, 1)
    assert changes == [{key[5], key[6], key[7], key[8]}]


def test_a_column_that_no_scheme_reads_asks_for_no_rating_when_it_first_comes(register, changes):
    known, code = EntityFactory(credit_code=invented_code(1, "330281")), invented_code(1, "330281")
    head = f"{known.name_zh},{code}"
    import_entities(path=register(head, head="name,uscc"))
    changes.clear()
    assert import_entities(path=register(f"{head},一号", head="name,uscc,address")).changed == 1
    assert changes == []
    assert import_entities(path=register(f"{head},H6210", head="name,uscc,industry_code")).changed == 1
    assert changes == [{known.pk}]


def test_columns_that_a_file_does_not_have_stay_as_they_are(register):
    import_entities(path=register(line(1)))
    short = f"云汀1号公司,{invented_code(1, '330281')},2001-02-03,浙江,云汀"
    outcome = import_entities(path=register(short, head="name,uscc,registration_date,province,city"))
    assert outcome.unchanged == 1
    assert Entity.objects.get().address == "一号"


def test_what_was_set_by_hand_is_not_touched(register):
    EntityFactory(credit_code=invented_code(1, "330281"), name_en="By hand", status="revoked", size="small")
    import_entities(path=register(line(1)))
    entity = Entity.objects.get()
    assert (entity.name_en, entity.status, entity.size, entity.address) == (
        "By hand",
        "revoked",
        "small",
        "一号",
    )


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (line(1).replace(invented_code(1, "330281"), "91330281MX9000000"), "This has 17 places"),
        (line(1).replace(invented_code(1, "330281"), "11010519491231002X"), "A person's identity number"),
        (line(1).replace("云汀1号公司", ""), "The name is missing"),
        (line(1).replace("云汀1号公司", "云" * 201), "longer than 200"),
        (line(1).replace("云汀1号公司", "云�汀"), "damaged"),
    ],
)
def test_a_row_that_cannot_be_taken_is_reported_and_the_others_come_in(register, row, says):
    found = []
    outcome = import_entities(path=register(row, line(2)), problems=found.extend)
    assert (outcome.new, outcome.refused) == (1, 1)
    assert [(problem.number, problem.level) for problem in found] == [(2, "error")]
    assert says in found[0].message


def test_the_number_of_a_person_is_not_even_reported(register):
    found = []
    import_entities(
        path=register(line(1).replace(invented_code(1, "330281"), "11010519491231002X")),
        problems=found.extend,
    )
    assert "1101051949" not in str(found)


def test_remarks_do_not_keep_a_row_out(register):
    found = []
    rows = (line(1, region="339702"), line(2, day="soon"), line(3, form="长" * 61))
    outcome = import_entities(path=register(*rows), problems=found.extend)
    assert (outcome.new, outcome.refused, outcome.warned) == (3, 0, 3)
    assert [problem.level for problem in found] == ["warning"] * 3
    assert Entity.objects.get(credit_code=invented_code(2, "330281")).registered_on is None


def test_an_unknown_region_takes_the_name_of_its_city(register):
    import_entities(path=register(line(1, region="330299")))
    assert Entity.objects.get().district == "宁波市"


def test_codes_are_put_right_before_they_are_checked(register):
    code = invented_code(1, "330281")
    import_entities(path=register(line(1).replace(code, f"{code[:8]} {code[8:]}".lower())))
    assert Entity.objects.get().credit_code == code


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_of_two_rows_with_one_code_the_first_stands_in_every_run(register, monkeypatch, batch):
    monkeypatch.setattr(imports, "BATCH", batch)
    path = register(line(1, "甲公司"), line(2), line(1, "乙公司"))
    assert import_entities(path=path).new == 2
    again = import_entities(path=path)
    assert (again.new, again.changed) == (0, 0)
    assert Entity.objects.filter(name_zh="甲公司").exists()
    assert not FormerName.objects.exists()


def test_a_broken_import_is_gone_on_with_by_running_it_again(register, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 10)
    path, saved = register(*(line(n) for n in range(35))), []
    real = imports._save

    def dies_in_the_third(batch, outcome):
        if len(saved) == 2:
            raise KeyboardInterrupt
        saved.append(real(batch, outcome))

    with monkeypatch.context() as patch:
        patch.setattr(imports, "_save", dies_in_the_third)
        with pytest.raises(KeyboardInterrupt):
            import_entities(path=path)
    assert Entity.objects.count() == 20
    outcome = import_entities(path=path)
    assert (outcome.new, outcome.unchanged) == (15, 20)


def test_only_one_city_by_the_files_column_or_by_the_code(register):
    rows = (line(1, city="宁波", region="330281"), line(2, city="杭州", region="330100"))
    assert import_entities(path=register(*rows), city="宁波市").new == 1
    Entity.objects.all().delete()
    short = [f"甲{n},{invented_code(n, region)}" for n, region in ((1, "330281"), (2, "330100"))]
    outcome = import_entities(path=register(*short, head="name,uscc"), city="宁波")
    assert (outcome.new, outcome.elsewhere) == (1, 1)


def test_an_import_leaves_one_trace(register):
    import_entities(path=register(line(1), line(2)))
    event = AuditEvent.objects.get(verb="entities.entity.imported")
    assert (event.target_label, event.detail["new"], event.actor_name) == ("register.csv", 2, "system")


def test_the_command_reads_packed_files_says_what_it_did_and_writes_the_problems(register, tmp_path, capsys):
    path = register(line(1), line(2).replace(invented_code(2, "330281"), "=1+1"), name="register.csv.gz")
    call_command("import_entities", str(path), problems=tmp_path / "out")
    said = capsys.readouterr().out
    assert "register.csv.gz: 2 rows in" in said and "1 new" in said and "1 refused" in said
    with (tmp_path / "out" / "register.problems.csv").open(encoding="utf-8-sig", newline="") as file:
        head, row = csv.reader(file)
    assert head == ["Row", "Code", "Name", "Level", "Problem"]
    assert row[:2] == ["3", "'=1+1"]


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda register: register("x", head="foo"), "no column for 统一社会信用代码, 企业名称"),
        (lambda register: Path("nowhere.csv"), "There is no file nowhere.csv"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_sentence(register, write, says):
    with pytest.raises(CommandError, match=says):
        call_command("import_entities", str(write(register)))


def test_progress_is_told_after_every_batch(register, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 10)
    told: list[tuple[int, float]] = []

    def hear(outcome: Outcome, share: float) -> None:
        told.append((outcome.read, share))

    import_entities(path=register(*(line(n) for n in range(25))), progress=hear)
    assert [read for read, _share in told] == [10, 20, 25]
    assert all(0 <= share <= 1 for _read, share in told)


def test_a_refused_row_does_not_stand_in_the_way_of_a_good_one_with_its_code(register):
    outcome = import_entities(path=register(line(1).replace("云汀1号公司", ""), line(1)))
    assert (outcome.new, outcome.refused) == (1, 1)
