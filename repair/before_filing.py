"""What can be done about each record of an entity before anything is filed: now, from a day, never, elsewhere, nothing.

Every record in force is answered, with the article on which the answer stands and how far that was read. The rules of
publicity (Credit China, the market-supervision system) give the days. Tax and customs have repairs of their own, with
which this platform has nothing to do but to say so; of market credit information its association decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from associations.models import RepairRule
from associations.repair_rules import rules_on
from credit_platform.common.decisions import Decision
from credit_platform.common.working_days import months_after
from credit_platform.ui.formats import day_long
from entities import looks
from entities.models import CreditRecord, LegalInstrument, RecordType
from entities.publicity import (
    Outlook,
    OutlookState,
    RuleBook,
    SystemDates,
    citation,
    dates_by_system,
    repair_outlook,
    rule_book,
)
from repair import policies, rules
from repair.models import Case


@dataclass(frozen=True, slots=True)
class Sector:
    """A system with a repair of its own: the values that weigh against an entity, and what it does about them."""

    instrument: str
    field_name: str
    against: frozenset[str]
    says: str | Promise


#: By type of record. The figures of the tax table are those of its annex 6; those of customs no source gives.
SECTORS = {
    "tax-credit-grade": Sector(
        "sta-2025-12",
        "grade",
        frozenset({"B", "C", "D", "M"}),
        gettext_lazy(
            "The tax authority gives points back for what is corrected, by a table of its own: all of them within 3"
            " days, 80% within 30, 60% within 90, 40% after that. Ask for it there; the new grade comes here by itself."
        ),
    ),
    "customs-credit-status": Sector(
        "gacc-282",
        "customs_status",
        frozenset({"dishonest", "seriously-dishonest"}),
        gettext_lazy(
            "Customs repairs by a rule of its own, whose figures were not read. Ask for it there; the new level comes"
            " here by itself."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Prospect:
    """One record of an entity, and what can be done about it."""

    record: CreditRecord
    outlook: Outlook
    may_apply: Decision
    open_case: Case | None
    #: What is said of it beyond the outlook, where another system or an association decides.
    elsewhere: str = ""
    #: On what the answer stands, and how far that was read; "" where no instrument says it.
    article: str = ""
    read: str = ""
    verified: bool = False
    systems: tuple[SystemDates, ...] = ()
    objection: Case | None = None

    @property
    def sentence(self) -> str:
        """The answer in a sentence."""
        return self.elsewhere or self.outlook.sentence


@dataclass(frozen=True, slots=True)
class Prospects:
    """An entity's records sorted by what can be done about them; true where one weighs against it."""

    now: list[Prospect] = field(default_factory=list)
    later: list[Prospect] = field(default_factory=list)
    never: list[Prospect] = field(default_factory=list)
    elsewhere: list[Prospect] = field(default_factory=list)
    nothing: list[Prospect] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.now or self.later or self.never or self.elsewhere)

    @property
    def every(self) -> list[Prospect]:
        """All of them, what can be done now first."""
        return [*self.now, *self.later, *self.never, *self.elsewhere, *self.nothing]


def prospects_of(*, user, entity_id: int | None = None) -> Prospects:
    """What can be done about every record in force of the user's own entities, or of one of them.

    In six queries for any number of records.
    """
    mine = policies.entities_of(user)
    wanted = mine if entity_id is None else mine & {entity_id}
    records = (
        CreditRecord.objects.visible_to(user)
        .filter(entity__in=wanted, status=CreditRecord.Status.PUBLISHED)
        .select_related("entity", "record_type", "submitted_by", "type_version__instrument")
        .prefetch_related(Prefetch("cases", queryset=Case.objects.open(), to_attr="open_cases"))
        .order_by("-decided_on", "-pk")
    )
    looks.note(records)
    found, today, book = Prospects(), timezone.localdate(), rule_book()
    instruments = {
        one.code: one
        for one in LegalInstrument.objects.filter(code__in={sector.instrument for sector in SECTORS.values()})
    }
    charters = _charters(records, today)
    for record in records:
        prospect = _prospect(record, record.open_cases, today, book, instruments, charters)
        _group_of(prospect, found).append(prospect)
    found.now.sort(key=lambda prospect: prospect.open_case is not None)
    found.later.sort(key=lambda prospect: prospect.outlook.day)
    return found


def _group_of(prospect: Prospect, found: Prospects) -> list[Prospect]:
    if prospect.elsewhere:
        return found.elsewhere
    return {
        OutlookState.NOW: found.now,
        OutlookState.FROM: found.later,
        OutlookState.NEVER: found.never,
        OutlookState.NOT_NEEDED: found.nothing,
    }[prospect.outlook.state]


def _prospect(
    record: CreditRecord,
    cases: list[Case],
    today: date,
    book: RuleBook,
    instruments: dict[str, LegalInstrument],
    charters: dict[int, RepairRule],
) -> Prospect:
    outlook = repair_outlook(record, today, book)
    elsewhere, instrument = _elsewhere(record, instruments, charters)
    instrument = instrument or (outlook.rule.instrument if outlook.rule else None)
    article = citation(outlook.rule) if outlook.rule and not elsewhere else ""
    if not article and instrument is not None:
        article = instrument.number or str(instrument)
    source = outlook.rule if outlook.rule and not elsewhere else instrument
    return Prospect(
        record,
        outlook,
        rules.may_apply(record, outlook),
        _open(cases, Case.Kind.REPAIR),
        elsewhere=elsewhere,
        article=article,
        read=str(source.get_verification_display()) if source else "",
        verified=bool(source) and source.verification == LegalInstrument.Verification.VERIFIED,
        systems=() if elsewhere else tuple(dates_by_system(record, today, book)),
        objection=_open(cases, Case.Kind.OBJECTION),
    )


def _open(cases: Iterable[Case], kind: Case.Kind) -> Case | None:
    return next((case for case in cases if case.kind == kind), None)


def _charters(records: Iterable[CreditRecord], today: date) -> dict[int, RepairRule]:
    """By association, the rule by which it repairs, of those who recorded any of these; no query where none did."""
    of_associations = {
        record.submitted_by_id for record in records if record.record_type.family == RecordType.Family.MARKET
    }
    return rules_on(today, of_associations) if of_associations else {}


def _by_charter(record: CreditRecord, rule: RepairRule) -> str:
    """What the association's own rule says of the record: no law, and decided by the association alone."""
    day = months_after(record.decided_on, rule.min_months)
    parts = [
        _(
            "%(body)s decides alone on what it records of its members, by its charter (%(article)s): from %(day)s on."
        )
        % {"body": record.submitted_by, "article": rule.article, "day": day_long(day)},
        rule.conditions,
    ]
    if rule.course:
        parts.append(_("You attend the course “%(course)s” first.") % {"course": rule.course})
    return " ".join([*parts, _("Ask there.")])


def _elsewhere(
    record: CreditRecord, instruments: dict[str, LegalInstrument], charters: dict[int, RepairRule]
) -> tuple[str, LegalInstrument | None]:
    """What another system or an association does about the record; nothing where this platform answers for it."""
    if record.record_type.family == RecordType.Family.MARKET:
        if record.record_type.polarity != RecordType.Polarity.NEGATIVE:
            return "", None
        if rule := charters.get(record.submitted_by_id):
            return _by_charter(record, rule), None
        said = _("This is market credit information of %(body)s; ask there.") % {"body": record.submitted_by}
        return said, None
    sector = SECTORS.get(record.record_type.code)
    if sector is None or record.details.get(sector.field_name) not in sector.against:
        return "", None
    return str(sector.says), instruments.get(sector.instrument)
