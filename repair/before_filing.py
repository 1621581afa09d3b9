"""What can be done about each record of an entity before anything is filed: now, from a day, never, elsewhere, nothing.

Every record in force is answered, with the article on which the answer stands and how far that was read. The rules of
publicity (Credit China, the market-supervision system) give the days. Tax and customs repair by rules of their own
(`repair.sectors`); of market credit information its association decides, here where it has set a rule for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils import timezone

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
from repair.models import Case, SectorRule
from repair.outlook import Outlooks, outlooks


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
    #: The rule of tax or customs that decides; None where those of publicity do.
    sector: SectorRule | None = None

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
    for record in records:
        prospect = _prospect(record, record.open_cases, looking)
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


def _prospect(record: CreditRecord, cases: list[Case], looking: Outlooks) -> Prospect:
    outlook, charter, sector = looking.of(record), looking.charter_of(record), looking.sector_of(record)
    elsewhere = _elsewhere(record, outlook, charter, sector)
    source = sector or outlook.rule
    article = sector.cited if sector else citation(outlook.rule) if outlook.rule else ""
    if charter is not None and outlook.state != OutlookState.NOT_NEEDED:
        article = charter.article
    by_publicity = not (elsewhere or charter or sector)
    return Prospect(
        record,
        outlook,
        rules.may_apply(outlook),
        _open(cases, Case.Kind.REPAIR),
        elsewhere=elsewhere,
        article=article,
        read=str(source.get_verification_display()) if source else "",
        verified=bool(source) and source.verification == LegalInstrument.Verification.VERIFIED,
        systems=tuple(dates_by_system(record, looking.on, looking.book)) if by_publicity else (),
        objection=_open(cases, Case.Kind.OBJECTION),
        charter=charter,
        sector=sector,
    )


def _open(cases: Iterable[Case], kind: Case.Kind) -> Case | None:
    return next((case for case in cases if case.kind == kind), None)


def _elsewhere(
    record: CreditRecord, outlook: Outlook, charter: RepairRule | None, sector: SectorRule | None
) -> str:
    """What is said where nothing can be filed about the record itself: of a grade that follows from points, or by an
    association without a rule; "" where it is filed here."""
    if sector is not None:
        return outlook.sentence if sector.effect == SectorRule.Effect.FOLLOWS else ""
    if record.record_type.family != RecordType.Family.MARKET:
        return ""
    return "" if charter or outlook.state == OutlookState.NOT_NEEDED else outlook.sentence
