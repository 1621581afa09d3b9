"""The penalty form that all departments share, by the double-publicity field list of 2018, and its class.

The classes follow NDRC Order 36 as far as its published summary goes; an industry's own class standard
goes before it. That is why the class is the clerk's to choose, and a lighter one than usual is only doubted.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from agencies.forms import TEN_THOUSAND, RecordForm, Section, TenThousandYuanField, grouped, plain
from entities.drafts import RecordDraft
from entities.intake.findings import QUESTION, WARNING, Finding
from entities.models import CreditRecord
from entities.penalty_kinds import PenaltyKind

SeverityClass = CreditRecord.SeverityClass
LIGHT = frozenset({PenaltyKind.WARNING, PenaltyKind.CRITICISM})
HEAVY = frozenset(
    {
        PenaltyKind.PERMIT_SUSPENDED,
        PenaltyKind.QUALIFICATION_LOWERED,
        PenaltyKind.PERMIT_REVOKED,
        PenaltyKind.BUSINESS_RESTRICTED,
        PenaltyKind.PRODUCTION_STOPPED,
        PenaltyKind.CLOSED,
        PenaltyKind.PRACTICE_BANNED,
    }
)
PERMIT = frozenset(
    {PenaltyKind.PERMIT_SUSPENDED, PenaltyKind.QUALIFICATION_LOWERED, PenaltyKind.PERMIT_REVOKED}
)
CONFISCATION = frozenset({PenaltyKind.GAINS_CONFISCATED, PenaltyKind.GOODS_CONFISCATED})
WEIGHT: dict[str, int] = {SeverityClass.MINOR: 1, SeverityClass.GENERAL: 2, SeverityClass.SERIOUS: 3}
#: Light to heavy, "other" last. Detention is left out: an organisation cannot suffer it.
KINDS_OF_ORGANISATIONS = [
    *(
        (kind.value, kind.label)
        for kind in PenaltyKind
        if kind not in (PenaltyKind.DETENTION, PenaltyKind.OTHER)
    ),
    (PenaltyKind.OTHER.value, PenaltyKind.OTHER.label),
]


#: The catalogue's code for a decision made on the spot: Administrative Penalty Law art. 51.
SUMMARY_PROCEDURE = "summary"


def usual_class(kinds: Collection[str], procedure: str) -> str:
    """The class that such a penalty usually has; "" when nothing was said yet.

    Source: summary of NDRC Order 36: minor are penalties by summary procedure, warnings and public
    criticism; serious are suspension or revocation of permits, downgrading and bans; general is the rest.
    """
    if not kinds:
        return ""
    if HEAVY & set(kinds):
        return SeverityClass.SERIOUS
    if set(kinds) <= LIGHT or procedure == SUMMARY_PROCEDURE:
        return SeverityClass.MINOR
    return SeverityClass.GENERAL


FINE_IN_WORDS = re.compile(r"罚款(?:人民币)?\s*(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>万元|元)")


def fine_in_words(content: str) -> Decimal | None:
    """The fine in yuan that the text of the penalty names in digits; None when it names none or several."""
    found = FINE_IN_WORDS.findall(unicodedata.normalize("NFKC", content))
    if len(found) != 1:
        return None
    digits, unit = found[0]
    return Decimal(digits.replace(",", "")) * (TEN_THOUSAND if unit == "万元" else 1)


NO_AMOUNT = _("A fine is among the kinds of penalty, but its amount is missing.")


OTHER_AMOUNT = _(
    "The content names %(named)s yuan, but %(fine)s yuan stand here. Put right whichever of the two is wrong."
)


def findings_of_fine(fine: Decimal | None, kinds: Collection[str], content: str) -> Iterator[Finding]:
    """A fine is the amount that the text of the decision names; that it has none is only pointed out.

    The one check for files and interfaces. Where the two differ, nothing is saved before somebody has said that it is
    right so: a unit that was mistaken would be made public.
    """
    if fine is None:
        if PenaltyKind.FINE in kinds:
            yield Finding("amount", NO_AMOUNT, level=WARNING)
    elif (named := fine_in_words(content)) is not None and named != fine:
        yield Finding(
            "amount", OTHER_AMOUNT, {"named": grouped(named), "fine": grouped(fine)}, level=QUESTION
        )


def checks_of_penalty(draft: RecordDraft) -> Iterator[Finding]:
    """What is checked of a penalty that comes without a form or a file."""
    return findings_of_fine(draft.amount, draft.penalty_kinds, draft.details.get("penalty_content", ""))


class PenaltyForm(RecordForm):
    """An administrative penalty: document number, act, facts, basis, kinds, content, amounts, class."""

    penalty_kinds = forms.MultipleChoiceField(
        label=_("Kinds of penalty"),
        choices=KINDS_OF_ORGANISATIONS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one kind of penalty.")},
    )
    fine = TenThousandYuanField(label=_("Fine"), required=False)
    fine_is_right = forms.BooleanField(
        label=_("The amount is right as typed"), required=False, widget=forms.HiddenInput
    )
    severity_class = forms.ChoiceField(
        label=_("Class"),
        widget=forms.RadioSelect,
        choices=[(choice.value, choice.label) for choice in WEIGHT],
        error_messages={"required": _("Choose the class; it decides how long the record is public.")},
    )

    who_title = _("Who was penalised")
    amount_name = "fine"
    labels = {"title": _("Type of unlawful act"), "legal_basis": _("Legal basis of the penalty")}
    hints = {
        "legal_basis": _("Law, article, paragraph and item on which the decision stands."),
        "penalty_content": _("As the decision says it."),
        "permit": _("Its name and number."),
        "severity_class": _(
            "Minor: summary procedure, warning or public criticism. General: other fines and confiscation. "
            "Serious: suspension, downgrading or revocation of a permit, bans, very large fines. "
            "Your authority's own class standard goes before this summary of NDRC Order 36."
        ),
    }
    sections = (
        Section(
            _("The decision"),
            ("document_number", "decided_on", "title", "facts", "legal_basis", "authority", "procedure"),
        ),
        Section(
            _("The penalty"),
            (
                "penalty_kinds",
                "penalty_content",
                "fine",
                "confiscated",
                "fine_is_right",
                "permit",
                "severity_class",
            ),
        ),
    )
    own_names = ("procedure", "penalty_content", "confiscated", "permit")
    own_needed = ("procedure", "penalty_content")
    spans = {
        "document_number": 3,
        "decided_on": 3,
        "authority": 3,
        "procedure": 3,
        "fine": 3,
        "confiscated": 3,
    }
    #: From how many yuan on the clerk is asked whether the unit was misread.
    asks_from = Decimal(1_000_000)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        # The box shows only where the amount is in doubt.
        if self.is_bound and self._fine_is_doubtful():
            self.fields["fine_is_right"].widget = forms.CheckboxInput()

    def _fine_is_doubtful(self) -> bool:
        try:
            fine = self.fields["fine"].to_python(self["fine"].data)
        except ValidationError:
            return False
        named = fine_in_words(self._typed_content())
        if fine is None:
            return False
        return fine != named if named is not None else fine >= self.asks_from

    def _typed_content(self) -> str:
        return (self["penalty_content"].data or "") if "penalty_content" in self.fields else ""

    def check(self, typed) -> None:
        fine = typed.get("fine")
        if fine is not None and not typed.get("fine_is_right") and self._fine_is_doubtful():
            self.add_error("fine", self._doubt(fine, fine_in_words(self._typed_content())))

    def check_complete(self, typed) -> None:
        fine, kinds = typed.get("fine"), set(typed.get("penalty_kinds", ()))
        if not kinds:
            return
        if fine and PenaltyKind.FINE not in kinds:
            self.add_error("penalty_kinds", _("There is a fine: tick it, or leave its amount empty."))
        if PenaltyKind.FINE in kinds and fine is None and "fine" not in self.errors:
            self.add_error("fine", _("A fine was ticked: type its amount, or take the tick away."))
        if typed.get("confiscated") and not CONFISCATION & kinds:
            self.add_error("penalty_kinds", _("Something was confiscated: tick gains or goods."))
        if PERMIT & kinds and "permit" in self.fields and not typed.get("permit"):
            self.add_error("permit", _("Say which permit: its name and number."))

    @staticmethod
    def _doubt(fine: Decimal, named: Decimal | None) -> ValidationError:
        """Why the amount looks like a misread unit, and what should probably be typed."""
        typed = fine / TEN_THOUSAND
        if named is not None:
            return ValidationError(
                gettext("The content names %(named)s yuan, but %(typed)s here is %(fine)s yuan.")
                % {"named": grouped(named), "typed": plain(typed), "fine": grouped(fine)},
                code="unit",
                params={"use": plain(named / TEN_THOUSAND)},
            )
        return ValidationError(
            gettext(
                "The unit is 10,000 yuan, so this is %(fine)s yuan. If the decision says %(typed)s yuan, type %(use)s."
            )
            % {"fine": grouped(fine), "typed": grouped(typed), "use": plain(typed / TEN_THOUSAND)},
            code="unit",
            params={"use": plain(typed / TEN_THOUSAND)},
        )
