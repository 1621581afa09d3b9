"""What the demonstration shows in detail: one food company, a few cases, and an association with its members."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from associations import industry
from associations.forewarning import services as forewarning
from associations.forewarning.models import PriorNotice
from associations.models import Association, Member
from associations.services import MemberDraft, add_member, end_membership
from credit_platform.accounts.models import User
from credit_platform.governance.demo import society
from credit_platform.governance.demo.clock import weekday_from
from credit_platform.governance.demo.history import CUSTOMS, MARKET, OFFENCES, TAX, History, tax_grade
from credit_platform.governance.demo.names import FIRST, FOOD
from entities.drafts import draft_of
from entities.models import CreditRecord, Entity, EntityAgent, SubmittingBody
from entities.services import records, submissions
from entities.services.records import RecordDraft
from repair import services as cases
from repair.workflow import Action

ASSOCIATION = "catering-association"
LABELS, PURCHASES, ADVERTS, STOPPED = (OFFENCES[MARKET][place] for place in (1, 0, 2, 6))
MEMBERS = 38
PROOF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
    b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    b"4 0 obj<</Length 62>>stream\nBT /F1 14 Tf 72 760 Td (Receipt of payment, demonstration) Tj ET\nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def tell(history: History, entities: list[Entity]) -> None:
    """Add the stories to the city's history."""
    hero = {brand_and_trade: entities[place] for brand_and_trade, place in FIRST.items()}
    _name_agents(history, hero)
    _food_company(history, hero["禾谷", "糕点食品"])
    _cases(history, hero)
    _corrected_and_withdrawn(history, hero)
    _association(history, entities)
    _tax_lists(history, entities)
    _evaluation_lists(history, entities)
    society.tell(history, food=hero["禾谷", "糕点食品"], restaurant=hero["沣屿", "餐饮管理"])
    _of_sectors(history, taxpayer=hero["蓝栈", "冷链物流"], importer=hero["铭拓", "再生资源"])


def _name_agents(history: History, hero: dict) -> None:
    """Agents are named at the credit office, on paper; the platform has no service for it yet."""
    acting = {
        "peihuaijin": (("禾谷", "糕点食品"), ("禾谷", "蔬果批发")),
        "mengxiao": (("沣屿", "餐饮管理"), ("瑞汐", "酒店管理"), ("铭拓", "再生资源"), ("蓝栈", "冷链物流")),
    }
    EntityAgent.objects.bulk_create(
        EntityAgent(user=history.users[username], entity=hero[one])
        for username, ones in acting.items()
        for one in ones
    )


def _ago(history: History, days: int) -> date:
    return weekday_from(history.today - timedelta(days=days))


def _food_company(history: History, entity: Entity) -> None:
    """One record that never ends early, one that can be repaired now, one that can be repaired soon; and good ones."""
    history.penalty(MARKET, entity, STOPPED, _ago(history, 404), fine=800)
    history.penalty(MARKET, entity, PURCHASES, _ago(history, 200), fine=320)
    history.penalty(MARKET, entity, LABELS, _ago(history, 80), fine=80)
    history.fact(
        MARKET,
        "commendation",
        entity,
        f"{history.today.year - 1}年度市质量奖",
        _ago(history, 255),
        level="city",
    )
    for days in (277, 159):
        history.fact(
            MARKET,
            "inspection-result",
            entity,
            "双随机抽查：未发现问题",
            _ago(history, days),
            inspection_kind="double-random",
            finding="none",
        )
    tax_grade(history, entity, "A")
    history.fact(
        MARKET, "administrative-licence", entity, "食品生产许可", _ago(history, 330), licence_kind="ordinary"
    )


def _of_sectors(history: History, *, taxpayer: Entity, importer: Entity) -> None:
    """Points taken off that can come back, and a level of customs that can be lifted."""
    history.fact(
        TAX,
        "tax-breach",
        taxpayer,
        "未按规定期限纳税缴费申报",
        _ago(history, 20),
        basis="《纳税缴费信用管理办法》附1",
        breach="late-filing",
        months="1",
        tax_amount="12000",
    )
    history.fact(
        CUSTOMS,
        "customs-credit-status",
        importer,
        "海关企业信用等级：失信企业",
        _ago(history, 60),
        customs_status="dishonest",
    )


# Cases


def _cases(history: History, hero: dict) -> None:
    agent, clerk = history.users["mengxiao"], history.users["tanyu"]
    supervisor = history.users["linzhaoyi"]

    def file(record: CreditRecord) -> str:
        case = cases.open_case(by=agent, record_id=record.pk)
        cases.save_draft(
            by=agent,
            number=case.number,
            version=case.version,
            statement="罚款已缴清，进货查验已改为电子台账并由专人负责，附缴款凭证。",
        )
        proof = SimpleUploadedFile("缴款凭证.pdf", PROOF, content_type="application/pdf")
        cases.add_proof(by=agent, number=case.number, upload=proof)
        cases.sign_commitment(by=agent, number=case.number, name=agent.name_zh, agreed=True)
        return act(agent, case.number, Action.SUBMIT)

    def act(by, number: str, action: Action, note: str = "") -> str:
        version = cases.Case.objects.values_list("version", flat=True).get(number=number)
        cases.act_on_case(by=by, number=number, action=action, version=version, note=note)
        return number

    def steps(first_day: date, *following: tuple[int, object, Action, str]) -> Callable[[CreditRecord], None]:
        """File on the first day; then, so many days later each, take the steps."""

        def begin(record: CreditRecord) -> None:
            filed: list[str] = []
            history.on(first_day, lambda: filed.append(file(record)))
            for after, by, action, note in following:
                history.on(
                    first_day + timedelta(days=after),
                    lambda by=by, action=action, note=note: act(by, filed[0], action, note),  # type: ignore[misc]
                )

        return begin

    grant = "整改到位，罚款已缴清，已达到最短公示期，拟同意修复。"
    plan = (
        (("沣屿", "餐饮管理"), 180, PURCHASES, steps(_ago(history, 1))),
        (
            ("瑞汐", "酒店管理"),
            210,
            ADVERTS,
            steps(_ago(history, 4), (2, clerk, Action.PROPOSE_GRANT, grant)),
        ),
        (
            ("铭拓", "再生资源"),
            240,
            LABELS,
            steps(
                _ago(history, 24),
                (2, clerk, Action.PROPOSE_REFUSE, "未见第二批次商品的整改证明。"),
                (4, supervisor, Action.REFUSE, "提交的材料只涉及一个批次，另一批次的整改未予证明。"),
                (14, agent, Action.APPEAL, "另一批次商品已于处罚前销毁，销毁记录在附件第二页。"),
            ),
        ),
        (
            ("蓝栈", "冷链物流"),
            260,
            LABELS,
            steps(
                _ago(history, 40),
                (1, clerk, Action.ASK_MATERIAL, "请补充缴款凭证的银行回单。"),
                (5, agent, Action.SUPPLY_MATERIAL, "已补充银行回单，见附件。"),
                (6, clerk, Action.PROPOSE_GRANT, grant),
                (7, supervisor, Action.GRANT, "符合信用修复条件，准予修复。"),
            ),
        ),
    )
    for one, days, offence, begin in plan:
        history.penalty(MARKET, hero[one], offence, _ago(history, days), fine=150, then=begin)


def _corrected_and_withdrawn(history: History, hero: dict) -> None:
    clerk, reviewer = history.users["xuwan"], history.users["shenke"]

    def correct(record: CreditRecord) -> None:
        draft = draft_of(record)
        right = RecordDraft(
            **{**_as_dict(draft), "facts": f"{draft.facts}（更正：涉及商品为两种，而非三种。）"}
        )
        newer = records.correct_record(
            by=clerk, record_id=record.pk, draft=right, because="商品种数录入有误。"
        )
        records.approve_record(by=reviewer, record_id=newer.pk)

    def withdraw(record: CreditRecord) -> None:
        because = "行政复议撤销了该处罚决定。"
        records.ask_for_withdrawal(by=clerk, record_id=record.pk, because=because)
        records.withdraw_record(by=reviewer, record_id=record.pk, because=because)

    history.penalty(
        MARKET,
        hero["屿槐", "百货商行"],
        LABELS,
        _ago(history, 120),
        then=lambda record: history.on(_ago(history, 60), lambda: correct(record)),
    )
    history.penalty(
        MARKET,
        hero["澄一", "检测技术"],
        ADVERTS,
        _ago(history, 190),
        then=lambda record: history.on(_ago(history, 100), lambda: withdraw(record)),
    )


def _as_dict(draft: RecordDraft) -> dict:
    return {name: getattr(draft, name) for name in RecordDraft.__dataclass_fields__}


# The association


def _association(history: History, entities: list[Entity]) -> None:
    association = Association.objects.select_related("body").get(body=history.bodies[ASSOCIATION])
    candidates = [e for e in entities if e.industry_code in FOOD and e.status == Entity.Status.ACTIVE]
    members = candidates[:2] + history.random.sample(candidates[2:], MEMBERS - 2)
    for entity, days, offence in zip(members[6:9], (14, 17, 22), (PURCHASES, LABELS, ADVERTS), strict=True):
        history.penalty(MARKET, entity, offence, _ago(history, days))
    year = history.today.year - 1
    history.fact(
        MARKET, "commendation", members[9], f"{year}年度放心消费示范单位", _ago(history, 15), level="city"
    )
    _joined_and_left(history, association, members)
    _member_records(history, association, members)
    history.on(_ago(history, 40), partial(_member_list, history, members, candidates))


def _joined_and_left(history: History, association: Association, members: list[Entity]) -> None:
    officer, random = history.users["qianmulan"], history.random

    def join(entity: Entity, draft: MemberDraft) -> None:
        add_member(by=officer, association=association, entity=entity, draft=draft)

    def leave(entity: Entity) -> None:
        member = Member.objects.get(association=association, entity=entity)
        end_membership(by=officer, member_id=member.pk, left_on=_ago(history, 18))

    for number, entity in enumerate(members, start=1):
        is_new = number > MEMBERS - 3
        joined_on = _ago(history, random.randrange(5, 25) if is_new else random.randrange(200, 1_500))
        draft = MemberDraft(
            joined_on=joined_on,
            basis=random.choice(Member.Basis.values),
            member_number=f"YTCY-{number:03d}",
        )
        history.on(max(joined_on, history.today - timedelta(days=720)), partial(join, entity, draft))
    for entity in members[4:6]:
        history.on(_ago(history, 18), partial(leave, entity))


def _member_list(history: History, members: list[Entity], candidates: list[Entity]) -> None:
    """The association's own list: nearly all stand there already, two are new, one has a name but no code."""
    new = [entity for entity in candidates if entity not in members][-2:]
    known = Member.objects.filter(entity__in=members, left_on=None).select_related("entity").order_by("pk")
    basis: dict[str, str] = {Member.Basis.CHARTER: "协会章程", Member.Basis.CONSENT: "会员同意"}
    lines = ["统一社会信用代码,会员名称,会员编号,入会日期,数据依据"]
    lines += [
        f"{one.entity.credit_code},{one.entity.name_zh},{one.member_number},{one.joined_on},{basis[one.basis]}"
        for one in known
    ]
    lines += [f"{one.credit_code},{one.name_zh},,{_ago(history, 45)},协会章程" for one in new]
    lines.append(f",云汀市青禾面馆,,{_ago(history, 400)},协会章程")
    upload = SimpleUploadedFile("会员名单.csv", "\r\n".join(lines).encode(), content_type="text/csv")
    officer = history.users["qianmulan"]
    _take_in(officer, history.bodies[ASSOCIATION], "members", upload, confirm=True)


def _member_records(history: History, association: Association, members: list[Entity]) -> None:
    officer, second = history.users["qianmulan"], history.users["songqi"]
    random, year = history.random, history.today.year

    def enter(entity: Entity, type_code: str, draft: RecordDraft) -> None:
        saved = records.save_draft(
            by=officer,
            body=association.body,
            entity=entity,
            record_type=history.types[type_code],
            draft=draft,
        )
        records.send_to_review(by=officer, record_id=saved.pk)
        records.approve_record(by=second, record_id=saved.pk)
        # Members for whom nobody acts here get their notice on paper, on the same day.
        for notice in PriorNotice.objects.filter(record=saved, state=PriorNotice.State.TO_DELIVER):
            forewarning.note_delivery(
                by=officer, notice_id=notice.pk, told_on=timezone.localdate(), how="挂号邮寄，附回执"
            )

    def note(entity: Entity, type_code: str, number: str, title: str, **more) -> None:
        day = _ago(history, random.randrange(5, 190))
        draft = RecordDraft(document_number=number, title=title, decided_on=day, **more)
        history.on(day, partial(enter, entity, type_code, draft))

    for place, entity in enumerate(random.sample(members[8:-3], 8), start=1):
        note(entity, "member-commendation", f"云餐协表〔{year}〕{place}号", "明厨亮灶示范单位")
    for place, entity in enumerate(random.sample(members[8:-3], 3), start=1):
        basis = "《云汀市餐饮行业协会章程》第十一条"
        note(
            entity,
            "member-warning",
            f"云餐协警〔{year}〕{place}号",
            "未按约定参加食品安全培训",
            legal_basis=basis,
        )
    for place, entity in enumerate(members[:4], start=1):
        details = {"grade": random.choice("AAB")}
        note(entity, "member-rating", f"云餐协评〔{year}〕{place}号", "会员自律评级", details=details)
    for place, (entity, days, title) in enumerate(
        (
            (members[0], 6, "未按约定公示价目"),
            (members[10], 60, "未按约定退还订金"),
            (members[11], 3, "未按约定退还订金"),
        ),
        start=1,
    ):
        day = _ago(history, days)
        draft = RecordDraft(
            document_number=f"云餐协诉〔{year}〕{place}号",
            title=title,
            decided_on=day,
            legal_basis="《云汀市餐饮行业协会章程》第十二条",
            facts="消费者投诉经协会查实。",
        )
        history.on(day, partial(enter, entity, "member-complaint", draft))
    history.on(history.today, lambda: industry.count_industries(today=timezone.localdate()))
    for days in (150, 100, 60, 30, 0):
        history.on(_ago(history, days), lambda: forewarning.follow_up(today=timezone.localdate()))


# Files


def _tax_lists(history: History, entities: list[Entity]) -> None:
    """The list of two years ago was saved last spring; that of last year lies ready to be confirmed."""
    listed = [entity for entity in entities[len(FIRST) :] if entity.status == Entity.Status.ACTIVE]
    year, clerk = history.today.year, history.users["hemiao"]
    spring = min(date(year - 1, 4, 20), history.today - timedelta(days=60))

    def hand_in(evaluated: int, rows: list[tuple[str, str]], *, confirm: bool) -> None:
        lines = ["纳税人识别号,纳税人名称,评价年度,税务机关"]
        lines += [f"{code},{name},{evaluated},{history.bodies[TAX].name_zh}" for code, name in rows]
        upload = SimpleUploadedFile(
            f"{evaluated}年度A级纳税人名单.csv", "\r\n".join(lines).encode("gb18030"), content_type="text/csv"
        )
        _take_in(clerk, history.bodies[TAX], "tax-credit-a-list", upload, confirm=confirm)

    def rows_of(some: list[Entity]) -> list[tuple[str, str]]:
        return [(entity.credit_code, entity.name_zh) for entity in some]

    before = [*rows_of(history.random.sample(listed, 26)), ("9133970", "云汀市名单尾行")]
    now = rows_of(history.random.sample(listed, 22))
    mistyped, other_name = now[3], now[9]
    now[3] = (mistyped[0][:-1] + ("0" if mistyped[0][-1] != "0" else "1"), mistyped[1])
    now[9] = (other_name[0], other_name[1].replace("云汀", "云汀市"))
    now += [("91339702MX9", "云汀栖桐食品有限公司"), ("", "云汀远槐面馆")]
    history.on(spring, partial(hand_in, year - 2, before, confirm=True))
    history.on(_ago(history, 1), partial(hand_in, year - 1, now, confirm=False))


def _evaluation_lists(history: History, entities: list[Entity]) -> None:
    """The lead office brought in two national lists, one of the old scale and one of the new, grades invented as all here."""
    active = [entity for entity in entities if entity.status == Entity.Status.ACTIVE]
    clerk, reviewer = history.users["yuwei"], history.users["luning"]
    office = history.bodies["lead-office"]

    def hand_in(day: date, grades: str, period: str) -> None:
        lines = ["统一社会信用代码,企业名称,评价等级,评价日期,评价周期,评价单位"]
        lines += [
            f"{entity.credit_code},{entity.name_zh},{grades[place % len(grades)]},{day},{period},示例国家评价单位"
            for place, entity in enumerate(active[::2])
        ]
        upload = SimpleUploadedFile(
            f"综合评价结果{period}.csv", "\r\n".join(lines).encode(), content_type="text/csv"
        )
        _take_in(clerk, office, "national-evaluations", upload, confirm=True, second=reviewer)

    for day, grades, period in (
        (date(2025, 9, 26), "良优良中良", "2025"),
        (date(2026, 6, 26), "BABCB", "2026"),
    ):
        if day < history.today:
            history.on(day + timedelta(days=10), partial(hand_in, day, grades, period))


def _take_in(
    by,
    body: SubmittingBody,
    format_code: str,
    upload: SimpleUploadedFile,
    *,
    confirm: bool,
    second: User | None = None,
) -> None:
    """What the workers do with a file, done here at once; `second` agrees where two persons save it."""
    submission = submissions.upload_submission(by=by, body=body, format_code=format_code, upload=upload)
    submissions.check_submission(submission_id=submission.pk)
    if confirm:
        for person in filter(None, (by, second)):
            submissions.confirm_submission(by=person, submission_id=submission.pk)
        submissions.save_submission(submission_id=submission.pk)
