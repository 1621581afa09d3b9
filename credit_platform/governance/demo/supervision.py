"""The rules by which the invented city's market supervision inspects, and what a good grade brings there."""

from datetime import date, timedelta

from agencies.supervision.services import Draft, approve_rule, draft_rule
from credit_platform.accounts.models import User
from credit_platform.governance.demo.clock import as_if_on
from entities.models import LegalInstrument, SubmittingBody
from evaluation.models import Scheme

SINCE = timedelta(days=150)
#: Class, months between inspections, least and most share drawn a year. The city is invented, and so are they.
INSPECTIONS = (("A", 36, 0, 5), ("B", 24, 5, 20), ("C", 12, 21, 60), ("D", 6, 61, 100))
SOURCE = "云汀为虚构城市，数值为演示所设 · Yunting is invented, and so are the figures"


def make_rules(users: dict[str, User], bodies: dict[str, SubmittingBody], today: date) -> None:
    """Written by one person of the lead office and put in force by another, some months ago."""
    day = today - SINCE
    with as_if_on(day):
        for draft in _drafts(bodies["market-supervision"], day):
            rule = draft_rule(by=users["fangzhou"], draft=draft)
            approve_rule(by=users["heyuan"], rule_id=rule.pk)


def _drafts(market: SubmittingBody, day: date) -> list[Draft]:
    inspections = [
        Draft(
            code=f"inspections-{letter.lower()}",
            kind="inspection",
            scheme=Scheme.objects.get(code="risk-class"),
            grades=(letter,),
            body=market,
            name_zh=f"{letter}类企业抽查频次",
            name_en=f"Inspections of class {letter}",
            text_zh=f"至迟每{months}个月检查一次，每年抽查不超过{most}%。",
            text_en=f"Inspected at the latest every {months} months; at most {most} % are drawn a year.",
            instrument=LegalInstrument.objects.get(code="registration-rules-2022"),
            article="第六十五条",
            source=SOURCE,
            share_least=least,
            share_most=most,
            every_months=months,
            valid_from=day,
        )
        for letter, months, least, most in INSPECTIONS
    ]
    fast_lane = Draft(
        code="fast-lane",
        kind="incentive",
        scheme=Scheme.objects.get(code="city-comprehensive"),
        grades=("A",),
        body=None,
        name_zh="绿色通道、容缺受理",
        name_en="Fast lane, acceptance with papers to follow",
        text_zh="在行政管理和公共服务中，给予绿色通道、容缺受理等便利服务措施。",
        text_en="In administration and public service: a fast lane, and acceptance with papers to follow.",
        instrument=LegalInstrument.objects.get(code="local-credit-rules"),
        article="（演示）",
        source=SOURCE,
        valid_from=day,
    )
    return [*inspections, fast_lane]
