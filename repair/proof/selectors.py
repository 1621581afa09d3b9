"""Reads of what is confirmed and what waits, scoped by `user`."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from credit_platform.common.errors import Missing
from credit_platform.ui.formats import day_long, moment
from entities import looks
from entities.models import CreditRecord
from repair import clock_rules
from repair.models import Case
from repair.proof import places, policies
from repair.proof.models import Confirmation, Difference, Effect

State = Confirmation.State


@dataclass(frozen=True, slots=True)
class ProofView:
    """The part of a case's page that says where the decision has arrived."""

    effect: Effect
    #: As the component `downstream` takes them.
    sites: list[dict]
    done: int
    #: Those that this reader may excuse, with the names of their places.
    excusable: list[tuple[Confirmation, str]]
    #: Those that this reader may give for a body.
    mine: list[tuple[Confirmation, str]]
    #: On what the term stands; "" where none is set.
    basis: str

    @property
    def total(self) -> int:
        return len(self.sites)

    @property
    def term(self) -> str:
        """By when, and by which rule; "" once all have confirmed, or where no rule says so."""
        effect = self.effect
        if effect.closed_at or effect.due_on is None:
            return ""
        said = _("To be carried out everywhere by %(day)s (%(basis)s).")
        return said % {"day": day_long(effect.due_on), "basis": self.basis}

    @property
    def is_late(self) -> bool:
        effect = self.effect
        return effect.closed_at is None and effect.due_on is not None and effect.due_on < timezone.localdate()

    @property
    def node(self) -> dict:
        """The last step of the case's way, as the component `case_tracker` takes it."""
        return node_of(self.effect, self.done, self.total)

    @property
    def headline(self) -> str:
        if self.effect.closed_at:
            return _("Closed: gone everywhere since %(when)s.") % {"when": moment(self.effect.closed_at)}
        return ngettext(
            "%(done)d of %(total)d place has confirmed that it is gone.",
            "%(done)d of %(total)d places have confirmed that it is gone.",
            self.total,
        ) % {"done": self.done, "total": self.total}


def proof_of(*, user, case: Case) -> ProofView | None:
    """Where the decision of a case has arrived, for whoever sees the case; None where it has ended nothing."""
    effect = Effect.objects.filter(case=case).first()
    if effect is None:
        return None
    effect.case = case
    rows = list(confirmations_of(effect))
    for row in rows:
        row.effect = effect
    waiting = [row for row in rows if row.state == State.WAITING]
    return ProofView(
        effect=effect,
        sites=[_site(row) for row in rows],
        done=len(rows) - len(waiting),
        excusable=[(row, name_of(row)) for row in waiting if policies.may_excuse(user, row)],
        mine=[(row, name_of(row)) for row in waiting if policies.may_confirm(user, row)],
        basis=clock_rules.basis(clock_rules.clock_book().by_code(effect.rule))
        if effect.rule and effect.closed_at is None
        else "",
    )


def node_of(effect: Effect, done: int, total: int) -> dict:
    """The last step of a case's way: how far its effect has arrived."""
    closed = effect.closed_at
    counted = _("%(done)d of %(total)d confirmed") % {"done": done, "total": total}
    return {
        "label": _("Gone everywhere"),
        "state": "done" if closed else "current",
        "when": closed,
        "who": "" if closed else counted,
    }


def nodes_of(cases: Iterable[Case]) -> dict[int, dict]:
    """The last step of each of these cases that has ended something, by the key of the case; in one query."""
    effects = Effect.objects.filter(case__in=cases).annotate(
        total=Count("confirmations"),
        waiting=Count("confirmations", filter=Q(confirmations__state=State.WAITING)),
    )
    return {
        effect.case_id: node_of(effect, effect.total - effect.waiting, effect.total) for effect in effects
    }


def confirmations_of(effect: Effect) -> QuerySet[Confirmation]:
    """Its rows: the platform's own places first, then bodies by name."""
    return effect.confirmations.select_related("body", "webhook", "message", "settled_by").order_by(
        "body__name_zh", "place", "webhook"
    )


def name_of(row: Confirmation) -> str:
    """The place as a reader knows it; a receiver's address is its body's own affair."""
    if row.kind == Confirmation.Kind.OWN:
        return str(places.by_code(row.place).title)
    if row.kind == Confirmation.Kind.RECEIVER:
        return _("%(body)s, its system") % {"body": row.body}
    return str(row.body)


def _site(row: Confirmation) -> dict:
    shown = {"name": name_of(row), "state": "done", "note": ""}
    if row.state == State.CONFIRMED:
        shown["note"] = f"{moment(row.settled_at)} · {row.get_how_display()}"
    elif row.state == State.EXCUSED:
        shown["note"] = _("Excused by %(who)s, %(when)s: %(because)s") % {
            "who": row.settled_by,
            "when": moment(row.settled_at),
            "because": row.excused_because,
        }
    elif row.kind == Confirmation.Kind.OWN and row.looks > 1:
        shown |= {"state": "failed", "note": _("still found at the last look; looked at again")}
    elif row.message is not None and row.message.given_up_at:
        shown |= {"state": "failed", "note": _("could not be reached for days; its body is asked")}
    else:
        shown |= {"state": "waiting", "note": _waits_for(row)}
    return shown


def _waits_for(row: Confirmation) -> str:
    if row.kind == Confirmation.Kind.OWN:
        return _("to be looked at by the platform")
    asked = moment(row.effect.begun_at)
    if row.message is not None and row.message.last_error:
        return _("asked %(when)s, not reached yet, tried again") % {"when": asked}
    return _("asked %(when)s") % {"when": asked}


# The list


@dataclass(frozen=True, slots=True)
class Row:
    """A confirmation in the list, with what this reader may do about it."""

    confirmation: Confirmation
    name: str
    may_confirm: bool
    may_excuse: bool
    sees_case: bool
    #: Whether it is named by its number: while it waits, so that it is found, and to who reads it anyway.
    names_record: bool


def confirmations_for_list(
    *, user, everywhere: bool = False, settled: bool = False
) -> QuerySet[Confirmation]:
    """The confirmations that the reader's bodies are asked for, or all that the reader may know of; oldest first."""
    asked = policies.confirmations_visible_to(user) if everywhere else policies.confirmations_asked_of(user)
    found = Confirmation.objects.filter(asked).select_related(
        "body", "webhook", "message", "settled_by", "effect__case__deciding_body",
        "effect__record__record_type", "effect__record__entity", "effect__record__submitted_by",
    )  # fmt: skip
    if settled:
        return found.exclude(state=State.WAITING).order_by("-settled_at", "key")
    return found.waiting().order_by("effect__begun_at", "key")


def rows_of(confirmations, *, user) -> list[Row]:
    """The rows as the list shows them; that these records were shown is put on record."""
    rows = list(confirmations)
    readable = set(
        CreditRecord.objects.visible_to(user)
        .filter(pk__in={row.effect.record_id for row in rows})
        .values_list("pk", flat=True)
    )
    cases = set(
        Case.objects.visible_to(user)
        .filter(pk__in={row.effect.case_id for row in rows})
        .values_list("pk", flat=True)
    )
    named = {
        row.pk
        for row in rows
        if row.state == State.WAITING or row.effect.case_id in cases or row.effect.record_id in readable
    }
    looks.note([row.effect.record for row in rows if row.pk in named], private=True)
    return [
        Row(
            row,
            name_of(row),
            may_confirm=row.state == State.WAITING and bool(policies.may_confirm(user, row)),
            may_excuse=row.state == State.WAITING and bool(policies.may_excuse(user, row)),
            sees_case=row.effect.case_id in cases,
            names_record=row.pk in named,
        )
        for row in rows
    ]


def confirmation_for(*, user, key) -> Confirmation:
    """One confirmation; `Missing` where the user may not know of it."""
    found = (
        Confirmation.objects.visible_to(user)
        .filter(pk=key)
        .select_related(
            "body", "effect__case__deciding_body", "effect__record__record_type", "effect__record__entity"
        )
        .first()
    )
    if found is None:
        raise Missing
    looks.note([found.effect.record], private=True)
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """How much waits everywhere."""

    cases: int
    bodies: int
    own: int


def figures() -> Figures:
    """What still waits, for the lead office, in one query."""
    waiting = Confirmation.objects.waiting().aggregate(
        cases=Count("effect", distinct=True),
        bodies=Count("body", distinct=True),
        own=Count("key", filter=Q(kind=Confirmation.Kind.OWN, looks__gt=1)),
    )
    return Figures(**waiting)


# What is public beside what may be


def differences_for_list(*, user, kind: str = "") -> QuerySet[Difference]:
    """The differences that stand open, the newest first; `Missing` for whoever is not of the lead office."""
    if not policies.watches_over_all(user):
        raise Missing
    found = Difference.objects.filter(settled_on=None).select_related(
        "record__entity", "record__record_type", "record__submitted_by"
    )
    return found.filter(kind=kind) if kind in Difference.Kind.values else found


def difference_counts() -> list[tuple[str, str, int]]:
    """Of each kind that stands open: its code, what it is, and how many."""
    counts = dict(
        Difference.objects.filter(settled_on=None).order_by().values_list("kind").annotate(Count("pk"))
    )
    return [
        (kind.value, str(kind.label), counts[kind.value]) for kind in Difference.Kind if kind.value in counts
    ]
