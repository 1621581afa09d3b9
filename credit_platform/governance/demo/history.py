"""What happened in the demonstration city: a list of days, each with what somebody did on it.

Nothing is written to the tables here. Every deed goes through the service that a page would call, by the
person who would press the button, on the day on which it happened.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from credit_platform.accounts.models import User
from credit_platform.governance.demo.clock import weekday_from
from credit_platform.governance.demo.names import FIRST, FOOD, TRADING
from entities.models import CreditRecord, Entity, RecordType, SubmittingBody
from entities.services import records
from entities.services.records import RecordDraft

YEARS_BACK = 2
DAY = timedelta(days=1)
MINOR, GENERAL, SERIOUS = "minor", "general", "serious"
MARKET, TAX, CUSTOMS, FINANCE = "market-supervision", "tax", "customs", "financial-supervision"
#: By body: who enters and who reviews.
ENTER = {MARKET: ("xuwan", "tanyu"), TAX: ("hemiao",), CUSTOMS: ("bairu",), FINANCE: ("jiangnuo",)}
REVIEW = {MARKET: "shenke", TAX: "duanqing", CUSTOMS: "gujing", FINANCE: "yetong"}
NUMBER = {
    (MARKET, "administrative-penalty"): "云市监罚〔{year}〕{n:04d}号",
    (MARKET, "administrative-licence"): "云市监许〔{year}〕{n:04d}号",
    (MARKET, "inspection-result"): "云市监检〔{year}〕{n:04d}号",
    (MARKET, "abnormal-listing"): "云市监异列〔{year}〕{n:03d}号",
    (MARKET, "serious-violation-listing"): "云市监严列〔{year}〕{n:03d}号",
    (MARKET, "commendation"): "云市监表〔{year}〕{n:02d}号",
    (TAX, "administrative-penalty"): "云税罚〔{year}〕{n:03d}号",
    (TAX, "tax-credit-grade"): "云税评〔{year}〕{n:04d}号",
    (TAX, "tax-breach"): "云税信扣〔{year}〕{n:04d}号",
    (CUSTOMS, "administrative-penalty"): "云关缉违字〔{year}〕{n:03d}号",
    (CUSTOMS, "customs-credit-status"): "云关信认〔{year}〕{n:03d}号",
    (FINANCE, "administrative-penalty"): "云金罚决字〔{year}〕{n}号",
    (FINANCE, "administrative-licence"): "云金复〔{year}〕{n}号",
}


@dataclass(frozen=True, slots=True)
class Offence:
    """A kind of violation in the invented city; its legal bases are the city's own, but for those seen in sources."""

    title: str
    facts: str
    basis: str
    severity: str = GENERAL
    kinds: tuple[str, ...] = ("fine",)
    fine: tuple[int, int] = (5, 50)
    industries: frozenset[str] = frozenset()

    def fits(self, entity: Entity) -> bool:
        return not self.industries or entity.industry_code in self.industries


OFFENCES = {
    MARKET: (
        Offence(
            "未按规定记录进货查验",
            "检查时不能提供近三个月的进货查验记录。",
            "《食品安全法》第一百二十六条第一款第三项",
            industries=FOOD,
        ),
        Offence("标签未标注批次日期", "抽查的三种商品标签缺少批次日期。", "《云汀市商品标识管理办法》第九条"),
        Offence(
            "广告内容与实际不符",
            "宣传页所称的认证与其实际持有的认证不符。",
            "《云汀市商业广告管理办法》第十四条",
        ),
        Offence(
            "计量器具未按期检定",
            "一台在用衡器超过检定周期两个月。",
            "《云汀市计量监督办法》第七条",
            fine=(1, 10),
        ),
        Offence(
            "未明码标价",
            "部分商品未标明价格，已当场改正。",
            "《云汀市价格行为办法》第五条",
            MINOR,
            ("warning",),
            (0, 0),
        ),
        Offence(
            "未及时更新公示信息",
            "营业场所公示的许可信息过期未更新，已改正。",
            "《云汀市经营信息公示办法》第六条",
            MINOR,
            fine=(1, 2),
        ),
        Offence(
            "销售不符合标准的商品并停业整顿",
            "两个批次商品经检验不符合强制性标准。",
            "《云汀市商品质量监督条例》第二十一条",
            SERIOUS,
            ("production-stopped", "fine"),
            (50, 200),
        ),
        Offence(
            "使用过期原料加工",
            "加工间查获超过保质期的原料并已投入使用。",
            "《云汀市食品加工管理条例》第三十条",
            SERIOUS,
            ("gains-confiscated", "fine"),
            (60, 300),
            FOOD,
        ),
    ),
    TAX: (
        Offence(
            "未按期办理纳税申报",
            "连续两期未在期限内申报。",
            "《云汀市税费服务管理办法》第六条",
            MINOR,
            fine=(1, 2),
        ),
        Offence(
            "未按规定保管账簿凭证",
            "检查期间部分凭证缺失。",
            "《云汀市税费服务管理办法》第十一条",
            fine=(2, 10),
        ),
        Offence(
            "取得不合规发票入账",
            "入账发票与实际交易不符。",
            "《云汀市发票使用监督办法》第八条",
            fine=(10, 80),
        ),
    ),
    CUSTOMS: (
        Offence(
            "申报商品编码不实",
            "进口货物申报的商品编码与实际不符。",
            "《云汀口岸申报监督办法》第十三条",
            fine=(5, 60),
            industries=TRADING,
        ),
        Offence(
            "未按规定报告货物去向",
            "减免税货物移作他用未报告。",
            "《云汀口岸申报监督办法》第十九条",
            fine=(10, 90),
            industries=TRADING,
        ),
    ),
    FINANCE: (
        Offence(
            "贷款资金用途审查不到位",
            "抽查的三笔贷款未核实资金用途。",
            "《中华人民共和国银行业监督管理法》第四十六条",
            fine=(200, 600),
            industries=frozenset({"J6621"}),
        ),
        Offence(
            "服务收费未按规定公示",
            "网点未公示部分服务价格。",
            "《云汀市金融服务收费公示办法》第四条",
            MINOR,
            ("warning",),
            (0, 0),
            frozenset({"J6621"}),
        ),
    ),
}
LICENCES = (
    ("食品经营许可", FOOD),
    ("特种设备使用登记", frozenset({"C3484", "G5930", "H6110", "E4910", "C2612"})),
    ("检验检测机构资质认定", frozenset({"M7452"})),
    ("危险化学品经营登记", frozenset({"C2612"})),
)
COMMENDATIONS = (
    "{year}年度市质量奖",
    "{year}年度守合同重信用企业",
    "{year}年度放心消费示范单位",
    "{year}年度诚信建设先进单位",
)
FINDINGS = ("none", "none", "none", "none", "corrected", "corrected", "further")
FINDING_TITLES = {
    "none": "双随机抽查：未发现问题",
    "corrected": "双随机抽查：发现问题已责令改正",
    "further": "双随机抽查：发现问题待后续处理",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody does on a day."""

    day: date
    do: Callable[[], object]


@dataclass(slots=True)
class History:
    """The deeds of the city, in the order in which they were thought of; `in_order` puts them in that of their days."""

    today: date
    users: dict[str, User]
    bodies: dict[str, SubmittingBody]
    random: Random
    types: dict[str, RecordType] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    numbers: dict[tuple[str, str, int], int] = field(default_factory=lambda: defaultdict(int))

    def in_order(self) -> list[Deed]:
        return sorted(self.deeds, key=lambda deed: deed.day)

    def on(self, day: date, do: Callable[[], object]) -> None:
        """Note a deed; what would fall into the future happens today."""
        self.deeds.append(Deed(min(weekday_from(day), self.today), do))

    def some_day(self, *, least: int = 3, most: int = 365 * YEARS_BACK) -> date:
        """A weekday in the past, more often a late one."""
        ago = least + int((most - least) * self.random.random() ** 1.4)
        return min(weekday_from(self.today - timedelta(days=ago)), self.today - DAY)

    def number(self, body: str, type_code: str, year: int) -> str:
        self.numbers[body, type_code, year] += self.random.randrange(1, 12)
        return NUMBER[body, type_code].format(year=year, n=self.numbers[body, type_code, year])

    def record(
        self,
        body: str,
        type_code: str,
        entity: Entity,
        draft: RecordDraft,
        *,
        until: str = "published",
        then: Callable[[CreditRecord], object] | None = None,
    ) -> None:
        """A clerk enters a record and sends it to review; a reviewer approves it some days later.

        Args:
            until: where it stops: `draft`, `waiting`, `returned` or `published`.
            then: what happens with it on the day on which it is in force.
        """
        clerk = self.users[self.random.choice(ENTER[body])]
        reviewer = self.users[REVIEW[body]]
        entered_on = draft.decided_on + timedelta(days=self.random.randrange(1, 4))
        # One in eight lies on the reviewer's desk for long: a city in which everything is in time teaches nothing.
        reviewed_on = entered_on + timedelta(days=self.random.choice((1, 1, 2, 2, 3, 3, 4, 12)))

        def enter() -> None:
            saved = records.save_draft(
                by=clerk,
                body=self.bodies[body],
                entity=entity,
                record_type=self.types[type_code],
                draft=draft,
            )
            if until == "draft":
                return
            records.send_to_review(by=clerk, record_id=saved.pk)
            if until == "returned":
                self.on(reviewed_on, lambda: give_back(saved))
            elif until == "published":
                self.on(reviewed_on, lambda: approve(saved))

        def give_back(saved: CreditRecord) -> None:
            records.return_record(
                by=reviewer, record_id=saved.pk, note="请补充处罚依据的条款项，并核对当事人名称。"
            )

        def approve(saved: CreditRecord) -> None:
            done = records.approve_record(by=reviewer, record_id=saved.pk)
            if then:
                then(done)

        self.on(entered_on, enter)

    def penalty(
        self, body: str, entity: Entity, offence: Offence, day: date, *, fine: int | None = None, **more
    ) -> None:
        """A penalty as its body would word it. `fine` in hundreds of yuan."""
        hundreds = self.random.randint(*offence.fine) if fine is None else fine
        amount = Decimal(hundreds * 100) if "fine" in offence.kinds else None
        self.record(
            body,
            "administrative-penalty",
            entity,
            RecordDraft(
                document_number=self.number(body, "administrative-penalty", day.year),
                title=f"{_words(offence, amount)}：{offence.title}",
                decided_on=day,
                facts=offence.facts,
                legal_basis=offence.basis,
                authority=self.bodies[body].name_zh,
                severity_class=offence.severity,
                penalty_kinds=offence.kinds,
                amount=amount,
            ),
            **more,
        )

    def fact(self, body: str, type_code: str, entity: Entity, title: str, day: date, **details: str) -> None:
        """A record that is no penalty."""
        self.record(
            body,
            type_code,
            entity,
            RecordDraft(
                document_number=self.number(body, type_code, day.year),
                title=title,
                decided_on=day,
                legal_basis=details.pop("basis", ""),
                severity_class=details.pop("severity", ""),
                authority=self.bodies[body].name_zh,
                details=details,
            ),
        )


def _words(offence: Offence, amount: Decimal | None) -> str:
    words = {"production-stopped": "责令停产停业3日", "warning": "警告", "gains-confiscated": "没收违法所得"}
    said = [words[kind] for kind in offence.kinds if kind in words]
    if amount is not None:
        said.append(f"罚款{(amount / 10_000).normalize():f}万元")
    return "并".join(said)


def ordinary_life(history: History, entities: list[Entity]) -> None:
    """Two years of a city's offices, with all businesses but those that the stories are about."""
    everybody = [entity for entity in entities[len(FIRST) :] if entity.status == Entity.Status.ACTIVE]
    pick = history.random.choice
    for body, count in ((MARKET, 52), (TAX, 12), (CUSTOMS, 7), (FINANCE, 6)):
        for _number in range(count):
            offence = pick(OFFENCES[body])
            entity = pick([entity for entity in everybody if offence.fits(entity)])
            history.penalty(body, entity, offence, history.some_day(least=12))
    for title, industries in LICENCES:
        for entity in [entity for entity in everybody if entity.industry_code in industries][:9]:
            history.fact(
                MARKET,
                "administrative-licence",
                entity,
                title,
                history.some_day(least=40),
                licence_kind="ordinary",
            )
    for entity in history.random.sample(everybody, 36):
        finding = pick(FINDINGS)
        history.fact(
            MARKET,
            "inspection-result",
            entity,
            FINDING_TITLES[finding],
            history.some_day(least=10),
            inspection_kind="double-random",
            finding=finding,
        )
    for entity in history.random.sample(everybody, 9):
        history.fact(
            MARKET,
            "abnormal-listing",
            entity,
            "列入经营异常名录：未按期公示年度报告",
            history.some_day(least=30, most=500),
            ground="annual-report",
            basis="《企业信息公示暂行条例》",
            severity="",
        )
    for entity in history.random.sample(everybody, 3):
        history.fact(
            MARKET,
            "serious-violation-listing",
            entity,
            "列入严重违法失信名单：受到较重处罚且情节严重",
            history.some_day(least=20, most=300),
            ground="受到较重处罚且情节严重",
            basis="《市场监督管理严重违法失信名单管理办法》第二条",
            severity=SERIOUS,
        )
    for entity in history.random.sample(everybody, 14):
        day = history.some_day(least=60)
        history.fact(
            MARKET, "commendation", entity, pick(COMMENDATIONS).format(year=day.year - 1), day, level="city"
        )
    _tax_grades(history, everybody)
    for entity in [entity for entity in everybody if entity.industry_code in TRADING][:10]:
        history.fact(
            CUSTOMS,
            "customs-credit-status",
            entity,
            "海关信用等级认定：常规企业",
            history.some_day(least=20, most=200),
            customs_status="regular",
        )


def _tax_grades(history: History, everybody: list[Entity]) -> None:
    """The tax office's yearly grades of some; those of grade A come in by file."""
    for entity in history.random.sample(everybody, 16):
        tax_grade(history, entity, history.random.choice("BBBBMMCD"))


def tax_grade(history: History, entity: Entity, grade: str) -> None:
    """The grade of last year, made known in spring."""
    day = date(history.today.year, 4, 25)
    if day >= history.today - timedelta(days=20):
        day = date(history.today.year - 1, 4, 25)
    title = f"{day.year - 1}年度纳税缴费信用级别：{grade}级"
    history.fact(
        TAX, "tax-credit-grade", entity, title, weekday_from(day), year=str(day.year - 1), grade=grade
    )


def work_in_hand(history: History, entities: list[Entity]) -> None:
    """What lies on the desks today: drafts, records that wait for a reviewer, records that came back."""
    active = [entity for entity in entities[len(FIRST) :] if entity.status == Entity.Status.ACTIVE]
    plan = (
        (MARKET, "waiting", 6),
        (MARKET, "draft", 2),
        (MARKET, "returned", 2),
        (TAX, "waiting", 3),
        (TAX, "draft", 1),
        (TAX, "returned", 1),
        (CUSTOMS, "waiting", 2),
        (CUSTOMS, "draft", 1),
        (FINANCE, "waiting", 2),
        (FINANCE, "returned", 1),
    )
    for body, until, count in plan:
        for _number in range(count):
            offence = history.random.choice(OFFENCES[body])
            fitting = [entity for entity in active if offence.fits(entity)]
            day = weekday_from(history.today - timedelta(days=history.random.randrange(8, 16)))
            history.penalty(body, history.random.choice(fitting), offence, day, until=until)
