"""Reads of credit reports: who gets which, and whether what one says is still so."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language, gettext as _

from credit_platform.common.errors import Missing, WrongState
from credit_platform.portal.credit_reports import contents, policies
from credit_platform.portal.credit_reports.models import CodeUse, CreditReport, LentCode
from entities.models import Entity

REPORTS_SHOWN = 20
USES_SHOWN = 100


def still_holds(report: CreditReport) -> bool:
    """Whether the same report of today would say the same. One whose code was revoked or is over still tells the truth."""
    if report.entity.merged_into_id:
        return False
    facts = contents.facts_about(report.entity, contents.reach_of(report), timezone.localdate())
    return facts.fingerprint == report.fingerprint


def report_for(*, user, number: str, held: frozenset[str]) -> CreditReport:
    """The report of that number, for whoever may read it; `Missing` for anybody else, `WrongState` when it is deleted.

    Args:
        held: numbers of reports that the reader has opened with a code.
    """
    report = (
        CreditReport.objects.filter(number=number.strip().upper())
        .select_related("entity", "document", "code")
        .first()
    )
    if report is None:
        raise Missing
    is_held = number in held and report.code is not None and report.code.is_good
    if not policies.may_read_report(user, report, held=is_held):
        raise Missing
    if report.deleted_on:
        raise WrongState(
            _("The time for which this report was kept is over; it was deleted. Ask for a new one.")
        )
    return report


def in_language_of_reader(report: CreditReport) -> dict:
    """The report's words in the language that is active; each cell of a table with its label, for narrow screens."""
    tag = "zh" if (get_language() or "").startswith("zh") else "en"
    part = next(part for part in report.content["parts"] if part["lang"] == tag)
    sections = [
        section | {"rows": [list(zip(row, section["head"], strict=True)) for row in section["rows"]]}
        for section in part["sections"]
    ]
    return part | {"sections": sections}


@dataclass(frozen=True, slots=True)
class OwnReports:
    """What an entity has handed out: its own reports, the codes it lent, and who used them."""

    reports: list[CreditReport]
    codes: list[LentCode]
    uses: list[CodeUse]


def own_reports(*, user, entity: Entity) -> OwnReports:
    """For whoever acts for the entity; `Missing` for anybody else."""
    if not policies.may_have_full_report(user, entity):
        raise Missing
    uses = CodeUse.objects.filter(code__entity=entity).select_related("code", "report", "user")
    own = CreditReport.Kind.OWN
    reports = entity.credit_reports.filter(kind=own, deleted_on=None).select_related("document")
    return OwnReports(
        reports=list(reports[:REPORTS_SHOWN]),
        codes=list(entity.lent_codes.select_related("lent_by")),
        uses=list(uses[:USES_SHOWN]),
    )


def code_of(*, user, entity: Entity, code_id: int) -> LentCode:
    """A code that the entity lent and that is still good; `Missing` for who does not act for the entity."""
    if not policies.may_lend_code(user, entity):
        raise Missing
    code = entity.lent_codes.good_at(timezone.now()).filter(pk=code_id).first()
    if code is None:
        raise Missing
    return code
