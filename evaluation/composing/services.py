"""Drafts of schemes and their simulations: one drafts, the city is simulated, a colleague publishes on that.

A published version never changes. It says who wrote it and who approved it, and its draft which simulation of exactly
this document it was approved on.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.common.queueing import enqueue_on_commit
from credit_platform.ui.formats import day_long
from evaluation.composing import policies
from evaluation.composing.models import SchemeDraft, Simulation
from evaluation.composing.platform_days import with_years_since
from evaluation.composing.problems import problems_of
from evaluation.composing.tasks import work_on_simulation
from evaluation.models import Scheme, SchemeVersion
from evaluation.schemes import SchemeDocument
from evaluation.schemes.shipped import facts_of
from evaluation.services import next_number

State = SchemeDraft.State
#: As the language writes codes.
CODE = re.compile(r"(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*")
#: So many workers are asked to take part in a simulation.
WORKERS = 2
#: Days after which a simulation is no longer cited: this project's own measure, no law says one (docs/adr/0009).
SIMULATION_HOLDS = 14
LONGEST_REASON = 500
LONGEST_NAME = 200
#: What stands at this place of an address is something else than the code of a scheme.
RESERVED = frozenset({"new", "drafts", "scales"})


def digest_of(document: Mapping[str, Any]) -> str:
    """A mark of what a document says, however its text is laid out."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def last_published(scheme: Scheme) -> SchemeVersion | None:
    """The version of a scheme that holds last, and which a new one follows; None where none is published."""
    published = scheme.versions.filter(state=SchemeVersion.State.PUBLISHED)
    return published.order_by("-effective_from", "-number").first()


@transaction.atomic
def begin_draft(*, by, code: str) -> SchemeDraft:
    """A copy of the last published version of a scheme, to be changed. Several drafts may stand side by side.

    Where the scheme knows working days, those of the years that were published since are in it.
    """
    policies.may_keep_schemes(by).require()
    scheme = Scheme.objects.select_for_update().filter(code=code).first()
    if scheme is None:
        raise Missing
    base = last_published(scheme)
    if base is None:
        raise Missing
    document = _as_kept(with_years_since(base.document))
    draft = SchemeDraft.objects.create(
        scheme=scheme,
        base=base,
        document=document,
        digest=digest_of(document),
        name_zh=scheme.name_zh,
        name_en=scheme.name_en,
        effective_from=_first_of_next_month(timezone.localdate()),
        drafted_by=by,
    )
    audit.record(actor=by, verb="composing.draft.begun", target=draft, scheme=code, follows=base.number)
    return draft


@transaction.atomic
def begin_scheme(*, by, code: str, name_zh: str, name_en: str, document: Any) -> SchemeDraft:
    """A draft of a scheme that there is not yet. Its code is taken from now on; without a version nobody is rated by it.

    A code whose drafts were all discarded is free again.

    Raises:
        InvalidInput: with everything wrong, by field: "document.<place>" for what the document says.
    """
    policies.may_keep_schemes(by).require()
    problems = _problems_of_names(name_zh, name_en)
    for one in problems_of(document, of_registry=False):
        problems.setdefault(f"document.{one.place}", []).append(one.says)
    if wrong := _problem_of_code(code):
        problems["code"] = [wrong]
    if problems:
        raise InvalidInput(problems)
    kept = _as_kept(document)
    names = {"name_zh": name_zh.strip(), "name_en": name_en.strip()}
    facts = names | facts_of(SchemeDocument.model_validate(kept))
    scheme, created = Scheme.objects.select_for_update().get_or_create(code=code, defaults=facts)
    if not created:
        if not _is_free(scheme):
            raise InvalidInput({"code": [_("There is a scheme or a draft of this code already.")]})
        Scheme.objects.filter(pk=scheme.pk).update(**facts)
        scheme.refresh_from_db()
    draft = SchemeDraft.objects.create(
        scheme=scheme,
        document=kept,
        digest=digest_of(kept),
        effective_from=_first_of_next_month(timezone.localdate()),
        drafted_by=by,
        **names,
    )
    audit.record(actor=by, verb="composing.scheme.begun", target=draft, scheme=code)
    return draft


def _problem_of_code(code: str) -> str:
    if code in RESERVED:
        return _("This word has another meaning here; choose another code.")
    if not CODE.fullmatch(code):
        return _("A code has small letters, digits and hyphens between them, at most sixty.")
    return ""


def _is_free(scheme: Scheme) -> bool:
    """Whether a scheme was only ever thought of, and is thought of no longer."""
    return not (scheme.versions.exists() or scheme.drafts.exclude(state=State.DISCARDED).exists())


def _first_of_next_month(today: date) -> date:
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)


def _as_kept(content: Any) -> dict[str, Any]:
    """A document that the language allows, in the one form in which it is kept and compared."""
    return SchemeDocument.model_validate(content).model_dump(mode="json", by_alias=True)


@transaction.atomic
def save_draft(
    *, by, draft_id: int, document: Any, name_zh: str, name_en: str, effective_from: date, reason: str
) -> SchemeDraft:
    """Keep what the version shall say. Saving the same again changes nothing.

    Whoever changed a draft last is its author and does not publish it.

    Raises:
        InvalidInput: with everything wrong, by field: "document.<place>" for what the document says.
        WrongState: it is before a colleague, or decided.
    """
    policies.may_keep_schemes(by).require()
    draft = _locked(draft_id)
    require_state(draft, *SchemeDraft.EDITABLE)
    problems = _problems_of_head(draft, name_zh, name_en, effective_from, reason)
    for one in problems_of(document):
        problems.setdefault(f"document.{one.place}", []).append(one.says)
    if not problems:
        problems = _problems_of_family(draft, document)
    if problems:
        raise InvalidInput(problems)
    kept = _as_kept(document)
    said: dict[str, Any] = {
        "document": kept,
        "digest": digest_of(kept),
        "name_zh": name_zh.strip(),
        "name_en": name_en.strip(),
        "effective_from": effective_from,
        "reason": reason.strip(),
    }
    if all(getattr(draft, name) == value for name, value in said.items()):
        return draft
    for name, value in said.items():
        setattr(draft, name, value)
    draft.drafted_by, draft.state = by, State.DRAFT
    draft.save()
    audit.record(actor=by, verb="composing.draft.changed", target=draft, digest=draft.digest)
    return draft


def _problems_of_head(
    draft: SchemeDraft, name_zh: str, name_en: str, effective_from: date, reason: str
) -> dict[str, list[str]]:
    problems = _problems_of_names(name_zh, name_en)
    if late := _too_early(draft, effective_from):
        problems["effective_from"] = [late]
    if len(reason.strip()) > LONGEST_REASON:
        problems["reason"] = [_("The reason has at most 500 characters.")]
    return problems


def _problems_of_names(name_zh: str, name_en: str) -> dict[str, list[str]]:
    problems = {}
    for field, name in (("name_zh", name_zh), ("name_en", name_en)):
        if not name.strip():
            problems[field] = [_("Type the name in both languages.")]
        elif len(name.strip()) > LONGEST_NAME:
            problems[field] = [_("A name has at most 200 characters.")]
    return problems


def _too_early(draft: SchemeDraft, effective_from: date) -> str:
    if effective_from <= timezone.localdate():
        return _("A version begins tomorrow at the earliest: grades that were given stay as they were given.")
    if draft.base and effective_from < draft.base.effective_from:
        return _("The version before begins on %(day)s; this one does not begin sooner.") % {
            "day": day_long(draft.base.effective_from)
        }
    return ""


def _problems_of_family(draft: SchemeDraft, document: Any) -> dict[str, list[str]]:
    """What a grade is and who sees it belongs to the scheme, under all its versions; the first one says it."""
    scheme, new = draft.scheme, SchemeDocument.model_validate(document)
    problems: dict[str, list[str]] = {}
    if draft.base is None:
        return problems
    if new.family != scheme.family:
        problems["document.family"] = [
            _("A version does not change the family of its scheme; that would be another scheme.")
        ]
    if (new.seen_by.entity, new.seen_by.public) != (scheme.shown_to_entity, scheme.is_public):
        problems["document.seen_by"] = [
            _("Who may see the result belongs to the scheme and is not changed by a version.")
        ]
    return problems


@transaction.atomic
def send_draft(*, by, draft_id: int) -> SchemeDraft:
    """Put a draft before the colleagues of the lead office. Sending it again changes nothing."""
    policies.may_keep_schemes(by).require()
    draft = _locked(draft_id)
    if draft.state == State.PROPOSED:
        return draft
    require_state(draft, *SchemeDraft.EDITABLE)
    problems = {}
    if not draft.reason:
        problems["reason"] = [
            _("Say why the scheme is changed.") if draft.base else _("Say why there is to be such a scheme.")
        ]
    if draft.base and draft.digest == digest_of(_as_kept(draft.base.document)):
        problems["document"] = [
            _("The draft says what the version before says; there is nothing to publish.")
        ]
    if problems:
        raise InvalidInput(problems)
    draft.state = State.PROPOSED
    draft.save(update_fields=("state",))
    audit.record(actor=by, verb="composing.draft.proposed", target=draft)
    return draft


@transaction.atomic
def return_draft(*, by, draft_id: int, note: str) -> SchemeDraft:
    """Give a draft back to its author with what is to be changed."""
    draft = _locked(draft_id)
    policies.may_decide_draft(by, draft).require()
    require_state(draft, State.PROPOSED)
    if not note.strip():
        raise InvalidInput({"note": [_("Say what is to be changed.")]})
    _decide(draft, by, State.RETURNED, note.strip())
    audit.record(actor=by, verb="composing.draft.returned", target=draft, note=note.strip())
    return draft


@transaction.atomic
def discard_draft(*, by, draft_id: int) -> SchemeDraft:
    """Drop a draft; it stays in the history of its scheme, and so do its simulations."""
    policies.may_keep_schemes(by).require()
    draft = _locked(draft_id)
    if draft.state == State.DISCARDED:
        return draft
    require_state(draft, *SchemeDraft.EDITABLE)
    draft.state = State.DISCARDED
    draft.save(update_fields=("state",))
    audit.record(actor=by, verb="composing.draft.discarded", target=draft)
    return draft


def last_simulated(draft: SchemeDraft) -> Simulation | None:
    """The last simulation of exactly the draft's document beside its base that is done, of whatever day."""
    return (
        Simulation.objects.filter(
            digest=draft.digest,
            base=draft.base_id,
            state=Simulation.State.DONE,
            draft__scheme=draft.scheme_id,
        )
        .order_by("-as_of", "-pk")
        .first()
    )


def is_outdated(simulation: Simulation) -> bool:
    """Whether the city has gone on for too long since it was simulated."""
    return (timezone.localdate() - simulation.as_of).days > SIMULATION_HOLDS


@transaction.atomic
def publish_draft(*, by, draft_id: int) -> SchemeVersion:
    """Make a colleague's draft the next version of its scheme, in force from its day, citing its simulation.

    Raises:
        WrongState: it is not before a colleague, another version was published since it was begun, or nobody
            simulated exactly this document in the last `SIMULATION_HOLDS` days.
        InvalidInput: its day is over, or it no longer is a document that the registry can rate by.
    """
    draft = _locked(draft_id)
    policies.may_decide_draft(by, draft).require()
    if draft.state == State.PUBLISHED:
        return draft.became
    require_state(draft, State.PROPOSED)
    scheme = Scheme.objects.select_for_update().get(pk=draft.scheme_id)
    simulation = _require_publishable(draft, scheme)
    version = _version_of(draft, scheme, by)
    draft.became, draft.cites = version, simulation
    _decide(draft, by, State.PUBLISHED, "")
    audit.record(
        actor=by,
        verb="composing.draft.published",
        target=draft,
        author=str(draft.drafted_by),
        because=draft.reason,
        digest=draft.digest,
        simulation=simulation.pk,
    )
    audit.record(actor=by, verb="evaluation.scheme.published", target=version, simulation=simulation.pk)
    return version


def _version_of(draft: SchemeDraft, scheme: Scheme, by) -> SchemeVersion:
    """The next version of the scheme, which takes over the names of the draft, and from the first one what it is."""
    document = SchemeDocument.model_validate(draft.document)
    version = SchemeVersion.objects.create(
        scheme=scheme,
        number=next_number(scheme),
        document=draft.document,
        legal_basis=document.basis.zh,
        state=SchemeVersion.State.PUBLISHED,
        effective_from=draft.effective_from,
        author=draft.drafted_by,
        approver=by,
        published_at=timezone.now(),
    )
    facts: dict[str, Any] = {"name_zh": draft.name_zh, "name_en": draft.name_en}
    if draft.base is None:
        facts |= facts_of(document)
    for name, value in facts.items():
        setattr(scheme, name, value)
    scheme.save(update_fields=tuple(facts))
    return version


def _require_publishable(draft: SchemeDraft, scheme: Scheme) -> Simulation:
    """Refuse a draft that may not become a version now; the simulation that it cites."""
    if last_published(scheme) != draft.base:
        raise WrongState(
            _("Another version was published since this draft was begun. Begin a new draft from that one.")
        )
    simulation = last_simulated(draft)
    if simulation is None:
        raise WrongState(
            _(
                "Exactly this document has not been simulated yet. Simulate it, look at the result, then publish."
            )
        )
    if is_outdated(simulation):
        raise WrongState(outdated_says(simulation))
    if late := _too_early(draft, draft.effective_from):
        raise InvalidInput({"effective_from": [late]})
    problems = {f"document.{one.place}": [one.says] for one in problems_of(draft.document)}
    if problems := problems or _problems_of_family(draft, draft.document):
        raise InvalidInput(problems)
    return simulation


def outdated_says(simulation: Simulation) -> str:
    """Why the simulation may not be cited any more, and what to do."""
    return _(
        "This document was last simulated for %(day)s. A version is published on a simulation of a city not older than"
        " %(days)s days: simulate it again, look at the result, then publish."
    ) % {"day": day_long(simulation.as_of), "days": SIMULATION_HOLDS}


# Simulations


@transaction.atomic
def start_simulation(*, by, draft_id: int, inspections: Mapping[str, float] | None = None) -> Simulation:
    """Let the workers rate everybody by the draft as it is now, beside the version that it follows, as of today.

    The same that is being worked on already is gone on with. `inspections` are those that the office plans a
    year for a hundred entities of each grade, "" for those without one; without them the load is not told.
    """
    policies.may_keep_schemes(by).require()
    draft = _locked(draft_id)
    require_state(draft, *SchemeDraft.OPEN)
    said = {
        "digest": draft.digest,
        "base": draft.base,
        "as_of": timezone.localdate(),
        "inspections": dict(inspections or {}),
    }
    running = draft.simulations.filter(**said, state__in=Simulation.AT_WORK).first()
    if running:
        return running
    simulation = Simulation.objects.create(draft=draft, document=draft.document, started_by=by, **said)
    audit.record(
        actor=by, verb="composing.simulation.started", target=simulation, draft=draft.pk, digest=draft.digest
    )
    _hurry(simulation)
    return simulation


def _hurry(simulation: Simulation) -> None:
    for _worker in range(WORKERS):
        enqueue_on_commit(work_on_simulation, simulation.pk)


@transaction.atomic
def cancel_simulation(*, by, simulation_id: int) -> Simulation:
    """Let no further part be begun; what is done stays, and the simulation may go on later."""
    policies.may_keep_schemes(by).require()
    simulation = _locked_simulation(simulation_id)
    if simulation.state == Simulation.State.CANCELLED:
        return simulation
    if simulation.state not in Simulation.AT_WORK:
        raise WrongState(_("This simulation is over already."))
    simulation.state, simulation.ended_at = Simulation.State.CANCELLED, timezone.now()
    simulation.save(update_fields=("state", "ended_at"))
    audit.record(actor=by, verb="composing.simulation.cancelled", target=simulation)
    return simulation


@transaction.atomic
def resume_simulation(*, by, simulation_id: int) -> Simulation:
    """Go on with a simulation that was stopped, or that failed, from the parts that are done.

    On a later day it begins anew, as of that day: records that ended since are not among those that are read.
    """
    policies.may_keep_schemes(by).require()
    simulation = _locked_simulation(simulation_id)
    if simulation.state in Simulation.AT_WORK:
        return simulation
    if simulation.state not in Simulation.MAY_GO_ON:
        raise WrongState(_("This simulation is over already."))
    today = timezone.localdate()
    if simulation.as_of != today:
        simulation.parts.all().delete()
    simulation.state, simulation.ended_at, simulation.as_of = Simulation.State.WAITING, None, today
    simulation.save(update_fields=("state", "ended_at", "as_of"))
    audit.record(actor=by, verb="composing.simulation.resumed", target=simulation, as_of=today.isoformat())
    _hurry(simulation)
    return simulation


@transaction.atomic
def share_simulation(*, by, simulation_id: int, is_shared: bool) -> Simulation:
    """Let the officials of all departments read a simulation by its address, or no longer."""
    policies.may_keep_schemes(by).require()
    simulation = _locked_simulation(simulation_id)
    if simulation.is_shared == is_shared:
        return simulation
    simulation.is_shared = is_shared
    simulation.save(update_fields=("is_shared",))
    deed = "shared" if is_shared else "unshared"
    audit.record(actor=by, verb=f"composing.simulation.{deed}", target=simulation)
    return simulation


@transaction.atomic
def note_file(*, by, simulation: Simulation, table: str, file_format: str, rows: int) -> None:
    """Note that a table of a simulation, which names entities, leaves as a file, as of every list."""
    audit.record(
        actor=by,
        verb="composing.simulation.exported",
        target=simulation,
        table=table,
        format=file_format,
        rows=rows,
    )


# What the services share


def _locked(draft_id: int) -> SchemeDraft:
    draft = (
        SchemeDraft.objects.select_for_update(of=("self",))
        .select_related("scheme", "base", "drafted_by")
        .filter(pk=draft_id)
        .first()
    )
    if draft is None:
        raise Missing
    return draft


def _locked_simulation(simulation_id: int) -> Simulation:
    simulation = Simulation.objects.select_for_update(of=("self",)).filter(pk=simulation_id).first()
    if simulation is None:
        raise Missing
    return simulation


def require_state(draft: SchemeDraft, *states: str) -> None:
    """Refuse a step that is not open at the state at which the draft stands."""
    if draft.state not in states:
        raise WrongState(
            _("This draft is at “%(state)s” now, so this step is not open.")
            % {"state": draft.get_state_display()}
        )


def _decide(draft: SchemeDraft, by, state: str, note: str) -> None:
    draft.state, draft.decided_by, draft.decided_at, draft.note = state, by, timezone.now(), note
    draft.save(update_fields=("state", "decided_by", "decided_at", "note", "became", "cites"))
