"""Reads of a person's own number."""

from dataclasses import dataclass

from django.utils import timezone

from entities.models import Delivery, Notice
from entities.texting import backends
from entities.texting.models import TextNumber
from entities.texting.timing import code_is_over


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """How a person stands with text messages.

    Args:
        number: None where none was named.
        code_is_over: whether a new code has to be sent before the number can be confirmed.
        held_up: how many texts to it were tried and did not get through yet.
    """

    offered: bool
    number: TextNumber | None
    code_is_over: bool
    held_up: int

    @property
    def confirmed(self) -> bool:
        return self.number is not None and self.number.confirmed_at is not None


def own_number(*, user) -> OwnNumber:
    """How the user stands with text messages, in two queries."""
    number = TextNumber.objects.filter(user=user).first()
    if number is None:
        return OwnNumber(backends.are_sent(), None, code_is_over=False, held_up=0)
    waiting = Delivery.objects.waiting().filter(
        channel=Delivery.Channel.TEXT, address=number.digest, attempts__gt=0
    )
    return OwnNumber(
        backends.are_sent(),
        number,
        code_is_over=code_is_over(number, timezone.now()),
        held_up=waiting.filter(notice__in=Notice.objects.visible_to(user).values("pk")).count(),
    )
