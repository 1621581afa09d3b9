"""What a report can be about, and which body of the catalogue is in charge of it."""

from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
from repair.letters.texts import LANGUAGES


@dataclass(frozen=True, slots=True)
class Topic:
    """One choice of the form; `body` is the code of the body in charge."""

    code: str
    label: str | Promise
    body: str


TOPICS = {
    topic.code: topic
    for topic in (
        Topic("goods", _("Goods, food, prices or false advertising"), MARKET_SUPERVISION),
        Topic(
            "registration",
            _("Licence, registration or a business that is not where it says"),
            MARKET_SUPERVISION,
        ),
        Topic("tax", _("Taxes and invoices"), TAX),
        Topic("customs", _("Import and export"), CUSTOMS),
        Topic("finance", _("Loans, investments and other finance"), FINANCIAL_SUPERVISION),
        Topic("work", _("Wages and social insurance"), HUMAN_RESOURCES),
        Topic("data", _("Something that stands on this platform is wrong or out of date"), LEAD),
        Topic("other", _("Something else"), LEAD),
    )
}


def in_both_languages(topic: str) -> dict[str, str]:
    """The topic's words for a notice, which each reader reads in their own language."""
    said = {}
    for language, tag in LANGUAGES.items():
        with translation.override(language):
            said[tag] = str(TOPICS[topic].label)
    return said


def body_in_charge(topic: str) -> SubmittingBody | None:
    """The body in charge or its successor; where the city has none, its lead office. None where it has neither."""
    for found in (
        SubmittingBody.objects.filter(code=TOPICS[topic].body),
        SubmittingBody.objects.filter(kind=SubmittingBody.Kind.LEAD_OFFICE, is_active=True),
    ):
        body = found.select_related("successor").first()
        if body is not None:
            return who_answers_for(body)
    return None
