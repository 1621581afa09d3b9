"""Days that the calendar starts with: only such as stand in a text that was read."""

from datetime import date

#: Fields of `CalendarEntry`, by code.
ENTRIES: dict[str, dict] = {
    "annual-reports": {
        "kind": "deadline",
        "name_zh": "报送并公示上一年度年度报告",
        "name_en": "Annual reports of the year before are filed and published",
        "about_zh": "经营主体通过国家企业信用信息公示系统报送。个体工商户可以采用纸质方式，并自主选择内容是否公示。",
        "about_en": "Through the national enterprise credit information publicity system. Self-employed households may"
        " file on paper and choose whether it is published.",
        "starts_on": date(2022, 1, 1),
        "ends_on": date(2022, 6, 30),
        "is_yearly": True,
        "source": "《中华人民共和国市场主体登记管理条例实施细则》（2022年3月1日）第六十三条",
    }
}


def seed(sender, **kwargs) -> None:
    """Write what is not there yet; what the lead office took out stays out."""
    from credit_platform.portal.integrity_calendar.models import CalendarEntry

    for code, facts in ENTRIES.items():
        CalendarEntry.objects.get_or_create(code=code, defaults=facts)
