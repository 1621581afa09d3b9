"""Reads of drafts and simulations, each scoped by `user`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from credit_platform.common.errors import Missing
from evaluation.composing.models import SchemeDraft, Simulation
from evaluation.composing.simulating import Progress, progress_of
from evaluation.models import Scheme, SchemeVersion
from evaluation.schemes.in_force import SchemeInForce, schemes_for

#: So long before the working days of a scheme end it is said.
SOON = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """A scheme in force with the versions that were or will be, and its open drafts."""

    in_force: SchemeInForce
    versions: list[SchemeVersion]
    drafts: list[SchemeDraft]
    #: The last working day that the scheme knows, where that comes soon or is over and no version follows.
    days_end: date | None = None


@dataclass(frozen=True, slots=True)
class SchemeToCome:
    """A scheme that is not in force: its versions that will be, the last first, and its open drafts."""

    scheme: Scheme
    versions: list[SchemeVersion]
    drafts: list[SchemeDraft]

    @property
    def name(self) -> str:
        """As it is published, or as the last draft has it."""
        return str(self.scheme.name if self.versions else self.drafts[0].name)


def schemes_to_come(*, user, day: date) -> list[SchemeToCome]:
    """The schemes that are published for a later day or only drafted, as far as this user may read them."""
    begun = SchemeVersion.objects.filter(
        scheme=OuterRef("pk"), state=SchemeVersion.State.PUBLISHED, effective_from__lte=day
    )
    schemes = list(Scheme.objects.visible_to(user).exclude(Exists(begun)).order_by("code"))
    if not schemes:
        return []
    versions = _published_of(schemes)
    drafts = list(drafts_for(user=user).filter(scheme__in=schemes, state__in=SchemeDraft.OPEN))
    found = (
        SchemeToCome(
            scheme,
            [one for one in versions if one.scheme_id == scheme.pk],
            [one for one in drafts if one.scheme_id == scheme.pk],
        )
        for scheme in schemes
    )
    return [one for one in found if one.versions or one.drafts]


def _published_of(schemes: Iterable[Scheme]) -> list[SchemeVersion]:
    """The published versions of these schemes, the last first, with who wrote and who approved them."""
    return list(
        SchemeVersion.objects.filter(scheme__in=schemes, state=SchemeVersion.State.PUBLISHED)
        .select_related("author", "approver")
        .defer("document")
        .order_by("-number")
    )


def schemes_with_drafts(*, user, day: date) -> list[SchemeRow]:
    """Every scheme in force that this user may read; drafts only where the user may."""
    schemes = schemes_for(user, day)
    of_schemes = [one.scheme for one in schemes]
    versions = _published_of(of_schemes)
    drafts = drafts_for(user=user).filter(scheme__in=of_schemes, state__in=SchemeDraft.OPEN)
    return [
        SchemeRow(
            one,
            [version for version in versions if version.scheme_id == one.scheme.pk],
            [draft for draft in drafts if draft.scheme_id == one.scheme.pk],
            _days_end(one, versions, day),
        )
        for one in schemes
    ]


def _days_end(one: SchemeInForce, versions: Iterable[SchemeVersion], day: date) -> date | None:
    worked = one.compiled.worked
    follows = any(version.scheme_id == one.scheme.pk and version.effective_from > day for version in versions)
    if worked is None or follows or worked.last - day > SOON:
        return None
    return worked.last


def drafts_for(*, user) -> QuerySet[SchemeDraft]:
    """The drafts that this user may read, with all that a row shows."""
    return SchemeDraft.objects.visible_to(user).select_related("scheme", "base", "drafted_by", "decided_by")


def draft_for_page(*, user, draft_id: int) -> SchemeDraft:
    """A draft; `Missing` for whom it is not."""
    draft = drafts_for(user=user).select_related("became", "cites").filter(pk=draft_id).first()
    if draft is None:
        raise Missing
    return draft


def simulations_for(*, user) -> QuerySet[Simulation]:
    """The simulations that this user may read, without what they found."""
    return (
        Simulation.objects.visible_to(user)
        .select_related("draft__scheme", "base__scheme", "started_by")
        .defer("results", "document", "peers")
    )


def simulation_for_page(*, user, simulation_id: int) -> Simulation:
    """A simulation; `Missing` for whom it is not."""
    simulation = (
        Simulation.objects.visible_to(user)
        .select_related("draft__scheme", "base__scheme", "started_by")
        .filter(pk=simulation_id)
        .first()
    )
    if simulation is None:
        raise Missing
    return simulation


def last_plan(scheme_id: int) -> dict[str, float]:
    """The inspections that were planned with the last simulation of a scheme that told any."""
    found = (
        Simulation.objects.filter(draft__scheme=scheme_id)
        .exclude(inspections={})
        .order_by("-pk")
        .values_list("inspections", flat=True)
        .first()
    )
    return dict(found or {})


@dataclass(frozen=True, slots=True)
class Work:
    """How a simulation goes on, with an estimate of the seconds that are left where there is one."""

    progress: Progress
    seconds_left: int | None


def work_of(simulation: Simulation) -> Work:
    """How far it has come."""
    progress = progress_of(simulation.pk)
    left = None
    if progress.done and simulation.state == Simulation.State.RUNNING:
        spent = (timezone.now() - simulation.started_at).total_seconds()
        left = round(spent / progress.done * (progress.parts - progress.done))
    return Work(progress, left)
