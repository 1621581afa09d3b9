"""What a clerk types: sound forms by record type, to be changed one field at a time."""

from datetime import date, timedelta

from django.utils import timezone

PENALTY = {
    "document_number": "云市监罚〔2026〕1129号",
    "title": "未按规定记录原料进货查验情况",
    "facts": "6批面粉没有进货查验记录。",
    "legal_basis": "《中华人民共和国食品安全法》第一百二十六条第一款第三项",
    "authority": "云汀市市场监督管理局",
    "procedure": "ordinary",
    "penalty_kinds": ["fine"],
    "penalty_content": "罚款32000元",
    "fine": "3.2",
    "severity_class": "general",
}
OWN_FIELDS = {
    "market-supervision": {"registered_in": "same-province"},
    "tax": {"tax_period": "2025-01 至 2025-12", "tax_indicator": "010101"},
    "customs": {"customs_registration": "registered"},
    "financial-supervision": {"party_kind": "first-branch", "domain": "内控制度"},
}


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def penalty(entity, body_code: str = "market-supervision", **changes) -> dict:
    """A penalty as a clerk of that department types it; None leaves the entity or a field out."""
    typed = {
        "entity": entity and entity.credit_code,
        "decided_on": yesterday().isoformat(),
        **PENALTY,
        **OWN_FIELDS[body_code],
        **changes,
    }
    return {name: value for name, value in typed.items() if value is not None}


def commendation(entity, **changes) -> dict:
    typed = {
        "entity": entity.credit_code,
        "decided_on": yesterday().isoformat(),
        "document_number": "云表〔2026〕7号",
        "title": "诚信经营示范单位",
        "level": "city",
        "legal_basis": "《云汀市诚信经营评选办法》",
        "authority": "云汀市人民政府",
    }
    return typed | changes
