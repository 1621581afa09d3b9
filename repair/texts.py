"""Texts to start from: reasons of decisions and requests for material, in both languages.

A place to be filled in is marked 〔…〕; a step whose text still has one is refused.
"""

from dataclasses import dataclass

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credit_platform.ui.formats import day_long
from entities.publicity import repair_outlook
from repair.models import Case
from repair.workflow import Action

TO_FILL_IN = "〔…〕"
LANGUAGES = (("zh-hans", "中文"), ("en", "English"))

GRANTING = frozenset({Action.PROPOSE_GRANT, Action.GRANT})
REFUSING = frozenset({Action.PROPOSE_REFUSE, Action.REFUSE})


@dataclass(frozen=True, slots=True)
class StartingText:
    """A text to start from, for the steps that it fits."""

    code: str
    title: str | Promise
    text: str | Promise
    actions: frozenset


TEXTS = (
    StartingText(
        "granted-all-conditions",
        _("Grant: all conditions are met"),
        _(
            "The shortest publicity of the record ended on %(day)s. The papers handed in (〔…〕) show that the"
            " conduct is corrected and that every duty of the decision %(record)s is performed in full."
            " %(entity)s signed the public credit commitment on %(signed)s. Nothing in other laws, regulations"
            " or rules stands against it. The conditions of the Measures for Credit Repair (NDRC Order 36) are met."
        ),
        GRANTING,
    ),
    StartingText(
        "refused-not-performed",
        _("Refuse: duties not shown to be performed"),
        _(
            "The papers handed in do not show that every duty of the decision %(record)s is performed in full. What is"
            " missing: 〔…〕. Once it is performed, a new application may be filed."
        ),
        REFUSING,
    ),
    StartingText(
        "refused-not-corrected",
        _("Refuse: conduct not corrected"),
        _(
            "On 〔…〕 it was found that the conduct named in the decision %(record)s is not corrected: 〔…〕."
            " Once it is corrected, a new application may be filed."
        ),
        REFUSING,
    ),
    StartingText(
        "refused-other-condition",
        _("Refuse: another condition in law is not met"),
        _("By 〔…〕, article 〔…〕, the repair further asks for 〔…〕. This is not met, because 〔…〕."),
        REFUSING,
    ),
    StartingText(
        "objection-corrected",
        _("Uphold: the record says something else than the decision"),
        _(
            "The decision %(record)s says 〔…〕, the record says 〔…〕. The objection of %(entity)s is right in this, and"
            " the record is corrected."
        ),
        frozenset({Action.PROPOSE_CORRECT, Action.UPHOLD}),
    ),
    StartingText(
        "objection-ended",
        _("Uphold: the record should not stand"),
        _(
            "%(record)s concerns 〔…〕 and not %(entity)s, or its time was over on 〔…〕. The objection is right, and the"
            " record is taken back."
        ),
        frozenset({Action.PROPOSE_END, Action.UPHOLD}),
    ),
    StartingText(
        "objection-dismissed",
        _("Dismiss: the record agrees with the decision"),
        _(
            "The record was compared with the decision %(record)s: 〔…〕. It says what the decision says. What the"
            " objection brings forward, 〔…〕, does not show otherwise, because 〔…〕."
        ),
        frozenset({Action.PROPOSE_DISMISS, Action.DISMISS}),
    ),
    StartingText(
        "basis-removed",
        _("Remove: the decision was revoked, changed or found void"),
        _(
            "%(basis)s concerns the decision %(record)s, on which the record of %(entity)s stands. The basis of the"
            " record has fallen, and it is removed (Administrative Penalty Law, article 48)."
        ),
        frozenset({Action.PROPOSE_REMOVE, Action.REMOVE}),
    ),
    StartingText(
        "basis-kept",
        _("Leave: another decision is concerned"),
        _(
            "%(basis)s concerns 〔…〕 and not the decision %(record)s, which stands. The record of %(entity)s is left as"
            " it is."
        ),
        frozenset({Action.PROPOSE_KEEP, Action.KEEP}),
    ),
    StartingText(
        "appeal-against-department",
        _("Uphold: the decision of the department does not hold"),
        _("The department decided that 〔…〕. The papers in the case show otherwise: 〔…〕."),
        frozenset({Action.REMIT}),
    ),
    StartingText(
        "material-receipt",
        _("Ask for proof of payment"),
        _(
            "Please send the receipt for the fine of the decision %(record)s, with its number and the day of payment"
            " readable."
        ),
        frozenset({Action.ASK_MATERIAL}),
    ),
    StartingText(
        "material-correction",
        _("Ask for proof of correction"),
        _("Please send papers or photographs which show since when and how 〔…〕 is corrected."),
        frozenset({Action.ASK_MATERIAL}),
    ),
    StartingText(
        "appeal-upheld",
        _("Uphold: the ground of the refusal does not hold"),
        _(
            "The refusal rests on 〔…〕. The papers in the case show otherwise: 〔…〕. The conditions of the Measures"
            " for Credit Repair (NDRC Order 36) are met, and the repair is granted."
        ),
        frozenset({Action.UPHOLD_APPEAL}),
    ),
    StartingText(
        "appeal-dismissed",
        _("Dismiss: the refusal holds"),
        _("The lead office has looked at 〔…〕. The ground of the refusal holds, because 〔…〕."),
        frozenset({Action.DISMISS_APPEAL}),
    ),
)


def choices_for(actions) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a select offers for these actions, grouped by language."""
    fitting = [text for text in TEXTS if text.actions & set(actions)]
    return [
        (name, [(f"{text.code}:{language}", str(text.title)) for text in fitting])
        for language, name in LANGUAGES
        if fitting
    ]


def fill_in(choice: str, case: Case) -> str:
    """The chosen text with what the case already knows; empty for a choice that does not exist."""
    code, _colon, language = choice.partition(":")
    text = next((text for text in TEXTS if text.code == code), None)
    if text is None or language not in dict(LANGUAGES):
        return ""
    with translation.override(language):
        return str(text.text) % {
            "record": case.record.document_number,
            "entity": case.entity.name,
            "basis": f"{case.basis_authority} {case.basis_number}".strip() or TO_FILL_IN,
            "day": day_long(repair_outlook(case.record, timezone.localdate()).day) or TO_FILL_IN,
            "signed": day_long(case.commitment_signed_at) or TO_FILL_IN,
        }
