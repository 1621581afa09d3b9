"""What happens to every paper, whichever app issues it: numbered, typed, signed, and checked by anybody.

An app that issues papers of its own gives them a model of `Paper` and registers it here, once, when the apps are
loaded. From then on the worker types its papers and `/verify/` knows their numbers.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from celery import signature
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import transaction
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credit_platform.common.queueing import enqueue_on_commit
from credit_platform.common.secret_codes import random_signs
from entities.services import documents
from repair.letters import signing, typing
from repair.letters.models import Paper, SigningKey

PLACES = 10
P = TypeVar("P", bound=Paper)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (2, 2, 10, 60))
STATEMENT, SIGNATURE = "statement.json", "statement.sig.base64"


class Verdict(TextChoices):
    """What a number is worth."""

    HOLDS = "holds", _("Genuine, and it still holds")
    SUPERSEDED = "superseded", _("Genuine, but it no longer holds")
    REVOKED = "revoked", _("Not to be relied on: the key that signed it was revoked")
    BROKEN = "broken", _("Not genuine: what is kept under this number does not fit its signature")
    GONE = "gone", _("Issued here, and no longer kept")


@dataclass(frozen=True, slots=True)
class PaperKind(Generic[P]):
    """What `/verify/` has to know of one model of papers.

    Args:
        still_holds: whether what a paper says is true today as it was when it was issued.
        holds_says: to whoever checks a paper that holds.
        superseded_says: to whoever checks one that no longer does, and where to get a newer one.
    """

    model: type[P]
    still_holds: Callable[[P], bool]
    holds_says: str | Promise
    superseded_says: str | Promise


_kinds: dict[type[Paper], PaperKind] = {}


def register(kind: PaperKind) -> None:
    """Make a model of papers known; called in `AppConfig.ready()`."""
    _kinds[kind.model] = kind


# Written


def new_number(beginning: str) -> str:
    """Such as ZM-2026-11-7K3Q9F2MXA: nobody guesses one, so whoever has it has the paper."""
    return f"{beginning}-{timezone.localdate():%Y-%m}-{random_signs(PLACES)}"


def type_on_commit() -> None:
    """Have what was just written typed as soon as it is saved."""
    enqueue_on_commit(signature("repair.letters.tasks.type_waiting"))


def canonical(content: dict) -> bytes:
    """The one way in which this content is written as JSON in UTF-8, so that equal contents have equal digests."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def address_of(number: str) -> str:
    """Where anybody checks the paper."""
    return f"{settings.PLATFORM_URL}{reverse('portal:verify', args=(number,))}"


# Typed and signed afterwards


def type_waiting(*, limit: int = 200) -> int:
    """Type and sign what waits, of each model at most `limit`; returns how many papers are done.

    Safe on many workers at once. A paper that cannot be typed raises here, for the log of the worker; its next
    try is in its row already.
    """
    done = 0
    for model in _kinds:
        for _paper in range(limit):
            claimed = claim_next(model)
            if claimed is None:
                break
            done += type_claimed(claimed)
    return done


@transaction.atomic
def claim_next(model: type[P]) -> P | None:
    """The paper that waits longest, with the time of its next try set, should this one fail; None: none waits."""
    now = timezone.now()
    paper = (
        model._default_manager.select_for_update(skip_locked=True, of=("self",))
        .select_related("asked_by")
        .filter(document=None, next_attempt_at__lte=now)
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if paper is None:
        return None
    paper.next_attempt_at = now + WAITS[min(paper.attempts, len(WAITS) - 1)]
    paper.attempts += 1
    paper.save(update_fields=("next_attempt_at", "attempts"))
    return paper


def type_claimed(paper: Paper) -> bool:
    """Type and sign a paper that was claimed; False where another worker was quicker."""
    key = signing.current_key()
    statement = statement_of(paper, key)
    signed = key.sign(statement)
    pdf = typing.typed(
        paper.content,
        number=paper.number,
        verify=address_of(paper.number),
        issued_at=paper.issued_at,
        files={STATEMENT: statement.decode(), SIGNATURE: signed},
    )
    with transaction.atomic():
        waiting = type(paper)._default_manager.select_for_update().filter(pk=paper.pk, document=None).first()
        if waiting is None:
            return False  # Another worker took it up after this one had been slow.
        waiting.statement, waiting.signature, waiting.key = statement.decode(), signed, signing.kept(key)
        waiting.document = documents.store_made(
            by=paper.asked_by, name=f"{paper.number}.pdf", content=pdf, content_type=documents.PDF
        )
        waiting.next_attempt_at = None
        waiting.save(update_fields=("statement", "signature", "key", "document", "next_attempt_at"))
    return True


def statement_of(paper: Paper, key: signing.Key) -> bytes:
    """What is signed: all that the paper says, with its number and day, as one line of JSON in UTF-8."""
    return canonical(
        {
            "number": paper.number,
            "kind": paper.kind,
            "issued_at": timezone.localtime(paper.issued_at).isoformat(timespec="seconds"),
            "key": key.code,
            "platform": settings.PLATFORM_URL,
            "says": paper.content,
        }
    )


def signed_with(key: SigningKey) -> int:
    """How many papers the key has signed."""
    return sum(model._default_manager.filter(key=key).count() for model in _kinds)


# Deleted


def digest_of(statement: str) -> str:
    """SHA-256 of a signed statement, by which its holder shows that it is the one."""
    return hashlib.sha256(statement.encode()).hexdigest()


def forget(paper: P, *, on: date) -> None:
    """Delete what a typed paper says, and its PDF; number, day, signature and the digests of both stay.

    The caller has locked it, and writes the trace.
    """
    paper.content, paper.statement, paper.deleted_on = {}, digest_of(paper.statement), on
    paper.save(update_fields=("content", "statement", "deleted_on"))
    documents.forget_file(paper.document)


# Checked by anybody


@dataclass(frozen=True, slots=True)
class Checked:
    """A number that was issued here. Whom and what the paper is about, is for whoever holds it."""

    number: str
    kind: str
    issued_at: datetime
    verdict: Verdict
    #: What the verdict means for whoever holds the paper.
    says: str
    key: SigningKey
    sha256: str
    statement_sha256: str


def check(number: str) -> Checked | None:
    """Whether the number was issued here, and whether what it says still holds; None for any other.

    The signature is checked anew each time, against what is kept.
    """
    for kind in _kinds.values():
        paper = (
            kind.model._default_manager.filter(number=number.strip().upper(), document__isnull=False)
            .select_related("document", "key")
            .first()
        )
        if paper is not None:
            return _checked(paper, kind)
    return None


def _checked(paper: Paper, kind: PaperKind) -> Checked:
    verdict = _verdict_on(paper, kind)
    words = {
        Verdict.HOLDS: kind.holds_says,
        Verdict.SUPERSEDED: kind.superseded_says,
        Verdict.REVOKED: paper.key.revoked_because,
        Verdict.BROKEN: _("Do not rely on it, and tell the office that runs this platform."),
        Verdict.GONE: _(
            "The time for which it was kept is over. Whether a file is the one that was issued can still be told by its "
            "digest; whether what it says still holds is no longer told."
        ),
    }
    return Checked(
        number=paper.number,
        kind=paper.get_kind_display(),
        issued_at=paper.issued_at,
        verdict=verdict,
        says=str(words[verdict]),
        key=paper.key,
        sha256=paper.document.sha256,
        statement_sha256=paper.statement if paper.deleted_on else digest_of(paper.statement),
    )


def _verdict_on(paper: Paper, kind: PaperKind) -> Verdict:
    if paper.deleted_on:
        return Verdict.GONE
    if not _signature_fits(paper):
        return Verdict.BROKEN
    if paper.key.revoked_at:
        return Verdict.REVOKED
    return Verdict.HOLDS if kind.still_holds(paper) else Verdict.SUPERSEDED


def _signature_fits(paper: Paper) -> bool:
    """Whether what is kept was signed, and under this very number."""
    public = serialization.load_pem_public_key(paper.key.public_pem.encode())
    if not isinstance(public, Ed25519PublicKey):
        return False
    try:
        public.verify(base64.b64decode(paper.signature), paper.statement.encode())
    except (InvalidSignature, ValueError):
        return False
    signed = json.loads(paper.statement)
    return (signed["number"], signed["kind"]) == (paper.number, paper.kind)
