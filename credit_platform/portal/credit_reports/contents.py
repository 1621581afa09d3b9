"""What a credit report says, asked of the registry as it stands on a day.

Facts come first, in no language, and give the fingerprint by which a report is known to be current; the words in
both languages are made of the same facts.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _, ngettext, pgettext

from credit_platform.common.bilingual import in_readers_language
from credit_platform.portal import selectors as portal
from credit_platform.portal.credit_reports.models import CreditReport, Part
from credit_platform.ui.formats import day as short_day, day_long, yuan
from credit_platform.ui.navigation import brand
from entities import policies
from entities.commitments.models import Commitment
from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion, SeverityClass, SubmittingBody
from entities.statements.selectors import with_statement
from evaluation.selectors import GradeFact, grades_shown_to, public_grades_of
from repair.letters import papers
from repair.letters.texts import LANGUAGES

#: Of each kind so many records, the newest; how many more there are is said.
MOST = 300
LISTS = "lists"
WIDTHS = [1.1, 3.2, 2.0, 1.2]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a report reaches.

    Args:
        parts: the parts it may tell of; lists and registration stand in every report.
        unpublished: also what is in force and not public.
        own: also what is suspended while an objection to it is checked, which nobody but the entity is told of.
    """

    parts: tuple[str, ...] = tuple(Part.values)
    unpublished: bool = False
    own: bool = False


PUBLIC, OWN = Reach(), Reach(unpublished=True, own=True)


def reach_of(report: CreditReport) -> Reach:
    """How far the report reached when it was issued, and therefore how far it is asked whether it is current."""
    if report.kind == CreditReport.Kind.EXTRACT:
        return PUBLIC
    if report.kind == CreditReport.Kind.OWN:
        return OWN
    return Reach(tuple(report.code.parts), unpublished=report.code.also_unpublished)


def records_within(entity: Entity, reach: Reach, day: date) -> QuerySet[CreditRecord]:
    """The records in force on the day that such a report tells of, newest first, each with the entity's statement."""
    if not reach.unpublished:
        return portal.public_records_of(entity, day)
    known = CreditRecord.objects.filter(policies.known_to_its_entity(), entity=entity).counting_on(day)
    if not reach.own:
        known = known.filter(suspended=False)
    return (
        with_statement(known)
        .select_related("record_type", "submitted_by", "type_version")
        .order_by("-decided_on", "-pk")
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a report tells of, before it is put into words."""

    entity: Entity
    reach: Reach
    #: By kind, in the order of the portal: the records told of, and how many there are.
    records: Mapping[str, tuple[list[CreditRecord], int]]
    #: The newest; only public ones where the report tells of nothing that is not public.
    commitments: list[Commitment]

    @property
    def fingerprint(self) -> str:
        """Another one as soon as anything that the report says would read differently."""
        return hashlib.sha256(papers.canonical(self._plain())).hexdigest()

    def grades(self) -> list[GradeFact]:
        """In the language that is active."""
        if Part.GRADES not in self.reach.parts:
            return []
        return (grades_shown_to if self.reach.unpublished else public_grades_of)(self.entity)

    def _plain(self) -> dict:
        entity = self.entity
        return {
            "parts": sorted(self.reach.parts),
            "entity": [
                entity.credit_code,
                entity.name_zh,
                entity.name_en,
                entity.status,
                str(entity.registered_on or ""),
                entity.legal_form,
                entity.district,
                _address(entity, self.reach),
            ],
            "grades": [[fact.scheme_code, fact.version, fact.grade] for fact in self.grades()],
            "records": [
                [
                    kind,
                    total,
                    [
                        [
                            record.pk,
                            str(record.publish_until or ""),
                            record.objected,
                            record.statement,
                            _source(record),
                        ]
                        for record in records
                    ],
                ]
                for kind, (records, total) in self.records.items()
            ],
            "commitments": [[one.number, one.state, _finding(one, self.reach)] for one in self.commitments],
        }


def facts_about(entity: Entity, reach: Reach, day: date) -> Facts:
    """Ask the registry; two queries for each kind that the report may tell of."""
    found = records_within(entity, reach, day)
    kinds = [kind for code, kind in portal.SECTIONS.items() if code == LISTS or code in reach.parts]
    by_kind = {}
    for kind in kinds:
        of_kind = portal.of_kind(found, kind)
        records = list(of_kind[: MOST + 1])
        total = of_kind.count() if len(records) > MOST else len(records)
        by_kind[kind.code] = (records[:MOST], total)
    return Facts(entity, reach, by_kind, _commitments_within(entity, reach, day))


def _commitments_within(entity: Entity, reach: Reach, day: date) -> list[Commitment]:
    if Part.COMMITMENTS not in reach.parts:
        return []
    found = Commitment.objects.filter(entity=entity)
    found = found.standing() if reach.unpublished else found.public_on(day)
    return list(found.select_related("template__checked_by").order_by("-given_on", "-pk")[:MOST])


def _address(entity: Entity, reach: Reach) -> str:
    """The address of a self-employed household is often a home: only its own report tells it."""
    return entity.address if reach.own or not portal.is_self_employed(entity) else ""


def _source(record: CreditRecord) -> str:
    if record.record_type.family == RecordType.Family.MARKET:
        return "market"
    is_public = record.type_version.disclosure == RecordTypeVersion.Disclosure.PUBLIC
    if record.suspended:
        return "suspended"
    return "public" if is_public and not record.withheld else "shared"


# In words


def content_of(facts: Facts, *, kind: str, day: date, read_by: str = "", why: str = "") -> dict:
    """The report in Chinese and in English, as `repair.letters.typing` types it.

    Args:
        read_by: who reads it by leave of the entity, and `why`, as they said themselves.
    """
    parts, seal = [], ""
    office = SubmittingBody.objects.filter(kind=SubmittingBody.Kind.LEAD_OFFICE, is_active=True).first()
    for language, tag in LANGUAGES.items():
        with translation.override(language):
            parts.append(
                _part(facts, tag, kind, day, read_by, why) | {"signed_by": str(office) if office else brand()}
            )
            seal = seal or (office.name_zh if office else brand())
    return {"parts": parts, "seal": seal}


def _part(facts: Facts, tag: str, kind: str, day: date, read_by: str, why: str) -> dict:
    rows = _registration(facts)
    rows.append([_("As it stood on"), day_long(day)])
    if read_by:
        rows += [[_("Read by"), read_by], [_("What for"), why]]
    return {
        "lang": tag,
        "title": {
            CreditReport.Kind.EXTRACT: _("Public extract of credit records"),
            CreditReport.Kind.OWN: _("Credit report"),
            CreditReport.Kind.AUTHORISED: _("Credit report by leave of the business"),
        }[CreditReport.Kind(kind)],
        "to": "",
        "rows": rows,
        "paragraphs": _opening(kind),
        "sections": [*_grades(facts), _lists(facts), *_records(facts), *_promised(facts)],
        "places": [],
        "labels": [],
        "day": day_long(day),
        "foot": _("Issued by the platform; it costs nothing."),
        "check": _(
            "Scan, or type the number at %(address)s, to see whether this is genuine and still current."
        )
        % {"address": f"{settings.PLATFORM_URL.partition('://')[2]}/verify"},
    }


def _registration(facts: Facts) -> list[list[str]]:
    entity = facts.entity
    rows = [
        [_("Business"), entity.name],
        [_("Unified social credit code"), entity.credit_code],
        [_("Status"), entity.get_status_display()],
        [_("Set up"), short_day(entity.registered_on) if entity.registered_on else ""],
        [_("Legal form"), entity.legal_form],
        [_("District"), entity.district],
        [_("Address"), _address(entity, facts.reach)],
    ]
    return [row for row in rows if row[1]]


def _opening(kind: str) -> list[str]:
    says = {
        CreditReport.Kind.EXTRACT: _(
            "This extract tells what anybody may read about this business: what is public and has not ended, been "
            "repaired or been withdrawn. That nothing stands under a title means that no department has sent such a "
            "record that is public today; it is no certificate of good conduct."
        ),
        CreditReport.Kind.OWN: _(
            "This report tells everything in force on record about this business, including what departments share "
            "among themselves. That nothing stands under a title means that no body has sent such a record that is in "
            "force today."
        ),
        CreditReport.Kind.AUTHORISED: _(
            "The business has let the reader named above read this report. It reaches as far as the business has "
            "allowed; parts that it left out are not named here. It is for the purpose given and not to be handed on."
        ),
    }
    return [says[CreditReport.Kind(kind)]]


def _section(title: str, note: str = "", head: list[str] | None = None, rows=(), widths=None) -> dict:
    return {
        "title": title,
        "note": note,
        "head": head or [],
        "rows": list(rows),
        "widths": widths or WIDTHS,
    }


def _grades(facts: Facts) -> list[dict]:
    rows = [
        [
            fact.grade or _("not rated"),
            fact.meaning,
            f"{fact.scheme_name}, {fact.version}",
            short_day(fact.as_of),
        ]
        for fact in facts.grades()
    ]
    if not rows:
        return []
    head = [_("Grade"), _("Meaning"), _("Scheme, version"), _("Since")]
    return [_section(_("Grades"), "", head, rows, [0.8, 3, 2.2, 1.2])]


def _lists(facts: Facts) -> dict:
    """Each list of the catalogue, said also where the entity is on none."""
    records, _total = facts.records[LISTS]
    standing = {record.record_type_id for record in records}
    types = RecordType.objects.filter(code__in=portal.SECTIONS[LISTS].types).order_by("-code")
    rows = [[str(one), _("recorded") if one.pk in standing else _("not recorded")] for one in types]
    return _section(_("Lists"), "", [_("List"), _("Today")], rows, [3, 1])


def _records(facts: Facts) -> list[dict]:
    sections = []
    for code, (records, total) in facts.records.items():
        if code == LISTS and not records:
            continue
        kind = portal.SECTIONS[code]
        note = "" if records else _("Nothing on record.")
        if total > len(records):
            more = total - len(records)
            note = ngettext(
                "The newest ones; %(more)s more stands on the platform.",
                "The newest ones; %(more)s more stand on the platform.",
                more,
            ) % {"more": more}
        head = [
            _("Decided"),
            _("What"),
            pgettext("an authority", "By"),
            _("In force until"),
        ]
        title = Part.OTHER.label if kind is portal.OTHER else kind.title
        sections.append(_section(str(title), note, head, [_line(record) for record in records]))
    return sections


def _finding(commitment: Commitment, reach: Reach) -> str:
    """What the department found; the public page tells the outcome alone, and so does an extract."""
    return commitment.finding if reach.unpublished else ""


def _promised(facts: Facts) -> list[dict]:
    """What the entity committed itself to, and whether it kept it."""
    if Part.COMMITMENTS not in facts.reach.parts:
        return []
    rows = [
        [
            short_day(one.given_on),
            " · ".join(
                part
                for part in (one.template.name, one.template.matter, one.number, _finding(one, facts.reach))
                if part
            ),
            f"{one.get_state_display()} · {one.template.checked_by}",
            short_day(one.checked_on or one.due_on),
        ]
        for one in facts.commitments
    ]
    head = [_("Given"), _("What"), _("State"), _("Checked, or to be checked by")]
    note = "" if rows else _("No commitment is told of here.")
    return [_section(str(Part.COMMITMENTS.label), note, head if rows else None, rows)]


def _line(record: CreditRecord) -> list[str]:
    what = [record.title, str(record.record_type), record.document_number]
    if record.severity_class:
        what.append(str(SeverityClass(record.severity_class).label))
    if record.amount:
        what.append(yuan(record.amount))
    if said := SOURCES.get(_source(record)):
        what.append(in_readers_language(*said))
    if record.objected:
        what.append(_("under objection"))
    text = " · ".join(what)
    if record.statement:
        text += " · " + _("the business says: “%(statement)s”") % {
            "statement": " ".join(record.statement.split())
        }
    return [
        short_day(record.decided_on),
        text,
        record.authority or str(record.submitted_by),
        short_day(record.publish_until) if record.publish_until else _("no end set"),
    ]


#: What is not public is named as such, Chinese and English.
SOURCES = {
    "shared": ("仅在政府部门间共享", "shared among departments only"),
    "market": ("市场信用信息", "market credit information"),
    "suspended": ("异议核查期间暂停公开", "not disclosed while an objection is checked"),
}
