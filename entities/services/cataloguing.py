"""Keeping the catalogue: one drafts, a colleague publishes, and what has begun is never edited.

Drafts are proposals and stand outside of the catalogue. Publishing writes a version: the one before ends on
the day before it begins. Records of a violation get the dates of a new rule by `publishing.follow_the_rules`: the
wish is written with the rule, and the days on which rules begin and end are followed by the schedule.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.common.queueing import enqueue_on_commit
from entities import policies
from entities.cataloguing.checks import problems_of
from entities.cataloguing.content import FIELDS, Content, Version
from entities.cataloguing.selectors import latest_version, standing_on, version_by_key, versions_of
from entities.models import (
    CatalogueProposal,
    LegalInstrument,
    PublicityRule,
    RecordType,
    RecordTypeVersion,
    RulesTurn,
    SubmittingBody,
)

Kind, Act, State = CatalogueProposal.Kind, CatalogueProposal.Act, CatalogueProposal.State
DAY = timedelta(days=1)
#: What a proposal to verify an instrument may change: what we know of it, and not what it says.
KNOWN_OF_IT = ("source", "verification", "verified_by", "verified_on")


@transaction.atomic
def save_proposal(
    *, by, kind: str, act: str, code: str, content: Content, reason: str, target: int | None = None
) -> CatalogueProposal:
    """Keep what the catalogue shall say as a draft, in place of the open draft about the same entry.

    Saving the same again changes nothing. Whoever changed a draft last is its author and does not publish it.

    Args:
        content: all fields of the entry as in `content_of`; for `END` only the last day.
        target: key of the version that is followed, changed, removed or ended; None for a new entry.

    Raises:
        InvalidInput: with everything wrong, by field.
        WrongState: a colleague has the entry's proposal, or the version has begun or been followed.
    """
    policies.may_keep_catalogue(by).require()
    open_one = (
        CatalogueProposal.objects.select_for_update()
        .filter(kind=kind, code=code, state__in=CatalogueProposal.OPEN)
        .first()
    )
    if open_one and open_one.state == State.PROPOSED:
        raise WrongState(_("A proposal about this entry is before a colleague; wait for the decision."))
    content = {name: content[name] for name in FIELDS[kind] if name in content}
    problems = {} if reason.strip() else {"reason": [_("Say why the catalogue is changed.")]}
    problems |= problems_of(
        kind=kind,
        act=act,
        code=code,
        content=content,
        target=_target(kind, act, code, target),
        today=_today(),
    )
    if problems:
        raise InvalidInput(problems)
    said = {"act": act, "content": content, "reason": reason.strip(), "target": target}
    if open_one and all(getattr(open_one, name) == value for name, value in said.items()):
        return open_one
    proposal = open_one or CatalogueProposal(kind=kind, code=code)
    for name, value in said.items():
        setattr(proposal, name, value)
    proposal.state, proposal.drafted_by = State.DRAFT, by
    proposal.decided_by = proposal.decided_at = None
    proposal.save()
    audit.record(actor=by, verb="entities.catalogue.drafted", target=proposal, because=reason.strip())
    return proposal


@transaction.atomic
def send_proposal(*, by, proposal_id: int) -> CatalogueProposal:
    """Put a draft before the colleagues of the lead office. Sending it again changes nothing."""
    policies.may_keep_catalogue(by).require()
    proposal = _locked(proposal_id)
    if proposal.state == State.PROPOSED:
        return proposal
    _require_state(proposal, *CatalogueProposal.EDITABLE)
    proposal.state = State.PROPOSED
    proposal.save(update_fields=("state",))
    audit.record(actor=by, verb="entities.catalogue.proposed", target=proposal)
    return proposal


@transaction.atomic
def return_proposal(*, by, proposal_id: int, note: str) -> CatalogueProposal:
    """Give a proposal back to its author with what is to be changed."""
    proposal = _locked(proposal_id)
    policies.may_decide_proposal(by, proposal).require()
    _require_state(proposal, State.PROPOSED)
    if not note.strip():
        raise InvalidInput({"note": [_("Say what is to be changed.")]})
    _decide(proposal, by, State.RETURNED, note.strip())
    audit.record(actor=by, verb="entities.catalogue.returned", target=proposal, note=note.strip())
    return proposal


@transaction.atomic
def discard_proposal(*, by, proposal_id: int) -> CatalogueProposal:
    """Drop a draft; it stays in the history of its entry."""
    policies.may_keep_catalogue(by).require()
    proposal = _locked(proposal_id)
    if proposal.state == State.DISCARDED:
        return proposal
    _require_state(proposal, *CatalogueProposal.EDITABLE)
    proposal.state = State.DISCARDED
    proposal.save(update_fields=("state",))
    audit.record(actor=by, verb="entities.catalogue.discarded", target=proposal)
    return proposal


@transaction.atomic
def publish_proposal(*, by, proposal_id: int) -> CatalogueProposal:
    """Let a colleague's proposal into the catalogue, where it holds from its first day.

    Raises:
        WrongState: the catalogue has moved on since it was written.
        InvalidInput: it no longer holds together with what the catalogue says now.
    """
    proposal = _locked(proposal_id)
    policies.may_decide_proposal(by, proposal).require()
    if proposal.state == State.PUBLISHED:
        return proposal
    _require_state(proposal, State.PROPOSED)
    _lock_catalogue()
    kind, act, today = proposal.kind, proposal.act, _today()
    target = _target(kind, act, proposal.code, proposal.target)
    if problems := problems_of(
        kind=kind, act=act, code=proposal.code, content=proposal.content, target=target, today=today
    ):
        raise InvalidInput(problems)
    proposal.decided_by = by
    version = _ACTS[Act(act)](proposal, target)
    proposal.became = version.pk if version else None
    _decide(proposal, by, State.PUBLISHED, "")
    audit.record(
        actor=by,
        verb="entities.catalogue.published",
        target=proposal,
        act=act,
        author=str(proposal.drafted_by),
        because=proposal.reason,
        content=proposal.content,
    )
    if kind == Kind.PUBLICITY_RULE or act == Act.END or proposal.content.get("replaces"):
        from entities.tasks import follow_the_rules  # tasks import the services

        RulesTurn.objects.create(day=today, proposal=proposal)
        enqueue_on_commit(follow_the_rules)
    return proposal


# What each act writes


def _add(proposal: CatalogueProposal, _target: Version | None) -> Version:
    if proposal.kind == Kind.RECORD_TYPE:
        names = {
            name: proposal.content[name] for name in ("name_zh", "name_en", "polarity", "family", "category")
        }
        RecordType.objects.create(code=proposal.code, **names)
    return _write(proposal, None)


def _follow(proposal: CatalogueProposal, earlier: Version | None) -> Version:
    """The new version, and the end of the one before on the day before, unless that ended by itself."""
    begins = date.fromisoformat(proposal.content[_first(proposal.kind)])
    _end(earlier, begins - DAY)
    return _write(proposal, None, replaces=earlier)


def _change(proposal: CatalogueProposal, future: Version | None) -> Version:
    if earlier := _before(future):
        # It ended for the sake of the version that is now to begin on another day.
        begins = date.fromisoformat(proposal.content[_first(proposal.kind)])
        _set_last_day(earlier, begins - DAY)
    return _write(proposal, future)


def _remove(proposal: CatalogueProposal, future: Version | None) -> None:
    if earlier := _before(future):
        _set_last_day(earlier, None)
    future.delete()
    if isinstance(future, RecordTypeVersion) and not future.record_type.versions.exists():
        future.record_type.delete()


def _finish(proposal: CatalogueProposal, version: Version | None) -> Version:
    """End a version; with an instrument ends what stands on it."""
    last = date.fromisoformat(proposal.content[_last(proposal.kind)])
    _end_with_all(proposal, version, last)
    return version


def _end_with_all(proposal: CatalogueProposal, version: Version | None, last: date) -> None:
    _set_last_day(version, last)
    if isinstance(version, LegalInstrument):
        for standing in standing_on(version, last + DAY):
            _end(standing, last)
            audit.record(
                actor=proposal.decided_by,
                verb="entities.catalogue.ended",
                target=standing,
                last_day=last.isoformat(),
                proposal=proposal.pk,
            )


def _verify(proposal: CatalogueProposal, instrument: Version | None) -> Version:
    for name in KNOWN_OF_IT:
        setattr(instrument, name, _typed(name, proposal.content[name]))
    instrument.save(update_fields=KNOWN_OF_IT)
    return instrument


_ACTS: dict[str, Callable[[CatalogueProposal, Version | None], Version | None]] = {
    Act.ADD: _add,
    Act.VERSION: _follow,
    Act.CHANGE: _change,
    Act.REMOVE: _remove,
    Act.END: _finish,
    Act.VERIFY: _verify,
}


def _write(proposal: CatalogueProposal, version: Version | None, replaces: Any = None) -> Version:
    """Write the content into a new version, or over one that has not begun."""
    said = dict(proposal.content)
    lists = {name: said.pop(name) for name in ("submitters", "record_types") if name in said}
    said = {name: _typed(name, value) for name, value in said.items()}
    if proposal.kind != Kind.INSTRUMENT:
        said["instrument"] = LegalInstrument.objects.get(code=said["instrument"])
    if proposal.kind == Kind.INSTRUMENT:
        earlier = LegalInstrument.objects.filter(code=said["replaces"]).first() if said["replaces"] else None
        said["replaces"] = earlier
        version = version or LegalInstrument(code=proposal.code)
        if earlier and (earlier.in_force_to is None or earlier.in_force_to >= said["in_force_from"]):
            _end_with_all(proposal, earlier, said["in_force_from"] - DAY)
    elif proposal.kind == Kind.RECORD_TYPE:
        said = {name: value for name, value in said.items() if name in FIELDS[Kind.RECORD_TYPE][5:]}
        version = version or RecordTypeVersion(record_type=RecordType.objects.get(code=proposal.code))
    else:
        version = version or PublicityRule(code=_free_code(proposal.code), replaces=replaces)
    for name, value in said.items():
        setattr(version, name, value)
    version.save()
    for name, codes in lists.items():
        model = SubmittingBody if name == "submitters" else RecordType
        getattr(version, name).set(model.objects.filter(code__in=codes))
    return version


DAYS = frozenset({"valid_from", "valid_to", "in_force_from", "in_force_to", "verified_on"})


def _typed(name: str, value):
    """A plain value as the model keeps it."""
    if name in DAYS:
        return date.fromisoformat(value) if value else None
    return value


def _free_code(code: str) -> str:
    """The code of a rule's next version: its own for the first, then numbered."""
    taken = set(PublicityRule.objects.filter(code__startswith=code[:50]).values_list("code", flat=True))
    number, free = 1, code
    while free in taken:
        number += 1
        free = f"{code[:50]}-v{number}"
    return free


def _before(future: Version) -> Version | None:
    """The version that ends for the sake of this one."""
    begins = getattr(future, _first_of(future))
    return next(
        (
            one
            for one in versions_of(future)
            if getattr(one, _last_of(one)) == begins - DAY and one.pk != future.pk
        ),
        None,
    )


def _end(version: Version, last: date) -> None:
    """Bring the last day forward where it lies later; a version that ended by itself keeps its day."""
    there = getattr(version, _last_of(version))
    if there is None or there > last:
        _set_last_day(version, last)


def _set_last_day(version: Version, last: date | None) -> None:
    setattr(version, _last_of(version), last)
    version.save(update_fields=(_last_of(version),))


def _first(kind: str) -> str:
    return "in_force_from" if kind == Kind.INSTRUMENT else "valid_from"


def _last(kind: str) -> str:
    return "in_force_to" if kind == Kind.INSTRUMENT else "valid_to"


def _first_of(version: Version) -> str:
    return "in_force_from" if isinstance(version, LegalInstrument) else "valid_from"


def _last_of(version: Version) -> str:
    return "in_force_to" if isinstance(version, LegalInstrument) else "valid_to"


# What the services share


def _target(kind: str, act: str, code: str, target: int | None) -> Version | None:
    """The version that the act is about; `WrongState` where another has come in between."""
    if act == Act.ADD:
        return None
    version = version_by_key(kind, target)
    if version is None:
        raise WrongState(_("The version that this proposal is about is no longer there."))
    if act != Act.VERIFY and kind != Kind.INSTRUMENT and latest_version(version).pk != version.pk:
        raise WrongState(_("A newer version has been published since; begin again from it."))
    return version


def _locked(proposal_id: int) -> CatalogueProposal:
    proposal = (
        CatalogueProposal.objects.select_for_update(of=("self",))
        .select_related("drafted_by")
        .filter(pk=proposal_id)
        .first()
    )
    if proposal is None:
        raise Missing
    return proposal


def _lock_catalogue() -> None:
    """One publication at a time: two new versions of one entry must not meet."""
    list(RecordType.objects.select_for_update().values_list("pk"))


def _require_state(proposal: CatalogueProposal, *states: str) -> None:
    if proposal.state not in states:
        raise WrongState(
            _("This proposal is already %(state)s.") % {"state": proposal.get_state_display().lower()}
        )


def _decide(proposal: CatalogueProposal, by, state: str, note: str) -> None:
    proposal.state, proposal.note = state, note
    proposal.decided_by, proposal.decided_at = by, timezone.now()
    # `drafted_at` tells when it was written, so the moment of the decision does not touch it.
    proposal.save(update_fields=("state", "note", "decided_by", "decided_at", "became"))


def _today() -> date:
    return timezone.localdate()
