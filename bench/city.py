"""The city that everything is measured in: invented, the same for the same seed, skewed as a city is, filled by COPY.

A few entities have hundreds of records and most have none or few; penalties are mostly small; the newest years have
the most records. No region, name or code in it is real.
"""

import csv
import hashlib
import io
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
from django.core.management import call_command
from django.db import connection, models, transaction
from django.utils import timezone

from bench import databases
from bench.harness import CannotMeasure, Run, Size

SEED = 20261008
BATCH = 100_000
CLERK, REVIEWER, BODY = "bench-clerk", "bench-reviewer", "market-supervision"
FORMAT = "market-penalties"
#: Of how many rows of a file one is not as it should be.
FAULTY_ONE_IN = 500
#: Region codes that GB/T 2260 has never given, with invented districts.
DISTRICTS = (
    ("339702", "汀东区"), ("339703", "汀西区"), ("339704", "云岭区"), ("339705", "澜港区"), ("339721", "溪口县"),
)  # fmt: skip
PLACES = ("云汀市", "云汀", "汀东", "澜港", "溪口县", "云岭")
SIGNS = "禾谷沣屿恒启汎鼎固澄一蓝栈铭拓合广青穗瑞汐槐松岚朴木汀舟岫栖桐澜石望简沐岭竹元半知稷锦原远泊川顺达兴隆泰和信诚"
TRADES = (
    ("糕点食品", "C1411"), ("肉制品", "C1353"), ("家具", "C2110"), ("精细化工", "C2612"), ("机械加工", "C3484"),
    ("机电安装", "E4910"), ("再生资源", "F5191"), ("蔬果批发", "F5123"), ("冷链物流", "G5930"), ("餐饮管理", "H6210"),
    ("快餐", "H6220"), ("酒店管理", "H6110"), ("软件技术", "I6513"), ("建筑工程", "E4710"), ("进出口贸易", "F5199"),
    ("电子商务", "F5292"), ("医疗器械", "C3581"), ("汽车服务", "O8111"), ("物业管理", "K7020"), ("文化传媒", "R8720"),
)  # fmt: skip
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "商行", "经营部")
#: (type, body, share, status, severity classes, kinds of penalty)
KINDS = (
    ("administrative-licence", "market-supervision", 0.45, ("",), ("{}",)),
    ("inspection-result", "market-supervision", 0.25, ("",), ("{}",)),
    ("administrative-penalty", "market-supervision", 0.20, ("minor", "general", "general", "serious"),
     ("{warning}", "{fine}", "{fine,gains-confiscated}", "{fine,production-stopped}")),
    ("tax-credit-grade", "tax", 0.08, ("",), ("{}",)),
    ("commendation", "market-supervision", 0.02, ("",), ("{}",)),
)  # fmt: skip
ACTS = (
    "未履行进货查验义务", "未按规定公示年度报告", "发布虚假广告", "销售不合格商品", "未明码标价", "超范围经营",
    "使用未经检定的计量器具", "标签不符合规定", "未取得许可从事食品经营", "未建立进货查验记录",
)  # fmt: skip
LAWS = (
    "《中华人民共和国食品安全法》第一百二十六条", "《企业信息公示暂行条例》第十七条", "《中华人民共和国广告法》第五十五条",
    "《中华人民共和国产品质量法》第四十九条", "《中华人民共和国价格法》第四十二条", "《中华人民共和国计量法》第二十五条",
)  # fmt: skip


# The database


def ensure(size: Size, log: Path) -> str:
    """The name of the database with the city of this size; it is made where it is missing or of another make."""
    name = database_of(size)
    wanted = f"{make()} {size.entities} {size.records}"
    if databases.mark_of(name) == wanted:
        return name
    started = time.monotonic()
    print(f"  making a city of {size.entities:,} entities and {size.records:,} records …", flush=True)
    databases.create(name)
    Run(size, log).apart("bench.city:build", size.entities, size.records, database=name)
    databases.mark(name, wanted)
    print(f"  made in {time.monotonic() - started:.0f} s", flush=True)
    return name


def database_of(size: Size) -> str:
    return f"bench_{size.name}"


def make() -> str:
    """A mark of the schema and of this generator: another mark, another city."""
    root = Path(__file__).resolve().parents[1]
    migrations = sorted(root.glob("*/migrations/*.py")) + sorted(root.glob("*/*/migrations/*.py"))
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in (*migrations, *sorted(root.glob("entities/catalogue/*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def build(entities: int, records: int) -> None:
    """Fill an empty database: the schema, the catalogue, two people, entities, records."""
    call_command("migrate", interactive=False, verbosity=0)
    with transaction.atomic():
        call_command("seed_catalogue", stdout=io.StringIO())
        add_people()
        fill(entities, records)
    with connection.cursor() as cursor:
        # So that the first reader does not write what the writers left to be tidied.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def add_people() -> None:
    """A clerk and a reviewer of the body whose files are sent."""
    from credit_platform.accounts.models import User
    from entities.models import Membership, SubmittingBody

    body = SubmittingBody.objects.get(code=BODY)
    for name, role in ((CLERK, "clerk"), (REVIEWER, "reviewer")):
        person = User.objects.create(username=name, email=f"{name}@bench.example", name_zh=name)
        Membership.objects.create(user=person, body=body, role=role)


def fill(entities: int, records: int) -> None:
    """Entities and records by COPY, with the indexes made afterwards."""
    from entities.models import CreditRecord, Entity

    chance = np.random.default_rng(SEED)
    with connection.cursor() as cursor:
        # What is generated refers to what is there; asking so for each of ten million rows would take an hour.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        with _without_indexes(cursor, "entities_entity"):
            for start in range(0, entities, BATCH):
                _copy(cursor, Entity, _entities(chance, start, min(BATCH, entities - start)))
        keys = _keys(cursor)
        with _without_indexes(cursor, "entities_creditrecord"):
            for batch in _records(chance, keys, records):
                _copy(cursor, CreditRecord, batch)


def _keys(cursor) -> np.ndarray:
    cursor.execute("SELECT id FROM entities_entity ORDER BY id")
    return np.array([key for (key,) in cursor.fetchall()])


@contextmanager
def _without_indexes(cursor, table: str) -> Iterator[None]:
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        cursor.execute(definition)


def _copy(cursor, model: type[models.Model], columns: dict) -> None:
    """Put columns into the table of a model; what they leave out and may not be empty is as the model begins it."""
    rows = len(next(iter(columns.values())))
    fresh = model()
    for field in model._meta.concrete_fields:
        if field.column in columns or field.null or field.generated:
            continue
        begins = getattr(fresh, field.attname)
        if begins is not None:
            columns[str(field.column)] = pa.repeat(pa.scalar(begins), rows)
    batch = pa.table(columns)
    lines = io.BytesIO()
    pa.csv.write_csv(batch, lines, pa.csv.WriteOptions(include_header=False))
    with cursor.copy(
        f"COPY {model._meta.db_table} ({', '.join(batch.column_names)}) FROM STDIN (FORMAT csv)"
    ) as copy:
        copy.write(lines.getbuffer())


# Entities


def codes_of(numbers: np.ndarray) -> list[str]:
    """Unified codes of invented enterprises, each with both check characters right; the same for the same numbers."""
    regions = np.array([[int(digit) for digit in code] for code, _name in DISTRICTS])
    places = np.zeros((len(numbers), 18), dtype=np.int64)
    places[:, 0], places[:, 1] = 9, 1
    places[:, 2:8] = regions[numbers % len(DISTRICTS)]
    # Neighbours are far apart, as in life.
    inner = (numbers * 27_644_437 + 13_466_917) % 10**8
    places[:, 8:16] = inner[:, None] // 10 ** np.arange(7, -1, -1) % 10
    weights = np.array([3, 7, 9, 10, 5, 8, 4, 2])
    check = (11 - places[:, 8:16] @ weights % 11) % 11
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    places[:, 16] = np.where(check == 10, alphabet.index("X"), check)
    outer = np.array([pow(3, place, 31) for place in range(17)])
    places[:, 17] = (31 - places[:, :17] @ outer % 31) % 31
    signs = np.frombuffer(alphabet.encode(), dtype="S1")
    return signs[places].view("S18").ravel().astype(str).tolist()


def _entities(chance: np.random.Generator, start: int, count: int) -> dict:
    from entities import naming

    numbers = np.arange(start, start + count)
    sign = chance.integers(len(SIGNS), size=(count, 3)).tolist()
    trade = chance.integers(len(TRADES), size=count).tolist()
    place = chance.integers(len(PLACES), size=count).tolist()
    form = chance.choice(len(FORMS), size=count, p=(0.7, 0.15, 0.05, 0.05, 0.05)).tolist()
    names = [
        PLACES[p] + SIGNS[a] + SIGNS[b] + (SIGNS[c] if c % 3 else "") + TRADES[t][0] + FORMS[f]
        for p, (a, b, c), t, f in zip(place, sign, trade, form, strict=True)
    ]
    keys = naming.name_keys(names)
    registered = date(2000, 1, 1)
    today = timezone.now()
    return {
        "credit_code": codes_of(numbers),
        "name_zh": names,
        "name_en": [""] * count,
        "name_key": keys,
        "initials": naming.initials_of_keys(keys),
        "status": np.where(chance.random(count) < 0.9, "active", "deregistered"),
        "legal_form": np.where(np.array(form) < 3, "有限责任公司", "个体工商户"),
        "region_code": [DISTRICTS[n][0] for n in (numbers % len(DISTRICTS)).tolist()],
        "district": [DISTRICTS[n][1] for n in (numbers % len(DISTRICTS)).tolist()],
        "industry_code": [TRADES[t][1] for t in trade],
        "size": chance.choice(["micro", "small", "medium", "large"], size=count, p=(0.7, 0.2, 0.08, 0.02)),
        "registered_on": [registered + timedelta(days=n) for n in chance.integers(9000, size=count).tolist()],
        "registered_capital": [f"{n}万元" for n in (chance.integers(1, 200, size=count) * 10).tolist()],
        "legal_representative": [""] * count,
        "business_scope": [f"{TRADES[t][0]}的生产、销售与相关服务" for t in trade],
        "address": [f"{DISTRICTS[t % 5][1]}云帆大道{n}号" for t, n in enumerate(trade)],
        "created_at": [today] * count,
    }


def skewed(chance: np.random.Generator, size: int, count: int) -> np.ndarray:
    """Places from 0 to `size`, a few of them very often: a tenth of the places has half of the draws."""
    drawn = (size * chance.random(count) ** 3.3).astype(np.int64)
    # Scattered, so that what has many records does not lie together in the table.
    return drawn * 7_368_787 % size


# Records


def _records(chance: np.random.Generator, keys: np.ndarray, records: int) -> Iterator[dict]:
    from credit_platform.accounts.models import User
    from entities.models import RecordType, SubmittingBody

    people = {user.username: user.pk for user in User.objects.filter(username__in=(CLERK, REVIEWER))}
    today = timezone.localdate()
    for share, first in _shares(records):
        code, body, _share, classes, kinds = KINDS[share]
        record_type = RecordType.objects.get(code=code)
        versions = list(record_type.versions.order_by("valid_from"))
        made = {
            "record_type_id": record_type.pk,
            "submitted_by_id": SubmittingBody.objects.get(code=body).pk,
            "versions": [(version.valid_from, version.pk) for version in versions],
            "negative": record_type.polarity == RecordType.Polarity.NEGATIVE,
            "people": people,
        }
        for start, count in first:
            yield _record_batch(chance, keys, start, count, made, classes, kinds, today)


def _shares(records: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    start = 0
    for place, (*_names, share, _classes, _kinds) in enumerate(KINDS):
        end = start + round(records * share)
        yield place, [(at, min(BATCH, end - at)) for at in range(start, end, BATCH)]
        start = end


def _record_batch(
    chance: np.random.Generator, keys: np.ndarray, start: int, count: int, made: dict, classes: Sequence[str],
    kinds: Sequence[str], today: date,
) -> dict:  # fmt: skip
    # More of the newer ones, none from before the catalogue's first version.
    span = min((today - made["versions"][0][0]).days - 1, 6 * 365)
    ago = (span * chance.random(count) ** 1.5).astype(int)
    decided = [today - timedelta(days=days) for days in ago.tolist()]
    until = [day + timedelta(days=3 * 365) if made["negative"] else None for day in decided]
    waiting = chance.random(count) < 0.02
    gone = [last is not None and last < today for last in until]
    status = [
        "waiting" if waits else "expired" if over else "published"
        for waits, over in zip(waiting.tolist(), gone, strict=True)
    ]
    amounts = (np.exp(chance.normal(8, 1.5, count)) // 100 * 100 + 100).astype(int)
    act = chance.integers(len(ACTS), size=count).tolist()
    law = chance.integers(len(LAWS), size=count).tolist()
    kind = chance.integers(len(kinds), size=count).tolist()
    now = timezone.now()
    days = np.array(decided, dtype="datetime64[D]")
    froms = np.array([valid_from for valid_from, _pk in made["versions"]], dtype="datetime64[D]")
    version = np.array([pk for _from, pk in made["versions"]])[np.searchsorted(froms, days, side="right") - 1]
    return {
        "entity_id": keys[skewed(chance, len(keys), count)],
        "submitted_by_id": [made["submitted_by_id"]] * count,
        "record_type_id": [made["record_type_id"]] * count,
        "type_version_id": version,
        "document_number": [f"云汀字〔{day.year}〕第{start + n}号" for n, day in enumerate(decided)],
        "title": [ACTS[n] for n in act],
        "facts": [
            f"检查中发现当事人{ACTS[n]}，涉及{m % 90 + 3}批次，已立案核实"
            for n, m in zip(act, amounts.tolist(), strict=True)
        ],
        "legal_basis": [LAWS[n] for n in law],
        "authority": ["云汀市主管部门"] * count,
        "severity_class": [classes[n % len(classes)] for n in kind],
        "penalty_kinds": [kinds[n] for n in kind],
        "amount": amounts if made["negative"] else pa.nulls(count, pa.int64()),
        "decided_on": decided,
        "published_on": [
            None if one == "waiting" else day + timedelta(days=5)
            for one, day in zip(status, decided, strict=True)
        ],
        "publish_until": until,
        "withheld": [False] * count,
        "details": ["{}"] * count,
        "status": status,
        "ended_on": [last if one == "expired" else None for one, last in zip(status, until, strict=True)],
        "ended_because": [""] * count,
        "objected": [False] * count,
        "correction_reason": [""] * count,
        "entered_by_id": [made["people"][CLERK]] * count,
        "entered_at": [now] * count,
        "reviewed_by_id": [None if one == "waiting" else made["people"][REVIEWER] for one in status],
        "review_note": [""] * count,
    }


# Files


def write_penalties(path: str, rows: int) -> int:
    """A CSV of penalties on entities of the city, as market supervision sends it; returns its size in bytes.

    One row of 500 is not as it should be: an entity that nobody knows, a day that is none, an amount that the text
    contradicts, a cell left empty.
    """
    from entities.models import Entity

    chance = np.random.default_rng(SEED + rows)
    known = list(Entity.objects.order_by("pk").values_list("credit_code", "name_zh"))
    if not known:
        raise CannotMeasure("The city has no entities.")
    today = timezone.localdate()
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for start in range(0, rows, BATCH):
            count = min(BATCH, rows - start)
            drawn = skewed(chance, len(known), count).tolist()
            ago = chance.integers(1, 900, size=count).tolist()
            amounts = (np.exp(chance.normal(8, 1.2, count)) // 100 * 100 + 100).astype(int).tolist()
            act, law = chance.integers(len(ACTS), size=count), chance.integers(len(LAWS), size=count)
            for n, (entity, days, amount, a, w) in enumerate(
                zip(drawn, ago, amounts, act.tolist(), law.tolist(), strict=True), start=start
            ):
                code, name = known[entity]
                writer.writerow(_penalty(n, code, name, today - timedelta(days=days), amount, a, w))
    return Path(path).stat().st_size


HEADER = (
    "行政相对人名称", "行政相对人类别", "统一社会信用代码", "工商注册号", "组织机构代码", "税务登记号",
    "行政处罚决定书文号", "违法行为类型", "违法事实", "处罚依据", "处罚类别", "处罚内容", "罚款金额(万元)",
    "没收违法所得、没收非法财物的金额(万元)", "暂扣或吊销证照名称及编号", "失信严重程度", "处罚决定日期", "处罚有效期",
    "处罚机关",
)  # fmt: skip


def _penalty(n: int, code: str, name: str, decided: date, amount: int, act: int, law: int) -> list[str]:
    fault = (n // FAULTY_ONE_IN) % 4 if n % FAULTY_ONE_IN == FAULTY_ONE_IN - 1 else -1
    confiscated = f"{amount / 20_000:.4f}" if n % 7 == 0 else ""
    kinds = "罚款、没收违法所得" if confiscated else "罚款"
    content = f"罚款{amount}元" + ("，没收违法所得" if confiscated else "")
    return [
        "查无此企业有限公司" if fault == 0 else name,
        "法人及非法人组织",
        "91339702MX900001" if fault == 0 else code,
        "", "", "",
        f"云市监罚〔{decided.year}〕{n + 1}号",
        "" if fault == 3 else ACTS[act],
        f"经查，当事人于{decided.year}年{decided.month}月{ACTS[act]}，涉及货值{amount * 3}元、{n % 17 + 1}个批次，事实清楚",
        LAWS[law],
        kinds,
        content,
        f"{amount / 10_000 * (10 if fault == 2 else 1):.4f}",
        confiscated,
        "",
        ("一般", "轻微", "严重", "一般")[n % 4],
        "2026-02-30" if fault == 1 else decided.isoformat(),
        (decided + timedelta(days=365)).isoformat() if n % 5 == 0 else "",
        "云汀市市场监督管理局",
    ]  # fmt: skip
