"""Reads of who acts and acted for a body, scoped by `user`. Systems are no people; they have a page of their own."""

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from credit_platform.accounts.models import User
from credit_platform.common.errors import Missing
from entities import policies as registry_policies
from entities.invitations.models import Invitation
from entities.models import Membership, SubmittingBody
from entities.people import policies
from entities.people.models import PastRole

APPS = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
SECOND_FACTOR = Exists(APPS.filter(user=OuterRef("user")))


def roles_for_list(*, user) -> QuerySet[Membership]:
    """The roles that people have now, each with `second_factor`: whether the person's is on."""
    found = Membership.objects.filter(policies.roles_visible_to(user), user__system=None)
    return found.select_related("user", "body").annotate(second_factor=SECOND_FACTOR)


def past_roles_for_list(*, user) -> QuerySet[PastRole]:
    """The roles that are over, with `second_factor` as `roles_for_list`."""
    found = PastRole.objects.visible_to(user)
    return found.select_related("user", "body", "ended_by").annotate(second_factor=SECOND_FACTOR)


def person_for_page(*, user, person_id: int) -> User:
    """A person who acts or acted for a body of this reader's; `Missing` for any other."""
    mine = Q(pk__in=roles_for_list(user=user).values("user"))
    past = Q(pk__in=PastRole.objects.visible_to(user).values("user"))
    person = User.objects.filter(mine | past, pk=person_id).first()
    if person is None:
        raise Missing
    return person


def has_second_factor(person: User) -> bool:
    """Whether an app is asked for at each sign-in of the person."""
    return APPS.filter(user=person).exists()


def role_for_page(*, user, role_id: int) -> Membership:
    """A role that somebody has now; `Missing` for one that this reader does not see."""
    role = roles_for_list(user=user).filter(pk=role_id).first()
    if role is None:
        raise Missing
    return role


def bodies_seen(*, user) -> QuerySet[SubmittingBody]:
    """The bodies whose people the reader sees, those gone included."""
    if registry_policies.is_lead(user):
        return SubmittingBody.objects.all()
    return SubmittingBody.objects.filter(pk__in=registry_policies.bodies_of(user, policies.ANSWERING))


def bodies_kept(*, user) -> QuerySet[SubmittingBody]:
    """The bodies in which the reader gives roles."""
    bodies = SubmittingBody.objects.filter(is_active=True)
    if registry_policies.is_lead(user):
        return bodies
    return bodies.filter(pk__in=registry_policies.bodies_of(user, {registry_policies.SUPERVISOR}))


def open_invitations(*, user) -> QuerySet[Invitation]:
    """The invitations to bodies that wait for an answer and that the reader looks after, the newest first."""
    mine = Invitation.objects.visible_to(user).open(timezone.now())
    return mine.filter(body__isnull=False).select_related("body", "invited_by")
