"""Who may see and do what in the registry: the only place that says so.

Imports no models of the registry, so that the models' own querysets can ask it.
"""

from collections.abc import Collection, Iterable

from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.accounts.models import SecretHolder
from credit_platform.audit.models import AuditEvent
from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.codes import is_self_employed

NOBODY = Q(pk__in=())
CLERK, REVIEWER, SUPERVISOR, OFFICER, LEAD = "clerk", "reviewer", "supervisor", "officer", "lead"
OFFICIALS = frozenset({CLERK, REVIEWER, SUPERVISOR, LEAD})
ASSOCIATION = "association"
#: Roles that prepare records of their body.
ENTERING = frozenset({CLERK, OFFICER})
#: Roles that approve what a colleague entered.
REVIEWING = frozenset({REVIEWER, SUPERVISOR})
UNDER_PREPARATION = ("draft", "waiting", "returned", "announced")
#: The deeds that make somebody an author of a record, as the log names them.
WRITING = tuple(f"entities.record.{deed}" for deed in ("drafted", "changed", "corrected", "submitted"))
OF_RECORDS = Q(target_type="entities.creditrecord", verb__in=WRITING)


def roles_of(user) -> frozenset[tuple[int, str]]:
    """The (body, role) pairs of the user, read once for each user object.

    Whoever has a role in a body has it also in the bodies that are gone and whose successor this one is,
    directly or over others; a role in a body that is gone counts no more.
    """
    if not hasattr(user, "_roles"):
        rows = list(user.memberships.with_successions()) if user.is_authenticated and user.is_active else []
        user._roles = _with_predecessors(rows)
        user._associations = frozenset(body for body, *_rest, kind in rows if kind == ASSOCIATION)
    return user._roles


def _with_predecessors(rows: Iterable[tuple[int, str, int | None, str]]) -> frozenset[tuple[int, str]]:
    own, gone = [], {}
    for body, role, successor, _kind in rows:
        if successor is None:
            own.append((body, role))
        else:
            gone[body] = successor
    predecessors: dict[int, list[int]] = {}
    for body, successor in gone.items():
        predecessors.setdefault(successor, []).append(body)
    roles, left = set(), [(body, role) for body, role in own if body not in gone]
    while left:
        body, role = left.pop()
        roles.add((body, role))
        left += [(earlier, role) for earlier in predecessors.get(body, ())]
    return frozenset(roles)


def who_answers_for(body):
    """The body itself, or the one that took its place: to it goes what concerns the body's records.

    The same rule as that of `roles_of`, which lets the members of that body act on them.
    """
    while not body.is_active:
        body = body.successor
    return body


def bodies_of(user, roles=None) -> frozenset[int]:
    """The bodies that the user acts for, in any of the roles given, or in any role; those gone included
    for which they act as the successor."""
    return frozenset(body for body, role in roles_of(user) if roles is None or role in roles)


def entities_of(user) -> frozenset[int]:
    """The entities whose agent the user is now, read once for each user object."""
    if not hasattr(user, "_entity_ids"):
        user._entity_ids = (
            frozenset(user.agencies.filter(revoked_at=None).values_list("entity_id", flat=True))
            if user.is_authenticated and user.is_active
            else frozenset()
        )
    return user._entity_ids


def has_role(user, *roles: str) -> bool:
    return any(role in roles for _body, role in roles_of(user))


def is_official(user) -> bool:
    """Whether the user acts for a department or the lead office.

    Nobody is an official by what they are in an association: neither its officer nor the colleague who reviews there.
    """
    roles = roles_of(user)
    return any(role in OFFICIALS and body not in user._associations for body, role in roles)


def acts_for_an_association(user) -> bool:
    """In whatever role."""
    roles = roles_of(user)
    return any(body in user._associations for body, _role in roles)


def is_lead(user) -> bool:
    return has_role(user, LEAD)


def entities_visible_to(user) -> Q:
    """Registration facts are open to whoever acts for a body; an agent finds its own entities."""
    if roles_of(user):
        return Q()
    mine = entities_of(user)
    return Q(pk__in=mine) if mine else NOBODY


def may_edit_entity(user, entity) -> Decision:
    """Registration facts are changed by the body that keeps the register, and by the lead office."""
    if (
        is_lead(user)
        or user.memberships.filter(
            body__keeps_register=True, body__is_active=True, role__in=(CLERK, REVIEWER, SUPERVISOR)
        ).exists()
    ):
        return ALLOW
    return deny(_("Only the body that keeps the register changes what is registered."))


def may_see_address(user, entity) -> bool:
    """The address of a self-employed household is often a home: officials and its own agent see it."""
    return not is_self_employed(entity.credit_code) or is_official(user) or entity.pk in entities_of(user)


def may_see_contact(user, entity) -> bool:
    """The registered contact in full: who may change it, and the entity's own agent. Other officials see it masked."""
    return entity.pk in entities_of(user) or bool(may_edit_entity(user, entity))


def may_move_entities(user) -> Decision:
    """Propose and undo mergings and splittings."""
    if not is_lead(user):
        return deny(_("Only the lead office merges and splits entities."))
    return ALLOW


def may_decide_move(user, move) -> Decision:
    """Four eyes: a colleague in the lead office, and never who proposed it."""
    if not is_lead(user):
        return deny(_("Only the lead office merges and splits entities."))
    if move.proposed_by_id == user.pk:
        return deny(_("You proposed this yourself; a colleague must carry it out."))
    return ALLOW


def records_visible_to(user) -> Q:
    """What each reader may see of the registry.

    A body sees all its own records, drafts included, until they are archived. Officials see in addition what other bodies
    publish or share within government, for as long as it is in force; association officers what is
    public. What is suspended while an objection is checked only its body, the lead office and the
    entity itself see. An entity's agent sees the records about it that are in the registry or were, but none
    that is still being prepared.
    """
    mine = Q(entity__in=entities_of(user)) & known_to_its_entity()
    if roles_of(user):
        return mine | records_of_bodies(
            bodies_of(user), officials=is_official(user), also_suspended=is_lead(user)
        )
    return mine if entities_of(user) else NOBODY


def records_of_bodies(bodies: Collection[int], *, officials: bool, also_suspended: bool = False) -> Q:
    """What bodies see: all of their own that is not archived, and of others what is in force, disclosed and shared
    with their kind."""
    in_force = Q(status="published") & (Q(publish_until=None) | Q(publish_until__gte=timezone.localdate()))
    if not also_suspended:
        in_force &= Q(suspended=False)
    own = Q(submitted_by__in=bodies, archived_on=None)
    return own | (in_force & shared_by_others(officials=officials))


def shared_by_others(*, officials: bool) -> Q:
    """What the catalogue shares of others' records, in force or over: with officials, or with associations."""
    if officials:
        return Q(record_type__family="public", type_version__disclosure__in=("public", "shared"))
    return Q(record_type__family="public", type_version__disclosure="public", withheld=False)


def known_to_its_entity() -> Q:
    """What an entity may know of itself: all that is or was in the registry and is not its sender's alone, what
    is archived included; of what is deleted there is nothing left to know."""
    return ~Q(status__in=UNDER_PREPARATION) & ~Q(type_version__disclosure="own") & Q(deleted_on=None)


def deletions_known_to(user) -> Q:
    """Of which deleted records it may be told that they were there, when they went and by which rule: those of one's
    body, of one's entity, and for the lead office all. Nothing else of them is left to tell."""
    gone = Q(deleted_on__isnull=False)
    if is_lead(user):
        return gone
    mine = Q(entity__in=entities_of(user)) & ~Q(type_version__disclosure="own")
    return gone & (Q(submitted_by__in=bodies_of(user)) | mine)


def submissions_visible_to(user) -> Q:
    bodies = bodies_of(user)
    return Q(body__in=bodies) if bodies else NOBODY


def notices_visible_to(user) -> Q:
    if not user.is_authenticated:
        return NOBODY
    return Q(user=user) | Q(body__in=bodies_of(user)) | Q(entity__in=entities_of(user))


def may_enter_records(user, body) -> Decision:
    """May prepare and upload new records on behalf of the body."""
    if not body.is_active:
        return deny(_("%(body)s no longer submits records.") % {"body": body})
    if body.pk not in bodies_of(user, ENTERING):
        return deny(_("You do not enter records on behalf of %(body)s.") % {"body": body})
    return ALLOW


def may_correct(user, record) -> Decision:
    """May put a newer record in the place of one in force: whoever enters for the body, or for its successor."""
    if record.submitted_by_id not in bodies_of(user, ENTERING):
        return deny(_("You do not enter records on behalf of %(body)s.") % {"body": record.submitted_by})
    return ALLOW


def may_submit_type(body, record_type) -> Decision:
    """By the version of the type that is in force on the day of submission."""
    today = timezone.localdate()
    in_force = record_type.versions.filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today)
    bodies = list(in_force.order_by().values_list("submitters", flat=True))
    if not bodies:
        return deny(
            _("“%(type)s” is not in force in the catalogue, so it may not be collected.")
            % {"type": record_type}
        )
    if body.pk not in bodies:
        return deny(
            _("The catalogue does not let %(body)s submit “%(type)s”.") % {"body": body, "type": record_type}
        )
    return ALLOW


def may_edit_draft(user, record) -> Decision:
    if record.submitted_by_id not in bodies_of(user, ENTERING):
        return deny(
            _("Only %(body)s, which is preparing it, changes this record.") % {"body": record.submitted_by}
        )
    return ALLOW


def authors_of(records: Iterable) -> dict[int, frozenset[int]]:
    """By record, everybody who ever wrote or changed it, whoever did so last; two queries for all.

    What a system wrote, those who ever read its secret may have written.
    """
    authors: dict[int, set[int]] = {record.pk: set() for record in records}
    if not authors:
        return {}
    span = NumericRange(min(authors), max(authors), "[]")
    deeds = AuditEvent.objects.filter(
        OF_RECORDS, Q(target_id__in=list(map(str, authors))) | Q(targets__overlap=span)
    )
    for key, keys, person in deeds.exclude(actor=None).values_list("target_id", "targets", "actor_id"):
        # Many at once, from a file: the span may hold others than those that are asked about.
        for one in [int(key)] if keys is None else [one for one in authors if one in keys]:
            authors[one].add(person)
    holders = SecretHolder.objects.filter(account__in=set().union(*authors.values()))
    for account, person in holders.values_list("account_id", "person_id"):
        for people in authors.values():
            if account in people:
                people.add(person)
    return {key: frozenset(people) for key, people in authors.items()}


def written_by(user) -> Q:
    """The records in which the user had a hand as an author: `may_review` refuses exactly these, whatever the role.

    To be asked of a queryset of records.
    """
    systems = SecretHolder.objects.filter(person=user.pk).values("account")
    written = AuditEvent.objects.filter(OF_RECORDS, Q(actor=user.pk) | Q(actor__in=systems))
    alone = written.filter(target_id=Cast(OuterRef("pk"), CharField(max_length=60)))
    among_others = written.filter(targets__contains=OuterRef("pk"))
    return (
        Q(entered_by=user.pk)
        | Q(submission__uploaded_by=user.pk)
        | Q(submission__confirmed_by=user.pk)
        | Q(Exists(alone))
        | Q(Exists(among_others))
    )


def may_review(user, record, *, authors: Collection[int]) -> Decision:
    """Four eyes: a reviewer of the same body, and never one who had a hand in what the record says.

    `written_by` says the same of many records. Nor does one who acts for its entity.

    Args:
        authors: the keys of all who ever wrote or changed the record, as the log has them.
    """
    if record.submitted_by_id not in bodies_of(user, REVIEWING):
        return deny(_("Only a reviewer of %(body)s decides on this record.") % {"body": record.submitted_by})
    if not (own_side := on_no_side_of_ones_own(user, record)):
        return own_side
    if record.entered_by_id == user.pk:
        return deny(_("You entered this record yourself; a colleague must review it."))
    if record.submission_id and user.pk in (
        record.submission.uploaded_by_id,
        record.submission.confirmed_by_id,
    ):
        return deny(_("You handed in the file with this record; a colleague must review it."))
    if user.pk in authors:
        return deny(_("You had a part in writing this record; a colleague must review it."))
    return ALLOW


def may_withdraw(user, record) -> Decision:
    """The body that submitted a record takes it back; what is being decided about it elsewhere, `withdrawing` says."""
    if record.submitted_by_id not in bodies_of(user, ENTERING | REVIEWING):
        return deny(
            _("Only %(body)s, which submitted the record, withdraws it.") % {"body": record.submitted_by}
        )
    return on_no_side_of_ones_own(user, record)


def may_agree_to_withdrawal(user, record, *, asked_by: int | None) -> Decision:
    """Four eyes also where a record goes: a reviewer of the body agrees to what another person asked for.

    Args:
        asked_by: the key of who asked; None where nobody did.
    """
    if record.submitted_by_id not in bodies_of(user, REVIEWING):
        return deny(
            _("Only a reviewer of %(body)s agrees to the withdrawal of this record.")
            % {"body": record.submitted_by}
        )
    if asked_by is None:
        return deny(_("This record is withdrawn by two persons; a colleague must ask for it first."))
    if asked_by == user.pk:
        return deny(_("You asked for the withdrawal yourself; a colleague must agree to it."))
    return on_no_side_of_ones_own(user, record)


def may_take_back(user, submission) -> Decision:
    """The body that sent a file takes back what was saved of it."""
    if submission.body_id not in bodies_of(user, ENTERING | REVIEWING):
        return deny(_("Only %(body)s, which sent the file, takes it back.") % {"body": submission.body})
    return ALLOW


def may_agree_about_file(user, submission, *, asked_by: int | None, names_own: bool) -> Decision:
    """Four eyes for a file of which the type takes two persons: to save it, and to take it back.

    A reviewer of the body, and neither who handed it in nor who asked, nor whoever holds the secret of a system that did.

    Args:
        asked_by: the key of who asked; None where nobody did.
        names_own: whether entities for which the user acts may stand in the file.
    """
    if submission.body_id not in bodies_of(user, REVIEWING):
        return deny(_("Only a reviewer of %(body)s agrees to this.") % {"body": submission.body})
    if asked_by is None:
        return deny(_("Two persons do this with a file of this kind; a colleague must ask for it first."))
    if asked_by == user.pk:
        return deny(_("You asked for it yourself; a colleague must agree."))
    theirs = {asked_by, submission.uploaded_by_id}
    if user.pk in theirs or SecretHolder.objects.filter(account__in=theirs, person=user.pk).exists():
        return deny(_("You handed in this file; a colleague must agree."))
    if names_own:
        return deny(
            _("You act for entities yourself that may stand in this file; someone else must deal with it.")
        )
    return ALLOW


def may_see_trail(user, record) -> Decision:
    """Who did what with a record is for the body that answers for it and for the lead office."""
    if record.submitted_by_id not in bodies_of(user) and not is_lead(user):
        return deny(_("Only %(body)s and the lead office see who did what.") % {"body": record.submitted_by})
    return ALLOW


def may_end_by_repair(user, record) -> Decision:
    """Who determines, repairs: the body that submitted the record, its successor, or the lead office on appeal."""
    if record.submitted_by_id not in bodies_of(user, REVIEWING) and not is_lead(user):
        return deny(_("Only %(body)s or the lead office ends this record.") % {"body": record.submitted_by})
    return ALLOW


def may_mark_objection(user, record) -> Decision:
    """The entity that objects, the body that answers and the lead office that hears the appeal."""
    if record.entity_id in entities_of(user) or record.submitted_by_id in bodies_of(user) or is_lead(user):
        return ALLOW
    return deny(_("You have no part in an objection to this record."))


def on_no_side_of_ones_own(user, about) -> Decision:
    """Nobody decides for an office about an entity for which they act themselves.

    Args:
        about: whatever has an `entity`; None there concerns nobody.
    """
    if about.entity_id in entities_of(user):
        return deny(
            _("You act for %(entity)s yourself; someone else must deal with its case.")
            % {"entity": about.entity}
        )
    return ALLOW


def may_act_for_entity(user, entity) -> Decision:
    if entity.pk not in entities_of(user):
        return deny(_("You do not act for %(entity)s.") % {"entity": entity})
    return ALLOW


def may_keep_catalogue(user) -> Decision:
    """Draft, change and discard what the catalogue shall say."""
    if not is_lead(user):
        return deny(_("Only the lead office keeps the catalogue."))
    return ALLOW


def may_decide_proposal(user, proposal) -> Decision:
    """Four eyes: a colleague in the lead office, and never who wrote it."""
    if not is_lead(user):
        return deny(_("Only the lead office keeps the catalogue."))
    if proposal.drafted_by_id == user.pk:
        return deny(_("You wrote this proposal yourself; a colleague must publish it."))
    return ALLOW
