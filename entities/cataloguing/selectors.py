"""Reads of the catalogue. What is in it anybody may read; proposals are the lead office's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from credit_platform.common.errors import Missing
from entities import policies
from entities.cataloguing.content import Names, Version
from entities.models import (
    CatalogueProposal,
    CreditRecord,
    LegalInstrument,
    PublicityRule,
    RecordType,
    RecordTypeVersion,
)

Kind = CatalogueProposal.Kind


def version_by_key(kind: str, key: int | None) -> Version | None:
    return _all(kind).filter(pk=key).first()


def _all(kind: str) -> QuerySet:
    if kind == Kind.INSTRUMENT:
        return LegalInstrument.objects.select_related("replaces")
    if kind == Kind.RECORD_TYPE:
        return RecordTypeVersion.objects.select_related("record_type", "instrument").prefetch_related(
            "submitters"
        )
    return PublicityRule.objects.select_related("instrument").prefetch_related("record_types", "submitters")


def versions_of(version: Version) -> list[Version]:
    """Every version of the same entry, the newest first."""
    if isinstance(version, RecordTypeVersion):
        return list(_all(Kind.RECORD_TYPE).filter(record_type=version.record_type_id).order_by("-valid_from"))
    kind = Kind.INSTRUMENT if isinstance(version, LegalInstrument) else Kind.PUBLICITY_RULE
    everything = {one.pk: one for one in _all(kind)}
    root = root_of(version.pk, everything)
    return sorted(
        (one for one in everything.values() if root_of(one.pk, everything) == root), key=begins, reverse=True
    )


def root_of(key: int, everything: dict) -> int:
    """The key of the first of a chain of versions."""
    while everything[key].replaces_id:
        key = everything[key].replaces_id
    return key


def begins(version: Version) -> date:
    return version.in_force_from if isinstance(version, LegalInstrument) else version.valid_from


def ends(version: Version) -> date | None:
    return version.in_force_to if isinstance(version, LegalInstrument) else version.valid_to


def latest_version(version: Version) -> Version:
    return versions_of(version)[0]


def entry_versions(kind: str, code: str) -> list[Version]:
    """The versions of the entry with that code, the newest first; `Missing` where there is none.

    The later versions of a publicity rule have codes of their own; the first one's code names them all, and each
    of them leads to all.
    """
    if kind == Kind.RECORD_TYPE:
        found = list(_all(kind).filter(record_type__code=code).order_by("-valid_from"))
    else:
        one = _all(kind).filter(code=code).first()
        found = versions_of(one) if one else []
    if not found:
        raise Missing
    return found


def code_of(versions: Sequence[Version]) -> str:
    """The code by which proposals name the entry."""
    first = versions[-1]
    return first.record_type.code if isinstance(first, RecordTypeVersion) else first.code


def on_day(versions: Sequence[Version], day: date) -> Version | None:
    """The one in force on the day."""
    return next((one for one in versions if begins(one) <= day <= (ends(one) or date.max)), None)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the catalogue on one day: what is in force, what comes, whether it is over."""

    code: str
    versions: tuple[Version, ...]
    now: Version | None
    coming: Version | None

    @property
    def shown(self) -> Version:
        """What its row tells: what is in force, or else the nearest."""
        return self.now or self.coming or self.versions[0]


def entries(kind: str, day: date) -> list[Entry]:
    """The entries of one kind, in force first, each with its versions; a handful of queries."""
    groups: dict[int, list[Version]] = {}
    everything = {one.pk: one for one in _all(kind)}
    for one in everything.values():
        key = one.record_type_id if isinstance(one, RecordTypeVersion) else root_of(one.pk, everything)
        groups.setdefault(key, []).append(one)
    found = []
    for versions in groups.values():
        versions.sort(key=begins, reverse=True)
        coming = [one for one in versions if begins(one) > day]
        found.append(
            Entry(code_of(versions), tuple(versions), on_day(versions, day), coming[-1] if coming else None)
        )
    return sorted(found, key=lambda entry: (entry.now is None, _order(entry.shown), entry.code))


def _order(version: Version) -> tuple:
    if isinstance(version, RecordTypeVersion):
        return (version.record_type.family != RecordType.Family.PUBLIC, version.record_type.code)
    if isinstance(version, PublicityRule):
        return (version.precedence, version.instrument.code)
    return (-version.in_force_from.toordinal(),)


def proposals_for(user) -> QuerySet[CatalogueProposal]:
    """All proposals, newest first, for the lead office; nothing for anybody else."""
    if not policies.may_keep_catalogue(user):
        return CatalogueProposal.objects.none()
    return CatalogueProposal.objects.select_related("drafted_by", "decided_by").order_by("-pk")


def proposal_for_page(*, user, proposal_id: int) -> CatalogueProposal:
    """The proposal; `Missing` for whoever does not keep the catalogue."""
    proposal = proposals_for(user).filter(pk=proposal_id).first()
    if proposal is None:
        raise Missing
    return proposal


def waiting_for(user) -> int:
    """How many proposals this user may decide on now; for the navigation."""
    return (
        proposals_for(user).filter(state=CatalogueProposal.State.PROPOSED).exclude(drafted_by=user.pk).count()
    )


def names() -> Names:
    return Names.read()


def records_that_rules_date(*, record_types: Sequence[str], submitters: Sequence[str]) -> int:
    """How many records in force such a rule would be asked about."""
    records = CreditRecord.objects.filter(
        status=CreditRecord.Status.PUBLISHED, record_type__code__in=record_types
    )
    if submitters:
        records = records.filter(submitted_by__code__in=submitters)
    return records.count()


def records_dated_by(rule: PublicityRule) -> int:
    """How many records in force have their dates from the rule."""
    return CreditRecord.objects.filter(status=CreditRecord.Status.PUBLISHED, publicity_rule=rule.pk).count()


def records_following(version: RecordTypeVersion) -> int:
    return CreditRecord.objects.filter(type_version=version.pk).count()


def standing_on(instrument: LegalInstrument, day: date) -> list[Version]:
    """The versions that stand on the instrument and hold on the day or later."""
    found: list[Version] = []
    for model in (RecordTypeVersion, PublicityRule):
        related = "record_type" if model is RecordTypeVersion else "instrument"
        found += [
            one
            for one in model.objects.filter(instrument=instrument).select_related(related)
            if one.valid_to is None or one.valid_to >= day
        ]
    return found


def late_records(version_from: date, record_type: RecordType) -> int:
    """How many records of the type were decided on the day or later, and so follow what holds now."""
    return CreditRecord.objects.filter(record_type=record_type, decided_on__gte=version_from).count()
