"""Roles given, changed and ended, accounts closed and reopened; each in one transaction.

A role that ends leaves `Membership` at once, from which every page, API and file reads what somebody may do, and
stands among the past ones. Nobody does any of it to themselves, and the lead office keeps somebody who acts for it.
"""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from credit_platform.accounts.models import User
from credit_platform.accounts.services import NewAccount, make_account
from credit_platform.accounts.sessions import end_sessions
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities.invitations.policies import ROLES_IN
from entities.models import Membership, SubmittingBody
from entities.people import notices, policies, selectors
from entities.people.models import PastRole
from entities.services import feedback

Role = Membership.Role


@transaction.atomic
def give_role(*, by, username: str, body: SubmittingBody, role: str) -> Membership:
    """Let a person who has an account act for the body; they are told.

    Raises:
        InvalidInput: nobody of this name, an account that is closed, a role that such a body does not have, or one that
            the person has already.
    """
    person = (
        User.objects.select_for_update(no_key=True, of=("self",))
        .filter(username=username.strip(), system=None)
        .first()
    )
    if person is None:
        raise InvalidInput({"username": [_("There is no account of this user name.")]})
    policies.may_keep_role(by, person=person, body=body, role=role).require()
    return _give(by=by, person=person, body=body, role=role)


@transaction.atomic
def end_membership(*, by, role_id: int, because: str) -> PastRole:
    """End a role at once; what the person did keeps their name.

    Raises:
        InvalidInput: no reason.
        WrongState: it is the lead office's last.
        Missing: no such role, or not for this reader.
    """
    role = _locked_role(by, role_id)
    _require_another_lead(role.user, _leads_of(role))
    return _end(by=by, role=role, because=because)


@transaction.atomic
def change_role(*, by, role_id: int, new: str, because: str) -> Membership:
    """Give a person another role in the same body in place of this one. Raises as `end_membership` and `give_role`."""
    role = _locked_role(by, role_id)
    policies.may_keep_role(by, person=role.user, body=role.body, role=new).require()
    _require_another_lead(role.user, _leads_of(role))
    _end(by=by, role=role, because=because)
    return _give(by=by, person=role.user, body=role.body, role=new)


@transaction.atomic
def close_account(*, by, person_id: int, because: str) -> User:
    """Let a person sign in no more, and sign them out everywhere at once; their roles rest until it is reopened.

    Raises:
        InvalidInput: no reason.
        WrongState: it is closed already, or they are the last who acts for the lead office.
        Missing: no such person, or not for this reader.
    """
    person = _locked_person(by, person_id)
    policies.may_close_account(by, person).require()
    _require_reason(because)
    if not person.is_active:
        raise WrongState(_("This account is closed already."))
    _require_another_lead(person, person.memberships.filter(role=Role.LEAD, body__is_active=True))
    person.is_active = False
    person.save(update_fields=("is_active",))
    sessions = end_sessions(person)
    audit.record(
        actor=by, verb="people.account.closed", target=person, because=because.strip(), sessions=sessions
    )
    return person


@transaction.atomic
def reopen_account(*, by, person_id: int) -> User:
    """Let a person sign in again, with the password and the roles that they had.

    Raises:
        WrongState: it is open.
        Missing: no such person, or not for this reader.
    """
    person = _locked_person(by, person_id)
    policies.may_close_account(by, person).require()
    if person.is_active:
        raise WrongState(_("This account is open."))
    person.is_active = True
    person.save(update_fields=("is_active",))
    audit.record(actor=by, verb="people.account.reopened", target=person)
    return person


@transaction.atomic
def make_first_lead(*, account: NewAccount, email: str) -> Membership:
    """The first person of the lead office in a new city, who then gives all other roles on the page of people.

    Raises:
        WrongState: somebody acts for the lead office already, or there is no lead office.
        InvalidInput: as `make_account`.
    """
    office = (
        SubmittingBody.objects.select_for_update(no_key=True)
        .filter(kind=SubmittingBody.Kind.LEAD_OFFICE, is_active=True)
        .first()
    )
    if office is None:
        raise WrongState(_("There is no lead office yet: seed the catalogue first."))
    if _acting_leads().exists():
        raise WrongState(
            _("Somebody acts for the lead office already, and gives roles on the page “People”.")
        )
    person = make_account(account=account, email=email, language="")
    first = Membership.objects.create(user=person, body=office, role=Role.LEAD)
    audit.record(actor=None, verb="people.account.made", target=person, body=office.code, role=Role.LEAD)
    return first


def _locked_role(by, role_id: int) -> Membership:
    role = selectors.role_for_page(user=by, role_id=role_id)
    # The person before the role: whoever closes the account meanwhile holds the same.
    role.user = User.objects.select_for_update(no_key=True).get(pk=role.user_id)
    if not Membership.objects.select_for_update().filter(pk=role_id, role=role.role).exists():
        raise Missing
    policies.may_keep_role(by, person=role.user, body=role.body, role=role.role).require()
    return role


def _locked_person(by, person_id: int) -> User:
    person = selectors.person_for_page(user=by, person_id=person_id)
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _give(*, by, person: User, body: SubmittingBody, role: str) -> Membership:
    if not body.is_active:
        raise InvalidInput({"body": [_("%(body)s is no longer there; nobody acts for it.") % {"body": body}]})
    if role not in ROLES_IN[body.kind]:
        raise InvalidInput({"role": [_("%(body)s has no such role.") % {"body": body}]})
    if not person.is_active:
        raise InvalidInput({"username": [_("This account is closed.")]})
    given, is_new = Membership.objects.get_or_create(user=person, body=body, role=role)
    if not is_new:
        raise InvalidInput({"role": [_("%(person)s has this role already.") % {"person": person}]})
    audit.record(actor=by, verb="people.role.given", target=person, body=body.code, role=role)
    params = {"body": feedback.both_names(body), "role": _role_in_both(role)}
    feedback.notify(kind=notices.GIVEN, params=params, url="/home/", user=person)
    return given


def _end(*, by, role: Membership, because: str) -> PastRole:
    because = _require_reason(because)
    past = PastRole.objects.create(
        user=role.user, body=role.body, role=role.role, since=role.since, ended_by=by, because=because
    )
    Membership.objects.filter(pk=role.pk).delete()
    audit.record(
        actor=by,
        verb="people.role.ended",
        target=role.user,
        body=role.body.code,
        role=role.role,
        because=because,
    )
    params = {
        "body": feedback.both_names(role.body),
        "role": _role_in_both(role.role),
        "because": because,
    }
    feedback.notify(kind=notices.ENDED, params=params, user=role.user)
    return past


def _require_reason(because: str) -> str:
    if not because.strip():
        raise InvalidInput({"because": [_("Say why.")]})
    return because.strip()


def _leads_of(role: Membership):
    return Membership.objects.filter(pk=role.pk, role=Role.LEAD)


def _acting_leads():
    return Membership.objects.filter(
        role=Role.LEAD, body__is_active=True, user__is_active=True, user__system=None
    )


def _require_another_lead(person: User, leaving) -> None:
    """Two who end each other's at one moment: the second waits for the first and finds nobody left."""
    if not person.is_active or not leaving.exists():
        return
    list(
        SubmittingBody.objects.select_for_update(no_key=True)
        .filter(kind=SubmittingBody.Kind.LEAD_OFFICE)
        .order_by("pk")
    )
    if not _acting_leads().exclude(user=person).exists():
        raise WrongState(
            _("%(person)s is the last who acts for the lead office; give a colleague the role first.")
            % {"person": person}
        )


def _role_in_both(role: str) -> dict[str, str]:
    said = {}
    for code, language in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(language):
            said[code] = str(Role(role).label)
    return said
