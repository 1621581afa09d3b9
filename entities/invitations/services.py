"""Inviting, accepting, taking back, and ending that somebody acts for a business. Each in one transaction.

Nobody is made to act for anybody: an invitation does nothing until the person accepts it, signed in or by making the
account themselves. Otherwise a business could name its supervisors its agents, and so keep them from deciding about it.
"""

from datetime import timedelta

from celery import signature
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext as _

from credit_platform.accounts.models import User
from credit_platform.accounts.services import NewAccount, make_account
from credit_platform.audit import services as audit
from credit_platform.common import secret_codes
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.common.queueing import enqueue_on_commit
from entities import codes
from entities.contacts import is_email
from entities.invitations import mail, policies
from entities.invitations.models import Invitation
from entities.invitations.notices import JOINED, LEFT
from entities.models import Entity, EntityAgent, Membership, SubmittingBody
from entities.policies import entities_of
from entities.services import feedback

VALID_FOR = timedelta(days=14)
#: Of invitations that are asked for at the registered contact of one entity, within a day.
MOST_ASKED = 3
#: A button that is pressed again sooner sends no second mail.
AGAIN_AFTER = timedelta(minutes=10)


@transaction.atomic
def invite_agent(*, by, entity: Entity, email: str, name: str = "", because: str = "") -> Invitation:
    """Invite somebody to act for an entity. The lead office says on what paper.

    Raises `InvalidInput` for an address that is none or whose person acts for it already, and for a paper left out.
    """
    policies.may_keep_agents(by, entity).require()
    entity = Entity.objects.select_for_update(of=("self",), no_key=True).get(pk=entity.pk)
    because = because.strip()
    if entity.pk not in entities_of(by) and not because:
        raise InvalidInput({"because": [_("Say which letter of authorisation you have seen.")]})
    agents = EntityAgent.objects.filter(entity=entity, revoked_at=None)
    if agents.filter(user__email__iexact=email.strip()).exists():
        raise InvalidInput({"email": [_("The person with this address acts for it already.")]})
    return _invite(by=by, email=email, name=name, entity=entity, because=because)


@transaction.atomic
def ask_for_invitation(*, credit_code: str) -> None:
    """Have an invitation sent to the registered contact of an entity; anybody may ask.

    Says nothing of what came of it: whether there is such an entity and such a contact is not told, and what is asked
    too often is left undone.
    """
    entities = Entity.objects.select_for_update(of=("self",), no_key=True)
    entity = entities.filter(credit_code=codes.normalise(credit_code)).exclude(contact_email="").first()
    if entity is None:
        return
    yesterday = timezone.now() - timedelta(days=1)
    asked = Invitation.objects.filter(entity=entity, invited_by=None, invited_at__gt=yesterday)
    if asked.count() < MOST_ASKED:
        _invite(by=None, email=entity.contact_email, name="", entity=entity)


@transaction.atomic
def revoke_agent(*, by, entity: Entity, agent_id: int) -> EntityAgent:
    """End that somebody acts for an entity, oneself or another; doing it again changes nothing.

    What they had invited others to on its behalf is withdrawn with it. Raises `Missing` for who is no agent of it.
    """
    policies.may_keep_agents(by, entity).require()
    standings = EntityAgent.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    standing = standings.filter(pk=agent_id, entity=entity).first()
    if standing is None:
        raise Missing
    if standing.revoked_at:
        return standing
    now, user = timezone.now(), standing.user
    standing.revoked_at = now
    standing.save(update_fields=("revoked_at",))
    sent = Invitation.objects.open(now).filter(entity=entity, invited_by=user)
    sent.update(withdrawn_at=now, withdrawn_by=by, sealed="")
    audit.record(actor=by, verb="invitations.agent.revoked", target=entity, person=str(user))
    if feedback.entities_with_agents([entity.pk]):
        _tell_the_others(LEFT, entity, user)
    if user.pk != by.pk:
        feedback.notify(kind=LEFT, params=_said_of(entity, user), user=user)
    return standing


@transaction.atomic
def invite_member(*, by, body: SubmittingBody, role: str, email: str, name: str = "") -> Invitation:
    """Invite somebody to a role in a body. Raises `InvalidInput` for an address or a role that is none there.

    Raises `WrongState` for a body that is gone.
    """
    policies.may_invite_member(by, body, role).require()
    body = SubmittingBody.objects.select_for_update(no_key=True).get(pk=body.pk)
    if not body.is_active:
        raise WrongState(_("%(body)s is gone; nobody joins it any more.") % {"body": body})
    if role not in policies.ROLES_IN[body.kind]:
        raise InvalidInput({"role": [_("There is no such role in %(body)s.") % {"body": body}]})
    if Membership.objects.filter(body=body, role=role, user__email__iexact=email.strip()).exists():
        raise InvalidInput({"email": [_("The person with this address has this role already.")]})
    return _invite(by=by, email=email, name=name, body=body, role=role)


def _invite(*, by, email: str, name: str, **about) -> Invitation:
    """Write the invitation, and with it the wish to send its mail. One that is open to the same is superseded;
    but not by who only asks, so that nobody makes the invitations of others worthless."""
    email, now = email.strip(), timezone.now()
    if not is_email(email):
        raise InvalidInput({"email": [_("That is no e-mail address.")]})
    if by:
        target = {key: about[key] for key in ("entity", "body", "role") if key in about}
        superseded = Invitation.objects.open(now).filter(email__iexact=email, **target)
        superseded.update(withdrawn_at=now, withdrawn_by=by, sealed="")
    code = secret_codes.new_code()
    invitation = Invitation.objects.create(
        email=email,
        name=name.strip(),
        digest=secret_codes.digest_of(code),
        sealed=mail.sealed(code),
        language=get_language() or "",
        invited_by=by,
        invited_at=now,
        expires_at=now + VALID_FOR,
        next_attempt_at=now,
        **about,
    )
    verb = "invitations.invitation.sent" if by else "invitations.invitation.asked"
    audit.record(actor=by, verb=verb, target=invitation, role=about.get("role"), because=about.get("because"))
    enqueue_on_commit(signature("entities.invitations.tasks.send_waiting"))
    return invitation


@transaction.atomic
def withdraw(*, by, invitation_id: int) -> Invitation:
    """Take back an invitation that nobody has accepted; doing it again changes nothing.

    Raises `Missing` for one that `by` does not look after, `WrongState` for one that was accepted.
    """
    invitation = _locked_for(by, invitation_id)
    if invitation.accepted_at:
        raise WrongState(_("This invitation was accepted already."))
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at, invitation.withdrawn_by, invitation.sealed = timezone.now(), by, ""
        invitation.save(update_fields=("withdrawn_at", "withdrawn_by", "sealed"))
        audit.record(actor=by, verb="invitations.invitation.withdrawn", target=invitation)
    return invitation


@transaction.atomic
def send_again(*, by, invitation_id: int) -> Invitation:
    """Send the mail of an open invitation once more, with a new code; the mail before is worth nothing from then on.

    Its days begin anew. Pressed twice it does so once: a mail that is on its way, or was sent minutes ago, is enough.
    Raises as `withdraw`, and `WrongState` for one whose days are over.
    """
    invitation = _locked_for(by, invitation_id)
    _require_open(invitation)
    now = timezone.now()
    if invitation.sent_at and invitation.sent_at > now - AGAIN_AFTER:
        return invitation
    invitation.next_attempt_at = now
    if not invitation.sealed:
        code = secret_codes.new_code()
        invitation.digest, invitation.sealed = secret_codes.digest_of(code), mail.sealed(code)
        invitation.sent_at, invitation.attempts, invitation.expires_at = None, 0, now + VALID_FOR
        audit.record(actor=by, verb="invitations.invitation.sent_again", target=invitation)
    invitation.save(
        update_fields=("next_attempt_at", "digest", "sealed", "sent_at", "attempts", "expires_at")
    )
    enqueue_on_commit(signature("entities.invitations.tasks.send_waiting"))
    return invitation


@transaction.atomic
def accept(*, by, code: str) -> Invitation:
    """Act for the entity, or take the role in the body, from now on. Doing it again changes nothing.

    Raises:
        Missing: no invitation has this code.
        WrongState: it was used by another, withdrawn, or its days are over; or the body is gone.
    """
    invitation = _held(code)
    if invitation.accepted_by_id == by.pk:
        return invitation
    _require_open(invitation)
    _join(invitation, by)
    return invitation


@transaction.atomic
def accept_with_new_account(*, code: str, account: NewAccount) -> User:
    """Make the account of the person who was invited and accept with it. The address is that of the invitation.

    Raises as `accept`, and `InvalidInput` as `make_account`.
    """
    invitation = _held(code)
    _require_open(invitation)
    user = make_account(account=account, email=invitation.email, language=get_language() or "")
    audit.record(actor=user, verb="invitations.account.made", target=user)
    _join(invitation, user)
    return user


def _locked_for(by, invitation_id: int) -> Invitation:
    visible = Invitation.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    invitation = visible.filter(pk=invitation_id).first()
    if invitation is None:
        raise Missing
    policies.may_withdraw(by, invitation).require()
    return invitation


def _held(code: str) -> Invitation:
    invitations = Invitation.objects.select_for_update(of=("self",), no_key=True)
    found = invitations.filter(digest=secret_codes.digest_of(code)).first()
    if found is None:
        raise Missing(_("No invitation has this code."))
    return found


def why_not(invitation: Invitation) -> str:
    """Why an invitation can be accepted no longer; empty for one that can."""
    if invitation.accepted_at:
        return _("This invitation was used already.")
    if invitation.withdrawn_at:
        return _("This invitation was withdrawn.")
    if invitation.expires_at <= timezone.now():
        return _("The days of this invitation are over. Ask for a new one.")
    return ""


def _require_open(invitation: Invitation) -> None:
    if refusal := why_not(invitation):
        raise WrongState(refusal)


def _join(invitation: Invitation, user: User) -> None:
    # The person, so that two invitations to the same are not accepted at once.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if invitation.entity_id:
        _act_for(invitation.entity, user)
    else:
        _take_role(invitation, user)
    invitation.accepted_by, invitation.accepted_at, invitation.sealed = user, timezone.now(), ""
    invitation.save(update_fields=("accepted_by", "accepted_at", "sealed"))
    audit.record(actor=user, verb="invitations.invitation.accepted", target=invitation)


def _act_for(entity: Entity, user: User) -> None:
    _standing, is_new = EntityAgent.objects.get_or_create(user=user, entity=entity, revoked_at=None)
    if is_new:
        _tell_the_others(JOINED, entity, user)


def _tell_the_others(kind: str, entity: Entity, user: User) -> None:
    feedback.notify(kind=kind, params=_said_of(entity, user), entity=entity)


def _said_of(entity: Entity, user: User) -> dict:
    person = {"zh": user.name_zh, "en": user.name_en or user.name_zh}
    return {"person": person, "entity": feedback.both_names(entity)}


def _take_role(invitation: Invitation, user: User) -> None:
    if invitation.invited_by_id == user.pk:
        raise WrongState(_("Nobody gives, changes or ends a role of their own; a colleague does it."))
    body = SubmittingBody.objects.select_for_update(no_key=True).get(pk=invitation.body_id)
    if not body.is_active:
        raise WrongState(_("%(body)s is gone; nobody joins it any more.") % {"body": body})
    Membership.objects.get_or_create(user=user, body=body, role=invitation.role)
