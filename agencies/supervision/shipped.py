"""Rules that were published elsewhere, by profile: to start from. None of them is in force here by itself.

No rule of this city is known, and what a county or a province set binds that place. Whoever starts from one of them
names the city's own basis, and a second person puts it in force.
"""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.supervision.models import SupervisionRule

Kind = SupervisionRule.Kind
LINDIAN = "credit.daqing.gov.cn/wcm/content/detail/20241106134223_100034.html"
FULL_TEXT = "Full text read"


@dataclass(frozen=True, slots=True)
class Profile:
    """What one place published."""

    code: str
    name: str | Promise
    says: str | Promise


@dataclass(frozen=True, slots=True)
class Template:
    """One rule of a profile: what of it can be said as data, and its own words.

    `scheme` is the code of the scheme here that comes nearest, `grades` are empty where the source names none.
    """

    code: str
    profile: str
    kind: str
    name_zh: str
    name_en: str
    text_zh: str
    text_en: str
    basis: str
    source: str
    verification: str
    scheme: str = "risk-class"
    grades: tuple[str, ...] = ()
    figures: dict[str, int] = field(default_factory=dict)


PROFILES = (
    Profile(
        "lindian-2024",
        _("Lindian county, Daqing: agriculture bureau, 2024"),
        _(
            "Shares and frequencies of random inspections by risk class. The one published rule with figures that is"
            " at hand; it binds that bureau only, and was read in a public source, not in its official text."
        ),
    ),
    Profile(
        "local-regulations",
        _("Local regulations on credit"),
        _(
            "What they let departments do for entities of good standing. They name no grade and no figure: both are"
            " the city's to set. Each binds the place that made it."
        ),
    ),
)


def _lindian(letter: str, name: tuple[str, str], text: tuple[str, str], **figures: int) -> Template:
    return Template(
        code=f"lindian-{letter.lower()}",
        profile="lindian-2024",
        kind=Kind.INSPECTION,
        name_zh=f"{letter}类：{name[0]}",
        name_en=f"Class {letter}: {name[1]}",
        text_zh=text[0],
        text_en=text[1],
        basis="林甸县（大庆市）农业部门2024年公布的抽查规定",
        source=LINDIAN,
        verification="P",
        grades=(letter,),
        figures=figures,
    )


TEMPLATES = (
    _lindian(
        "A",
        ("低比例抽查", "few are drawn"),
        ("抽查比例不高于5%，每年少于1次。", "At most 5 % are drawn, fewer than once a year."),
        share_most=5,
        apart_months=12,
    ),
    _lindian(
        "B",
        ("常规抽查", "drawn as usual"),
        ("抽查比例5%至20%，每年1次。", "5 to 20 % are drawn, once a year."),
        share_least=5,
        share_most=20,
        apart_months=12,
    ),
    _lindian(
        "C",
        ("提高抽查比例", "more are drawn"),
        (
            "抽查比例21%至60%；频次原文作“小于2次年”，含义不明，未录入。",
            "21 to 60 % are drawn. How often is unclear in the source (小于2次年), so it is not entered.",
        ),
        share_least=21,
        share_most=60,
    ),
    _lindian(
        "D",
        ("重点抽查", "most are drawn"),
        ("抽查比例61%至100%，频次视需要而定。", "61 to 100 % are drawn, as often as needed."),
        share_least=61,
        share_most=100,
    ),
    Template(
        code="fewer-inspections",
        profile="local-regulations",
        kind=Kind.INCENTIVE,
        scheme="city-comprehensive",
        name_zh="合理降低抽查比例和频次",
        name_en="Fewer inspections",
        text_zh="对信用状况良好的企业优化监管方式，可以合理降低抽查比例和频次。",
        text_en="For enterprises of good standing supervision is eased; the share and frequency of inspections may be lowered.",
        basis="台州市企业信用促进条例第二十四条",
        source=FULL_TEXT,
        verification="V",
    ),
    Template(
        code="convenient-service",
        profile="local-regulations",
        kind=Kind.INCENTIVE,
        scheme="city-comprehensive",
        name_zh="绿色通道、容缺受理、程序简化",
        name_en="Fast lane, acceptance with papers to follow, simpler procedure",
        text_zh="在行政管理和公共服务中，给予绿色通道、容缺受理、程序简化等便利服务措施。",
        text_en="In administration and public service: a fast lane, acceptance with papers to follow, simpler procedure.",
        basis="山东省社会信用条例第二十六条第（一）项",
        source=FULL_TEXT,
        verification="V",
    ),
    Template(
        code="preferred-for-funds",
        profile="local-regulations",
        kind=Kind.INCENTIVE,
        scheme="city-comprehensive",
        name_zh="同等条件下优先安排财政性资金和项目",
        name_en="Preferred for public funds and projects on equal terms",
        text_zh="在财政性资金和项目支持中，在同等条件下列为优先选择对象。",
        text_en="Preferred, on equal terms, where public funds and support for projects are given.",
        basis="上海市社会信用条例第二十九条第（二）项",
        source=FULL_TEXT,
        verification="V",
    ),
)


def template(code: str) -> Template | None:
    """The template of that code."""
    return next((one for one in TEMPLATES if one.code == code), None)
