"""What the style guide shows: invented entities of an invented city, in both languages.

The samples are data, as a table with two names would hold them, so they are not in the message catalogue.
"""

from datetime import date, datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from credit_platform.ui import charts
from credit_platform.ui.formats import chinese
from credit_platform.ui.forms import FileDrop, LookupInput

TODAY = date(2026, 11, 20)
SCALE = ("A", "B", "C", "D")


def two(english: str, in_chinese: str) -> str:
    """The sample in the reader's language."""
    return in_chinese if chinese() else english


def _entities() -> list[dict]:
    return [
        {
            "name": two("Yunting Hegu Food Co., Ltd.", "云汀市禾谷食品有限公司"),
            "code": "91339702MA7HG4Q25H",
            "district": two("Tingdong", "汀东区"),
            "letter": "C",
            "points": 68.9,
            "level": 2,
            "days": 5,
            "initials": "HGSP",
        },
        {
            "name": two("Yunting Hegu Food Sales Co., Ltd.", "云汀市禾谷食品销售有限公司"),
            "code": "91339702MA7HX1B83N",
            "district": two("Tingdong", "汀东区"),
            "letter": "B",
            "points": 84.0,
            "level": 1,
            "days": 3,
            "initials": "HGSPXS",
        },
        {
            "name": two(
                "Yunting Qifan Mechanical & Electrical Installation Engineering Co., Ltd.",
                "云汀启汎机电安装工程有限公司",
            ),
            "code": "91339703MA7QF2E50N",
            "district": two("Yungang", "云港区"),
            "letter": "C",
            "points": 78.0,
            "level": 1,
            "days": 0,
            "initials": "QFJDAZ",
        },
        {
            "name": two("Yunting Lanzhan Cold-Chain Logistics Co., Ltd.", "云汀市蓝栈冷链物流有限公司"),
            "code": "91339704MA7LT51R89",
            "district": two("High-tech Zone", "高新区"),
            "letter": "D",
            "points": 41.2,
            "level": 3,
            "days": -1,
            "initials": "LZLLWL",
        },
        {
            "name": two("Qinghe Noodle Works", "清禾面坊"),
            "code": "92339702MA7QH63X1Y",
            "district": two("Xikou County", "溪口县"),
            "letter": None,
            "points": None,
            "level": None,
            "days": None,
            "initials": "QHMF",
        },
    ]


def options(query: str) -> list[dict]:
    """The look-up's answer: invented entities whose name, code or initials hold what was typed."""
    wanted = query.strip().upper()
    found = []
    for entity in _entities():
        why = ""
        if wanted and wanted in entity["initials"]:
            why = two(f"initials {entity['initials']}", f"首字母 {entity['initials']}")
        elif not wanted or (wanted not in entity["name"].upper() and wanted not in entity["code"]):
            continue
        found.append(
            {
                "value": entity["code"],
                "name": entity["name"],
                "code": entity["code"],
                "note": entity["district"],
                "letter": entity["letter"],
                "scale": SCALE,
                "why": why,
                "mark": wanted,
            }
        )
    return found


def _described(code: str) -> dict | None:
    return next(iter(options(code)), None)


def _categories() -> list[tuple[str, str]]:
    return [("fine", two("Fine", "罚款")), ("warning", two("Warning", "警告"))]


def _levels() -> list[tuple[str, str]]:
    return [("1", two("Minor", "轻微")), ("2", two("General", "一般")), ("3", two("Serious", "严重"))]


def _any_level() -> list[tuple[str, str]]:
    return [("", two("Any class", "全部程度")), *_levels()]


def _districts() -> list[tuple[str, str]]:
    return [
        ("", two("All districts", "全部辖区")),
        ("tingdong", two("Tingdong", "汀东区")),
        ("yungang", two("Yungang", "云港区")),
    ]


class PenaltyForm(forms.Form):
    """Every kind of control, some of them wrong on purpose."""

    spans = {"number": 3, "decided_on": 3, "category": 3, "fine": 3}
    entity = forms.CharField(
        widget=LookupInput(
            reverse_lazy("ui:styleguide-lookup"),
            describe=_described,
        )
    )
    number = forms.CharField()
    decided_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    category = forms.ChoiceField(choices=_categories)
    fine = forms.DecimalField()
    facts = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    level = forms.ChoiceField(choices=_levels, widget=forms.RadioSelect)
    scan = forms.FileField(required=False)
    public = forms.BooleanField(required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "entity": two("Entity", "经营主体"),
            "number": two("Document number", "行政处罚决定书文号"),
            "decided_on": two("Decision date", "处罚决定日期"),
            "category": two("Category", "处罚类别"),
            "fine": two("Fine", "罚款金额"),
            "facts": two("Facts", "违法事实"),
            "level": two("Class", "失信程度"),
            "scan": two("Scan of the decision", "决定书扫描件"),
            "public": two("Publish on the city's site", "在本市网站公示"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
        self.units = {"fine": two("10,000 yuan", "万元")}
        self.warnings = {
            "number": [
                two(
                    "A decision of the same day has this number with another ending. A warning lets you save.",
                    "同日另有一份文号相近的决定书。提醒不影响保存。",
                )
            ]
        }
        self.fields["entity"].help_text = two(
            "Name fragment, code, former name or pinyin initials", "可输入名称片段、代码、曾用名或拼音首字母"
        )
        self.fields["facts"].help_text = two(
            "Will be public. Names, phone and ID numbers of persons are masked when you save.",
            "本栏将公示。保存时自动隐去自然人姓名、电话和证件号码。",
        )

    def clean_fine(self):
        amount = self.cleaned_data["fine"]
        if amount >= 1000:
            right = amount / 10000
            raise ValidationError(
                two("%(typed)s yuan is %(use)s in this unit.", "%(typed)s元应填%(use)s。"),
                params={"typed": f"{amount:,}", "use": f"{right.normalize()}"},
            )
        return amount

    def clean_decided_on(self):
        day = self.cleaned_data["decided_on"]
        if day > TODAY:
            raise ValidationError(
                two(
                    "This day has not come yet; type the day on the decision.",
                    "该日期尚未到来，请填写决定书落款日期。",
                )
            )
        return day


class UploadForm(forms.Form):
    """A place for a file."""

    file = forms.FileField(widget=FileDrop(accept=".xlsx,.csv", max_bytes=200 * 1024 * 1024))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = two("Penalties, form of 2018", "行政处罚数据表（2018版）")


class FilterForm(forms.Form):
    """The filters of the table."""

    district = forms.ChoiceField(required=False, choices=_districts)
    level = forms.ChoiceField(required=False, choices=_any_level)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].label = two("District", "辖区")
        self.fields["level"].label = two("Class", "程度")


def _moment(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=timezone.get_default_timezone())


def job() -> dict:
    """A file in the middle of its way."""
    return {
        "id": "sample-job",
        "url": reverse("ui:styleguide-job"),
        "steps": [
            {"label": two("Received", "已接收"), "state": "done"},
            {"label": two("Read", "已读取"), "state": "done"},
            {"label": two("Fields checked", "字段校验"), "state": "done"},
            {"label": two("Matching entities", "匹配经营主体"), "state": "current"},
            {"label": two("Ready to save", "待入库"), "state": "todo"},
        ],
        "done": 1906,
        "total": 2412,
        "seconds_left": 25,
    }


def _rungs() -> list[dict]:
    return [
        {"letter": "A", "range": "≥ 90", "says": two("fewer checks", "减少抽查")},
        {"letter": "B", "range": "80–90", "says": two("usual checks", "常规抽查")},
        {"letter": "C", "range": "60–80", "says": two("checked twice a year", "每年抽查两次")},
        {"letter": "D", "range": "< 60", "says": two("key attention", "重点监管")},
    ]


def _reasons() -> list[dict]:
    return [
        {
            "points": -9.6,
            "text": two("Order to stop production, 3 days", "责令停产停业3日"),
            "url": "#grade",
            "note": two("serious · 14 Oct 2025", "严重 · 2025-10-14"),
        },
        {
            "points": -6.4,
            "text": two("Fine 32,000 yuan, no purchase checks", "罚款3.2万元，未记录进货查验"),
            "url": "#grade",
            "note": two("general · 6 May 2026", "一般 · 2026-05-06"),
        },
        {
            "points": 4.0,
            "text": two("City quality award", "市质量奖"),
            "url": "#grade",
            "sub": two("counts for three years", "计入三年"),
            "note": two("12 Mar 2026", "2026-03-12"),
        },
    ]


def _history() -> charts.Chart:
    points = [
        (date(2025, 6, 1), 85.0),
        (date(2025, 10, 20), 73.0),
        (date(2026, 1, 10), 76.0),
        (date(2026, 3, 12), 81.5),
        (date(2026, 5, 8), 75.1),
        (date(2026, 9, 5), 66.5),
        (date(2026, 10, 14), 68.9),
        (TODAY, 68.9),
    ]
    return charts.history(
        points,
        bands=[("D", 0, 60), ("C", 60, 80), ("B", 80, 90), ("A", 90, 100)],
        events=[
            charts.Event(date(2025, 10, 20), 73.0, -12.0, two("Stop production", "责令停产停业")),
            charts.Event(date(2026, 3, 12), 81.5, 4.0, two("City quality award", "市质量奖")),
            charts.Event(date(2026, 5, 8), 75.1, -6.4, two("Fine 32,000 yuan", "罚款3.2万元")),
            charts.Event(date(2026, 9, 5), 66.5, -5.1, two("Fine 8,000 yuan", "罚款0.8万元")),
        ],
        forecast=[
            (TODAY, 68.9),
            (date(2027, 1, 10), 65.9),
            (date(2027, 5, 6), 72.3),
            (date(2027, 9, 3), 77.4),
        ],
        today=TODAY,
    )


def content(request: HttpRequest) -> dict:
    """The variables of the style guide."""
    entities = _entities()
    page = Paginator(range(1_284_006), 5).page(2)
    filter_data = request.GET or {"district": "yungang"}
    entered = {
        "entity": entities[0]["code"],
        "number": "云市监罚〔2026〕1129号",
        "decided_on": "2026-11-26",
        "category": "fine",
        "fine": "32000",
        "facts": "",
        "level": "2",
    }
    up = [241, 266, 255, 310, 120, 288, 301, 279, 264, 295, 330, 312]
    down = [133, 142, 128, 196, 71, 139, 150, 147, 161, 158, 149, 187]
    return {
        "today": TODAY,
        "now": _moment(20, 11, 38),
        "entities": entities,
        "entity": entities[0],
        "scale": SCALE,
        "three": ("A", "B", "C"),
        "five": ("A", "B", "C", "D", "E"),
        "seven": ("AAA", "AA", "A", "BBB", "BB", "B", "C"),
        "page": page,
        "filters": FilterForm(filter_data),
        "form": PenaltyForm(entered),
        "empty_form": PenaltyForm(prefix="blank"),
        "upload": UploadForm(),
        "options": options("HGSP"),
        "job": job(),
        "broken_job": {
            "id": "broken-job",
            "url": "",
            "done": 640,
            "total": 2412,
            "problem": two(
                "The file ends in the middle of row 641. Send it again.", "文件在第641行中断，请重新上传。"
            ),
            "steps": [
                {"label": two("Received", "已接收"), "state": "done"},
                {"label": two("Read", "读取"), "state": "failed"},
            ],
        },
        "rungs": _rungs(),
        "reasons": _reasons(),
        "say": two(
            "Two fines and a stop-production order this past year outweigh a commendation and clean inspections.",
            "近一年两次罚款和一次责令停产，抵消了表彰与检查合格的加分。",
        ),
        "timeline": [
            {
                "icon": "arrow-up",
                "tone": "ink",
                "title": two("Grade C to B", "等级由C升至B"),
                "when": date(2026, 3, 12),
                "text": two("City quality award +4.0", "市质量奖 +4.0"),
            },
            {
                "icon": "arrow-down",
                "tone": "fell",
                "title": two("Grade B to C", "等级由B降至C"),
                "when": date(2025, 10, 20),
                "text": two("Order to stop production −12.0", "责令停产停业 −12.0"),
            },
            {
                "icon": "building",
                "tone": "ink",
                "title": two("Market Supervision, He Qing", "市场监管局 何清"),
                "when": _moment(18, 10, 2),
                "bubble": two(
                    "The receipt number on the scan cannot be read. Please send it again; the clock stops till then.",
                    "扫描件上的票据号码无法辨认，请重新提交；补正期间停止计时。",
                ),
            },
            {
                "icon": "user",
                "title": two("You", "贵单位"),
                "when": _moment(19, 11, 20),
                "mine": True,
                "bubble": two("The receipt is the second page of the file.", "票据在文件第二页。"),
            },
            {"icon": "dots", "title": two("Show 14 older", "显示更早的14条"), "url": "#work"},
        ],
        "steps": [
            {
                "label": two("Applied", "提交申请"),
                "state": "done",
                "when": date(2026, 11, 23),
                "who": two("by you", "由贵单位"),
            },
            {
                "label": two("Accepted", "受理"),
                "state": "done",
                "when": date(2026, 11, 24),
                "who": two("Credit Office", "市信用办"),
            },
            {
                "label": two("Being decided", "审查中"),
                "state": "current",
                "when": two("until 27 Nov", "11月27日前"),
                "who": two("Market Supervision", "市场监管局"),
            },
            {"label": two("Taken down", "停止公示"), "state": "todo", "when": two("4 sites", "4个网站")},
            {"label": two("Closed", "办结"), "state": "todo"},
        ],
        "refused_steps": [
            {"label": two("Applied", "提交申请"), "state": "done", "when": date(2026, 11, 23)},
            {
                "label": two("Refused", "不予受理"),
                "state": "refused",
                "when": date(2026, 11, 24),
                "who": two("Market Supervision", "市场监管局"),
            },
            {
                "label": two("Appeal open", "可申诉"),
                "state": "current",
                "when": two("until 23 Dec", "12月23日前"),
            },
        ],
        "sites": [
            {
                "name": two("Yunting Credit (this site)", "云汀信用（本网站）"),
                "state": "done",
                "note": two("27 Nov 2026 16:04", "2026-11-27 16:04"),
            },
            {
                "name": two("Province credit site", "省信用网站"),
                "state": "waiting",
                "note": two("asked 27 Nov, due 2 Dec", "11月27日推送，12月2日前完成"),
            },
            {
                "name": two("Enterprise publicity system", "企业信用信息公示系统"),
                "state": "failed",
                "note": two("refused on 28 Nov; sent again", "11月28日退回，已重新推送"),
            },
        ],
        "files": [
            {
                "name": two("Repair application", "信用修复申请书"),
                "url": "#work",
                "note": two("filled in by the system", "系统生成"),
                "accepted": True,
            },
            {
                "name": two("Receipt of payment, 1st scan", "缴款凭证（首次扫描）"),
                "url": "#work",
                "note": two("JPG, 1.1 MB", "JPG，1.1 MB"),
                "accepted": False,
            },
            {
                "name": two("Receipt of payment, 2nd scan", "缴款凭证（补扫）"),
                "url": "#work",
                "note": two("JPG, 1.2 MB", "JPG，1.2 MB"),
                "accepted": None,
            },
        ],
        "problems": [
            {
                "cell": "Q118",
                "column": two("Fine", "罚款金额"),
                "value": "20000",
                "message": two(
                    "The unit is 10,000 yuan; the content says “fined 20,000 yuan”.",
                    "本栏单位为万元；处罚内容写明“罚款2万元”。",
                ),
                "hint": two("2 in 16 more rows of this file", "本文件另有16行相同"),
                "level": "error",
                "fix_url": "#data",
                "fix_label": two("Use 2", "改为2"),
            },
            {
                "cell": "C204",
                "column": two("Entity code", "统一社会信用代码"),
                "value": "91339702MA7FY6J9X8",
                "message": two("The 18th character should be N.", "第18位应为N。"),
                "hint": two("with N it is Yunting Fengyu Catering", "改后为云汀市沣屿餐饮"),
                "level": "error",
                "fix_url": "#data",
                "fix_label": two("Use N", "改为N"),
            },
            {
                "cell": "D702",
                "column": two("Legal representative", "法定代表人"),
                "value": "",
                "message": two("Missing; the register has Pei Huaijin.", "未填写；登记信息为裴怀瑾。"),
                "hint": "",
                "level": "warning",
            },
        ],
        "sheet": {
            "header": ["O", "P", "Q", "R"],
            "rows": [
                {
                    "number": 117,
                    "cells": [
                        {"text": "罚款"},
                        {"text": "罚款0.5万元"},
                        {"text": "0.5"},
                        {"text": "2026-10-08"},
                    ],
                },
                {
                    "number": 118,
                    "cells": [
                        {"text": "罚款"},
                        {"text": "罚款2万元"},
                        {"text": "20000", "state": "err"},
                        {"text": "2026-10-08"},
                    ],
                },
                {
                    "number": 119,
                    "cells": [
                        {"text": "警告"},
                        {"text": "予以警告"},
                        {"text": ""},
                        {"text": "2026-13-09", "state": "wrn"},
                    ],
                },
            ],
        },
        "distribution": charts.distribution(
            {"A": 9871, "B": 41306, "C": 24180, "D": 7201, "": 2062},
            {"A": 9120, "B": 42710, "C": 22950, "D": 6582, "": 3258},
            scale=SCALE,
        ),
        "moves": charts.moves(
            [(f"W{week}", *pair) for week, pair in enumerate(zip(up, down, strict=True), start=36)]
        ),
        "waterfall": charts.waterfall(
            80.0,
            [
                (two("Commendation", "表彰荣誉"), 4.0),
                (two("Commitment kept", "履行信用承诺"), 3.0),
                (two("2 clean inspections", "2次检查合格"), 3.0),
                (two("Fine, 6 May", "罚款 05-06"), -6.4),
                (two("Fine, 3 Sep", "罚款 09-03"), -5.1),
                (two("Stop production", "责令停产"), -9.6),
            ],
            68.9,
            limits=[("C 60", 60), ("B 80", 80), ("A 90", 90)],
        ),
        "history": _history(),
        "month": charts.deadline_month(
            TODAY,
            {TODAY + timedelta(days=n): count for n, count in {-1: 1, 0: 4, 3: 1, 4: 2, 7: 5, 10: 3}.items()},
        ),
        "matrix": charts.migration(
            {
                ("A", "A"): 9813,
                ("A", "B"): 31,
                ("B", "A"): 58,
                ("B", "B"): 41094,
                ("B", "C"): 88,
                ("B", "D"): 11,
                ("C", "B"): 178,
                ("C", "C"): 24026,
                ("C", "D"): 37,
                ("D", "C"): 61,
                ("D", "D"): 5858,
            },
            SCALE,
        ),
        "shares": {"A": 41, "B": 102, "C": 47, "D": 16, "": 8},
        "spark": [78, 80, 80, 79, 79, 78, 78, 61],
    }
