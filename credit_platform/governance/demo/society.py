"""What the rest of society does in the demonstration: commitments, reports from the public, training, opinions.

The wordings of commitments are examples and say so: no law that was read prescribes them.
"""

from datetime import date, datetime, time, timedelta
from functools import partial

from django.utils import timezone

from associations.courses import services as courses
from associations.courses.models import SignUp
from associations.exchange import services as exchange
from associations.exchange.models import Exchange
from associations.exchange.services import Matter
from associations.models import Association, Member
from credit_platform.governance.demo.clock import weekday_from
from credit_platform.governance.demo.history import MARKET, TAX, History
from credit_platform.portal.public_reports import services as reports
from credit_platform.portal.public_reports.models import PublicReport
from credit_platform.portal.public_reports.services import Message
from credit_platform.portal.stories import selectors as stories, services as telling
from credit_platform.portal.stories.policies import PRAISE
from entities.commitments import services as commitments
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.models import CreditRecord, Entity
from repair.helping import services as helping

ASSOCIATION = "catering-association"
PENALTY = "administrative-penalty"
EXAMPLE_ZH, EXAMPLE_EN = (
    "【示例文本，非法定格式】",
    "[An example, no wording prescribed by law] ",
)


def tell(history: History, food: Entity, restaurant: Entity) -> None:
    """Add to the city's history what its society does, around two businesses for which somebody acts here."""
    _commitments(history, food, restaurant)
    _reports(history, restaurant)
    _courses(history, food, restaurant)
    _opinions(history)
    history.on(_ago(history, 4), partial(_story, history))
    history.on(_ago(history, 3), partial(_leave, history, food))


def _ago(history: History, days: int) -> date:
    return weekday_from(history.today - timedelta(days=days))


def _commitments(history: History, food: Entity, restaurant: Entity) -> None:
    lead, pei, meng = (history.users[name] for name in ("fangzhou", "peihuaijin", "mengxiao"))
    texts = (
        (
            "example-safe-food", MARKET, "食品经营", "Selling food", "食品安全承诺（示例）", "Food safety (example)", 60,
            "本单位承诺：建立进货查验记录，原料可追溯，不使用过期原料。",
            "We keep records of what we buy, can trace every ingredient and use none past its date.",
        ),
        (
            "example-clear-prices", MARKET, "明码标价", "Marking prices", "明码标价承诺（示例）", "Clear prices (example)", 90,
            "本单位承诺：所售商品和服务明码标价，不收取未标明的费用。",
            "We mark the price of all goods and services and charge nothing that is not marked.",
        ),
        (
            "example-tax-on-time", TAX, "纳税申报", "Filing taxes", "按期申报承诺（示例）", "Filing on time (example)", 120,
            "本单位承诺：按期如实办理纳税申报。",
            "We file our taxes truthfully and in time.",
        ),
    )  # fmt: skip
    for code, body, matter_zh, matter_en, name_zh, name_en, days, text_zh, text_en in texts:
        wording = commitments.Wording(
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            matter_zh=matter_zh,
            matter_en=matter_en,
            text_zh=EXAMPLE_ZH + text_zh,
            text_en=EXAMPLE_EN + text_en,
            checked_by=history.bodies[body],
            check_within_days=days,
            valid_from=_ago(history, 210),
        )
        history.on(_ago(history, 210), partial(commitments.add_template, by=lead, wording=wording))
    given = (
        (food, pei, "example-safe-food", 160, (105, True, "现场检查：进货查验记录齐全，可追溯。")),
        (food, pei, "example-clear-prices", 25, None),
        (restaurant, meng, "example-clear-prices", 150, (70, False, "抽查发现两项服务费未标明。")),
        (restaurant, meng, "example-safe-food", 55, None),
    )
    for entity, agent, code, days, check in given:
        history.on(_ago(history, days), partial(_give, agent, entity, code))
        if check is not None:
            checked, kept, finding = check
            history.on(
                _ago(history, checked), partial(_check, history.users["xuwan"], entity, code, kept, finding)
            )


def _give(agent, entity: Entity, code: str) -> None:
    template = CommitmentTemplate.objects.get(code=code)
    commitments.give_commitment(by=agent, entity=entity, template_id=template.pk, signed_as=agent.name_zh)


def _check(clerk, entity: Entity, code: str, kept: bool, finding: str) -> None:
    given = Commitment.objects.get(entity=entity, template__code=code, state=Commitment.State.GIVEN)
    commitments.check_commitment(by=clerk, number=given.number, kept=kept, finding=finding)


def _reports(history: History, restaurant: Entity) -> None:
    told = (
        (30, "goods", restaurant.credit_code, "周末到店用餐，结账时多收了菜单上没有标明的餐位费。", "linzhaoyi", 25,
         "upheld", "经核查属实，已责令改正并退还费用。感谢反映。"),
        (14, "data", "", "首页统计的日期比实际晚一天，请核对。", "fangzhou", 11,
         "not_upheld", "经核对，统计以前一日24时为准，日期无误；页面说明已补充。"),
        (2, "goods", "", "商场入口的促销广告写着全市最低价，但没有依据。", "", 0, "", ""),
    )  # fmt: skip
    for days, topic, code, text, who, after, outcome, answer in told:
        message = Message(topic=topic, text=text, entity_code=code)
        history.on(_ago(history, days), partial(reports.receive_report, message))
        if who:
            history.on(_ago(history, after), partial(_answer, history.users[who], text, outcome, answer))


def _answer(by, text: str, outcome: str, answer: str) -> None:
    report = PublicReport.objects.get(text=text)
    reports.answer_report(by=by, number=report.number, outcome=outcome, answer=answer)


def _courses(history: History, food: Entity, restaurant: Entity) -> None:
    officer, today = history.users["qianmulan"], history.today
    penalty = history.types[PENALTY]

    def offer(name_zh: str, name_en: str, held_on: date, about_zh: str, about_en: str) -> None:
        begins = timezone.make_aware(datetime.combine(held_on, time(14)))
        courses.offer_course(
            by=officer,
            association=Association.objects.get(body=history.bodies[ASSOCIATION]),
            offer=courses.Offer(
                name_zh=name_zh,
                name_en=name_en,
                about_zh=about_zh,
                about_en=about_en,
                place="云汀市人民路18号餐饮行业协会二楼",
                starts_at=begins,
                ends_at=begins + timedelta(hours=3),
                seats=30,
                types=(penalty,),
            ),
        )

    def sign_up(name_zh: str, agent: str, entity: Entity) -> None:
        course = Association.objects.get(body=history.bodies[ASSOCIATION]).courses.get(name_zh=name_zh)
        user = history.users[agent]
        courses.sign_up(by=user, entity=entity, course_id=course.pk, attendee=user.name_zh)

    def confirm(name_zh: str) -> None:
        for made in SignUp.objects.filter(course__name_zh=name_zh):
            courses.confirm_attendance(by=officer, sign_up_id=made.pk, attended=True)

    held, coming = _ago(history, 24), today + timedelta(days=16)
    purchases, labels = "进货查验专题培训", "食品标签专题培训"
    history.on(
        _ago(history, 45),
        partial(
            offer, purchases, "Checking what you buy", held,
            "进货查验记录怎么做，电子台账怎么建。", "How to keep records of purchases, on paper and electronically.",
        ),
    )  # fmt: skip
    history.on(_ago(history, 40), partial(sign_up, purchases, "peihuaijin", food))
    history.on(_ago(history, 38), partial(sign_up, purchases, "mengxiao", restaurant))
    # Two days in a row may both be put off to one Monday, on which nobody has been to the afternoon's course yet.
    history.on(weekday_from(held + timedelta(days=1)), partial(confirm, purchases))
    history.on(
        _ago(history, 9),
        partial(
            offer, labels, "Labels on food", weekday_from(coming),
            "预包装食品标签的常见问题与整改。", "What is often wrong with labels, and how to put it right.",
        ),
    )  # fmt: skip
    history.on(_ago(history, 5), partial(sign_up, labels, "peihuaijin", food))


def _story(history: History) -> None:
    """The newest commendation of whom nothing speaks against becomes a story; another one waits for its consent."""
    clerk, lead, today = history.users["xuwan"], history.users["fangzhou"], timezone.localdate()
    praised = (
        CreditRecord.objects.public_on(today).filter(record_type__code__in=PRAISE).select_related("entity")
    )
    records = [
        record
        for record in praised.order_by("-decided_on", "-pk")[:40]
        if record.submitted_by_id == history.bodies[MARKET].pk and not stories.against(record.entity, today)
    ]
    for place, record in enumerate(records[:2]):
        number = telling.propose_story(
            by=clerk,
            body=history.bodies[MARKET],
            entity=record.entity,
            draft=telling.Draft(
                title_zh="把承诺写进每一张订单",
                title_en="A promise on every order",
                text_zh=f"{EXAMPLE_ZH}该企业自设立以来坚持按约供货、如实标注。{today.year}年获评“{record.title}”。",
                text_en=f"{EXAMPLE_EN}Since it was set up the business has delivered as agreed and labelled its goods"
                f" truthfully. In {today.year} it was commended for it.",
                records=[record.pk],
                shown_until=today + timedelta(days=365),
            ),
        ).number
        if place == 0:
            telling.note_consent(
                by=clerk,
                number=number,
                signed_as="法定代表人",
                signed_on=today,
                paper="云市监信档〔示例〕第1号",
            )
            telling.publish_story(by=lead, number=number)


def _opinions(history: History) -> None:
    asks, officer = history.users["linzhaoyi"], history.users["qianmulan"]

    def ask(subject: str, text: str, due_on: date) -> None:
        exchange.ask_opinion(
            by=asks,
            department=history.bodies[MARKET],
            association=Association.objects.get(body=history.bodies[ASSOCIATION]),
            kind=Exchange.Kind.RULE,
            matter=Matter(subject=subject, text=text, due_on=due_on),
        )

    def answer(subject: str) -> None:
        asked = Exchange.objects.get(subject=subject)
        exchange.answer(
            by=officer,
            exchange_id=asked.pk,
            text="赞成公示检查结果。建议小型餐饮店可以使用统一样式的公示牌，费用由协会承担。",
            stance=Exchange.Stance.CONCERNS,
        )

    def close(subject: str) -> None:
        asked = Exchange.objects.get(subject=subject)
        exchange.close(
            by=asks,
            exchange_id=asked.pk,
            outcome=Exchange.Outcome.PARTLY,
            text="采纳统一样式的建议，写入征求意见稿第六条；费用另行协商。",
        )

    def observe(subject: str, text: str, wished_on: date) -> None:
        exchange.send_observation(
            by=officer,
            association=Association.objects.get(body=history.bodies[ASSOCIATION]),
            department=history.bodies[MARKET],
            matter=Matter(subject=subject, text=text, due_on=wished_on),
        )

    def promise(subject: str, due_on: date) -> None:
        told = Exchange.objects.get(subject=subject)
        exchange.promise(by=asks, exchange_id=told.pk, due_on=due_on)

    first, second = "餐饮店检查结果公示办法（征求意见稿）", "网络餐饮后厨直播指引（征求意见稿）"
    history.on(
        _ago(history, 34),
        partial(ask, first, "拟要求餐饮店在店内公示最近一次检查结果，请提出意见。", _ago(history, 18)),
    )
    history.on(_ago(history, 26), partial(answer, first))
    history.on(_ago(history, 20), partial(close, first))
    history.on(
        _ago(history, 4),
        partial(ask, second, "拟鼓励入网餐饮店直播后厨，请提出意见。", history.today + timedelta(days=12)),
    )
    third = "外卖店铺展示的证照"
    history.on(
        _ago(history, 5),
        partial(
            observe,
            third,
            "会员反映，部分外卖店铺展示的证照与实际经营者不一致。",
            history.today + timedelta(days=21),
        ),
    )
    history.on(_ago(history, 2), partial(promise, third, history.today + timedelta(days=9)))


def _leave(history: History, food: Entity) -> None:
    """The food company lets its association file, where it is a member."""
    member = Member.objects.current_on(history.today).filter(entity=food).first()
    if member is None:
        return
    helping.give_leave(
        by=history.users["peihuaijin"],
        entity=food,
        member_id=member.pk,
        until=history.today + timedelta(days=90),
        record_type=PENALTY,
    )
