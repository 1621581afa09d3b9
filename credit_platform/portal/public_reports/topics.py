"""What a report can be about, and which body is in charge of it: dated rows that the lead office keeps.

The platform starts with those below. No text that was read prescribes them, so none names a basis.
"""

from datetime import date

from entities.catalogue.bodies import (
    CUSTOMS,
    FINANCIAL_SUPERVISION,
    HUMAN_RESOURCES,
    LEAD,
    MARKET_SUPERVISION,
    TAX,
)
from entities.models import SubmittingBody
from entities.policies import who_answers_for

SINCE = date(2000, 1, 1)
#: By code: the name in Chinese and in English, and the code of the body in charge; in the order of the form.
SHIPPED = {
    "goods": ("商品、食品、价格或虚假广告", "Goods, food, prices or false advertising", MARKET_SUPERVISION),
    "registration": (
        "证照、登记或不在登记地址经营",
        "Licence, registration or a business that is not where it says",
        MARKET_SUPERVISION,
    ),
    "tax": ("税务和发票", "Taxes and invoices", TAX),
    "customs": ("进出口", "Import and export", CUSTOMS),
    "finance": ("贷款、投资及其他金融", "Loans, investments and other finance", FINANCIAL_SUPERVISION),
    "work": ("工资和社会保险", "Wages and social insurance", HUMAN_RESOURCES),
    "data": (
        "本平台信息有误或已过时",
        "Something that stands on this platform is wrong or out of date",
        LEAD,
    ),
    "other": ("其他", "Something else", LEAD),
}


def seed(sender, **kwargs) -> None:
    """Write the shipped topics of which there is no version yet; what the lead office keeps stays as it is."""
    from credit_platform.portal.public_reports.models import ReportTopic

    write_shipped(ReportTopic)


def write_shipped(model) -> None:
    """Write them as rows of the model, which in a migration is the one of its time."""
    there = set(model.objects.values_list("code", flat=True))
    model.objects.bulk_create(
        model(code=code, name_zh=name_zh, name_en=name_en, body_code=body, place=place * 10, valid_from=SINCE)
        for place, (code, (name_zh, name_en, body)) in enumerate(SHIPPED.items(), 1)
        if code not in there
    )


def body_in_charge(body_code: str) -> SubmittingBody | None:
    """The body of that code or its successor; where the city has none, its lead office. None where it has neither."""
    for found in (
        SubmittingBody.objects.filter(code=body_code),
        SubmittingBody.objects.filter(kind=SubmittingBody.Kind.LEAD_OFFICE, is_active=True),
    ):
        body = found.select_related("successor").first()
        if body is not None:
            return who_answers_for(body)
    return None
