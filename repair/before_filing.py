"""What can be done about each record of an entity before anything is filed: now, from a day, never, elsewhere, nothing.

Every record in force is answered, with the article on which the answer stands and how far that was read. The rules of
publicity (Credit China, the market-supervision system) give the days. Tax and customs have repairs of their own, with
which this platform has nothing to do but to say so; of market credit information its association decides, here where
it has set a rule for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from associations.models import RepairRule
from credit_platform.common.decisions import Decision
from entities import looks
from entities.models import CreditRecord, LegalInstrument, RecordType
from entities.publicity import (
    Outlook,
    OutlookState,
    SystemDates,
    citation,
    dates_by_system,
)
from repair import policies, rules
from repair.models import Case
from repair.outlook import Outlooks, outlooks


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
    #: What is said of it beyond the outlook, where another system decides, or an association without a rule.
    elsewhere: str = ""
    #: On what the answer stands, and how far that was read; "" where no instrument says it.
    article: str = ""
    read: str = ""
    verified: bool = False
    systems: tuple[SystemDates, ...] = ()
    objection: Case | None = None
    #: The own rule of the association that decides; None where an authority does.
    charter: RepairRule | None = None

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
    found, looking = Prospects(), outlooks(records, timezone.localdate())
    instruments = {
        one.code: one
        for one in LegalInstrument.objects.filter(code__in={sector.instrument for sector in SECTORS.values()})
    }
    for record in records:
        prospect = _prospect(record, record.open_cases, looking, instruments)
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
    looking: Outlooks,
    instruments: dict[str, LegalInstrument],
) -> Prospect:
    outlook, charter = looking.of(record), looking.charter_of(record)
    elsewhere, instrument = _elsewhere(record, outlook, charter, instruments)
    instrument = instrument or (outlook.rule.instrument if outlook.rule else None)
    article = citation(outlook.rule) if outlook.rule and not elsewhere else ""
    if charter is not None and outlook.state != OutlookState.NOT_NEEDED:
        article = charter.article
    if not article and instrument is not None:
        article = instrument.number or str(instrument)
    source = outlook.rule if outlook.rule and not elsewhere else instrument
    return Prospect(
        record,
        outlook,
        rules.may_apply(outlook),
        _open(cases, Case.Kind.REPAIR),
        elsewhere=elsewhere,
        article=article,
        read=str(source.get_verification_display()) if source else "",
        verified=bool(source) and source.verification == LegalInstrument.Verification.VERIFIED,
        systems=() if elsewhere or charter else tuple(dates_by_system(record, looking.on, looking.book)),
        objection=_open(cases, Case.Kind.OBJECTION),
        charter=charter,
    )


def _open(cases: Iterable[Case], kind: Case.Kind) -> Case | None:
    return next((case for case in cases if case.kind == kind), None)


def _elsewhere(
    record: CreditRecord,
    outlook: Outlook,
    charter: RepairRule | None,
    instruments: dict[str, LegalInstrument],
) -> tuple[str, LegalInstrument | None]:
    """What another system does about the record, or an association without a rule; nothing where it is filed here."""
    if record.record_type.family == RecordType.Family.MARKET:
        return "" if charter or outlook.state == OutlookState.NOT_NEEDED else outlook.sentence, None
    sector = SECTORS.get(record.record_type.code)
    if sector is None or record.details.get(sector.field_name) not in sector.against:
        return "", None
    return str(sector.says), instruments.get(sector.instrument)
