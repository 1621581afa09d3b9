"""Connecting and disconnecting systems, and answering a repeated request once."""

import hashlib
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_id, generate_client_secret
from oauth2_provider.models import AccessToken, Application, clear_expired

from credit_platform.accounts.models import SecretHolder, User
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities.models import Membership, SubmittingBody
from entities.systems import policies
from entities.systems.models import Answered, ConnectedSystem, Scope

#: How long an answer is kept for a request that comes again.
KEPT = timedelta(days=2)
LONGEST_KEY = Answered._meta.get_field("key").max_length
LONGEST_NAME = ConnectedSystem._meta.get_field("name").max_length


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a system signs in with. The secret is here once; only its digest is kept."""

    system: ConnectedSystem
    client_id: str
    secret: str


@transaction.atomic
def connect_system(*, by, body: SubmittingBody, name: str, scopes: Collection[str]) -> Credentials:
    """Give a system of a body its credentials.

    Raises:
        InvalidInput: no name, one that another system of the body has, or nothing that it may do.
    """
    policies.may_manage_systems(by, body).require()
    # Two of one name at the same moment: the second waits here and then finds the first.
    SubmittingBody.objects.select_for_update(no_key=True).get(pk=body.pk)
    name = name.strip()
    _require_sound(body, name, scopes)
    user = User.objects.create(
        username=f"system-{body.code}-{secrets.token_hex(6)}", name_zh=name, name_en=name, email=""
    )
    user.set_unusable_password()
    user.save(update_fields=("password",))
    is_association = body.kind == SubmittingBody.Kind.ASSOCIATION
    role = Membership.Role.OFFICER if is_association else Membership.Role.CLERK
    Membership.objects.create(user=user, body=body, role=role)
    client_id, secret = generate_client_id(), generate_client_secret()
    application = Application.objects.create(
        client_id=client_id,
        client_secret=secret,
        name=name,
        user=user,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    system = ConnectedSystem.objects.create(
        application=application, user=user, body=body, name=name, scopes=sorted(scopes), created_by=by
    )
    SecretHolder.objects.create(account=user, person=by)
    audit.record(
        actor=by, verb="systems.system.connected", target=system, client=client_id, scopes=system.scopes
    )
    return Credentials(system, client_id, secret)


def _require_sound(body: SubmittingBody, name: str, scopes: Collection[str]) -> None:
    problems: dict[str, list[str]] = {}
    if not name or len(name) > LONGEST_NAME:
        problems["name"] = [
            _("Give the system a name of at most %(most)d characters.") % {"most": LONGEST_NAME}
        ]
    elif ConnectedSystem.objects.filter(body=body, name=name, revoked_at=None).exists():
        problems["name"] = [_("%(body)s has a system of this name already.") % {"body": body}]
    if not scopes or set(scopes) - set(Scope.values):
        problems["scopes"] = [_("Say what the system may do.")]
    if problems:
        raise InvalidInput(problems)


@transaction.atomic
def renew_secret(*, by, system_id: int) -> Credentials:
    """A new secret for a system; the old one and all its tokens end at once."""
    system = _locked(by, system_id)
    secret = _forget_secret(system)
    SecretHolder.objects.get_or_create(account=system.user, person=by)
    audit.record(actor=by, verb="systems.system.renewed", target=system)
    return Credentials(system, system.application.client_id, secret)


@transaction.atomic
def revoke_system(*, by, system_id: int) -> ConnectedSystem:
    """Disconnect a system at once; what it did keeps its name."""
    system = _locked(by, system_id)
    system.revoked_by, system.revoked_at = by, timezone.now()
    system.save(update_fields=("revoked_by", "revoked_at"))
    _forget_secret(system)
    system.user.memberships.all().delete()
    system.user.is_active = False
    system.user.save(update_fields=("is_active",))
    audit.record(actor=by, verb="systems.system.revoked", target=system)
    return system


def _forget_secret(system: ConnectedSystem) -> str:
    """A new secret in place of the old one, which ends with all its tokens."""
    secret = generate_client_secret()
    system.application.client_secret = secret
    system.application.save()
    AccessToken.objects.filter(application=system.application).delete()
    return secret


def _locked(by, system_id: int) -> ConnectedSystem:
    system = (
        ConnectedSystem.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("body", "application", "user")
        .filter(pk=system_id)
        .first()
    )
    if system is None:
        raise Missing
    policies.may_manage_systems(by, system.body).require()
    if system.revoked_at:
        raise WrongState(_("This system is disconnected already."))
    return system


# Answering once


@transaction.atomic
def answer_once(
    *, by, key: str, request: tuple[str, str, bytes], answer: Callable[[], tuple[int, Any]]
) -> tuple[int, Any, bool]:
    """The answer to a request, worked out once for each key: status, data, and whether it is a repetition.

    The key and what the request did stand or fall together, so a request that was refused may be put right and sent
    again under its key. Of two at the same moment the second waits for the first and gets its answer.

    Args:
        request: method, address and body, which must be the same under the same key.
        answer: does the work in this transaction and gives status and JSON data.

    Raises:
        InvalidInput: an unusable key, or one that came with another request before.
    """
    if not key.isascii() or not key.isprintable() or not 0 < len(key) <= LONGEST_KEY:
        raise InvalidInput(
            {
                "Idempotency-Key": [
                    _("The key has 1 to %(most)d printable ASCII characters.") % {"most": LONGEST_KEY}
                ]
            }
        )
    method, address, body = request
    digest = hashlib.sha256(b"\n".join((method.encode(), address.encode(), body))).hexdigest()
    kept, is_new = Answered.objects.get_or_create(user=by, key=key, defaults={"digest": digest})
    if not is_new:
        if kept.digest != digest:
            raise InvalidInput(
                {
                    "Idempotency-Key": [
                        _("This key came with another request before; give each request its own.")
                    ]
                }
            )
        return kept.status, kept.answer, True
    kept.status, kept.answer = answer()
    kept.save(update_fields=("status", "answer"))
    return kept.status, kept.answer, False


def clear_what_is_over() -> None:
    """Throw away tokens that have expired and answers that are older than two days."""
    clear_expired()
    Answered.objects.filter(at__lt=timezone.now() - KEPT).delete()
