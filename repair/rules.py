"""What has to be so before a step may be taken: conditions, materials and terms, not persons.

Order 36 of the National Development and Reform Commission (《信用修复管理办法》) asks for four things, all of them:
the shortest publicity is over, everything is corrected and performed, a public commitment is made, and
what other law asks for. Which papers are asked for on a day say the rows of `PaperRule` (`repair.paper_rules`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.decisions import ALLOW, Decision, deny
from credit_platform.ui.formats import day_long
from entities.publicity import Outlook, OutlookState
from repair.models import PaperRule
from repair.policies import clock_to_extend

Paper = PaperRule.Paper
#: Decisions of a department against which the applicant may appeal.
APPEALABLE = frozenset({"refused", "dismissed", "kept"})
#: Types of file that can be read on every desk and hold nothing that runs.
PROOF_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the four conditions, and what stands for it in a case."""

    says: str | Promise
    shown_by: str | Promise


CONDITIONS = (
    Condition(
        gettext_lazy("The shortest publicity period is over."), gettext_lazy("The platform checks this.")
    ),
    Condition(
        gettext_lazy("The conduct is corrected and every duty of the decision is performed in full."),
        gettext_lazy("You show it by proof of performance: a receipt, a report, a photograph."),
    ),
    Condition(
        gettext_lazy(
            "You make a public credit commitment, that the papers are true and that you answer for it."
        ),
        gettext_lazy("You sign the commitment letter here on the screen."),
    ),
    Condition(
        gettext_lazy("Whatever else laws, regulations or rules of the ministries ask for is fulfilled."),
        gettext_lazy("The department checks this."),
    ),
)


def may_apply(outlook: Outlook) -> Decision:
    """Whether a repair can be asked for on the day of the outlook (`repair.outlook`), and if not, why not."""
    if outlook.state != OutlookState.NOW:
        return deny(outlook.sentence)
    return ALLOW


def may_object(record) -> Decision:
    """Whether an objection to the record can be filed: while it is in force, also to what an association records.

    Market credit information is objected to like public information: Shanghai 2017 art. 36, Taizhou 2020 art. 13,
    Shandong 2020 art. 39. Its association answers, as whoever sent the record always does.
    """
    if record.status != record.Status.PUBLISHED:
        return deny(_("Only a record in force can be objected to."))
    return ALLOW


def may_lose_its_basis(record) -> Decision:
    """Whether it can be said of the record that its basis has fallen: in force, or ended and still counted."""
    if record.record_type.family != record.record_type.Family.PUBLIC:
        return deny(
            _("This is market credit information of %(body)s; ask there.") % {"body": record.submitted_by}
        )
    if record.status not in {record.Status.PUBLISHED, record.Status.REPAIRED, record.Status.EXPIRED}:
        return deny(_("This record is taken out already, or another one stands in its place."))
    return ALLOW


def what_a_withdrawal_lacks(
    *,
    outcome: str,
    forum: str,
    authority: str,
    number: str,
    decided_on: date | None,
    has_document: bool,
    record_decided_on: date,
    today: date,
    asked: Collection[str],
) -> dict[str, list[str]]:
    """Everything that keeps the withdrawal of a basis from being filed, by field; empty when it is complete."""
    missing = {}
    if not outcome:
        missing["outcome"] = [_("Choose what became of the decision.")]
    if not forum:
        missing["forum"] = [_("Choose who decided that.")]
    if not authority.strip():
        missing["authority"] = [_("Name the court or authority.")]
    if not number.strip():
        missing["number"] = [_("Give the number of that decision.")]
    if decided_on is None:
        missing["decided_on"] = [_("Give the day of that decision.")]
    elif decided_on > today:
        missing["decided_on"] = [_("This day is still to come.")]
    elif decided_on < record_decided_on:
        missing["decided_on"] = [_("This day lies before the decision that it is about.")]
    if Paper.DECISION in asked and not has_document:
        missing["proofs"] = [_("Add the decision itself: a PDF, JPG or PNG file.")]
    return missing


def what_an_objection_lacks(
    *, ground: str, statement: str, has_papers: bool, asked: Collection[str]
) -> dict[str, list[str]]:
    """Everything that keeps an objection from being filed, by field; empty when it is complete.

    Args:
        asked: the papers asked for with it, of `PaperRule.Paper`.
    """
    missing = {}
    if not ground:
        missing["ground"] = [_("Choose what is the matter with the record.")]
    if Paper.APPLICATION in asked and not statement.strip():
        missing["statement"] = [_("Say what is not right and how it should be.")]
    if Paper.EVIDENCE in asked and not has_papers:
        missing["proofs"] = [
            _("Add at least one paper that shows it, as the regulation asks: a PDF, JPG or PNG file.")
        ]
    return missing


def upholding_is_proposed(case, today: date) -> Decision:
    """What is carried out is what was prepared: a correction field by field, or taking the record back."""
    if case.proposal not in {"correct", "end"}:
        return deny(_("Neither a correction nor taking back is proposed; send the case back for that."))
    return ALLOW


def what_is_missing(
    *,
    statement: str,
    has_proof: bool,
    is_signed: bool,
    asked: Collection[str],
    outlook_says_no: str = "",
) -> dict[str, list[str]]:
    """Everything that a draft lacks before it can be filed, by field, told all at once; empty when complete.

    Args:
        asked: the papers asked for with it, of `PaperRule.Paper`.
    """
    missing = {}
    if outlook_says_no:
        missing[""] = [outlook_says_no]
    if Paper.APPLICATION in asked and not statement.strip():
        missing["statement"] = [_("Say what was corrected and how every duty was performed.")]
    if Paper.PROOF in asked and not has_proof:
        missing["proofs"] = [_("Add at least one proof of performance: a PDF, JPG or PNG file.")]
    if Paper.COMMITMENT in asked and not is_signed:
        missing["signature"] = [_("Sign the commitment letter: type your name and tick the box.")]
    return missing


def last_day_to_appeal(case) -> date | None:
    """The last day on which the decision can be brought before the lead office; None when it was not against anybody."""
    if case.decided_at is None or case.state not in APPEALABLE:
        return None
    return timezone.localdate(case.decided_at) + timedelta(days=settings.REPAIR_APPEAL_WITHIN_DAYS)


def may_still_appeal(case, today: date) -> Decision:
    """Once, within the days that this platform allows for it, while the record stands and no newer case runs."""
    if case.is_of_market_information:
        return deny(
            _("%(body)s decides alone on what it records of its members.") % {"body": case.deciding_body}
        )
    if case.appealed_at is not None:
        return deny(_("A decision can be appealed once; the appeal was withdrawn."))
    last_day = last_day_to_appeal(case)
    if last_day is not None and today > last_day:
        return deny(_("The appeal had to be filed by %(day)s.") % {"day": day_long(last_day)})
    record = case.record
    stands = may_lose_its_basis(record) if case.kind == "basis" else record.status == record.Status.PUBLISHED
    if not stands:
        return deny(
            _("The record has ended or was corrected meanwhile; an appeal could change nothing in it.")
        )
    newer = record.cases.open().filter(kind=case.kind).first()
    if newer is not None:
        return deny(_("A newer case about the record is open: %(number)s.") % {"number": newer})
    return ALLOW


def answer_is_overdue(case, today: date) -> Decision:
    """The department goes on without the material only after the applicant had the time to send it."""
    if case.due_on is not None and today <= case.due_on:
        return deny(_("The applicant has until %(day)s to answer.") % {"day": day_long(case.due_on)})
    return ALLOW


def may_be_extended(case, today: date) -> Decision:
    """Once, where the rule of a running clock allows it, and by no more than it says."""
    if clock_to_extend(case.clocks.all()) is None:
        return deny(
            _("By the rules of this case no running clock can be extended, or it was extended already.")
        )
    return ALLOW
