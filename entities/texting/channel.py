"""The channel of text messages: the outbox and the sweep are those of `entities.services.feedback`."""

from django.conf import settings
from django.db.models import Case, F, When
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from credit_platform.common.ciphers import cipher, keyed_digest
from entities.models import Delivery
from entities.services.feedback import Channel, NoLongerWanted, register_channel
from entities.texting import backends
from entities.texting.backends import Text
from entities.texting.models import TextNumber
from entities.texting.notices import CODE
from entities.texting.timing import VALID_FOR

PURPOSE = "text messages"
#: Of the sentence of a notice: two texts of the network at most in Chinese, with what stands around it.
LONGEST = 100
DIGITS = 6


def register() -> None:
    register_channel(
        Channel(
            Delivery.Channel.TEXT,
            Case(When(text_number__confirmed_at__isnull=False, then=F("text_number__digest"))),
            send,
            only_urgent=True,
        )
    )


def sealed(number: str) -> str:
    """The number as it is kept."""
    return cipher(PURPOSE).encrypt(number.encode()).decode()


def digest_of(number: str) -> str:
    """The number as deliveries know it, 64 signs."""
    return keyed_digest(PURPOSE, number).hex()


def code_of(number: TextNumber) -> str:
    """The six digits that are asked for now. Worked out, so that no copy of the database holds them."""
    drawn = keyed_digest("text code", f"{number.pk}:{number.generation}:{number.digest}")
    return f"{int.from_bytes(drawn) % 10**DIGITS:0{DIGITS}}"


def send(delivery: Delivery) -> None:
    """Send one text. Raises `NoLongerWanted` where its number was removed meanwhile or its code is over."""
    if not backends.are_sent():
        raise NoLongerWanted
    number = _number_for(delivery)
    plain = cipher(PURPOSE).decrypt(number.sealed.encode()).decode()
    with translation.override(delivery.language or settings.LANGUAGE_CODE):
        words = _words_of(delivery, number)
    # The notice and the address, and not the row: a delivery that was thrown away and wished for again is the same text.
    key = keyed_digest("text", f"{delivery.notice_id}:{delivery.address}").hex()[:32]
    backends.backend().send(Text(key=key, number=plain, words=words))


def _number_for(delivery: Delivery) -> TextNumber:
    found = TextNumber.objects.filter(digest=delivery.address)
    if delivery.notice.kind != CODE:
        number = found.filter(confirmed_at__isnull=False, user__is_active=True).first()
    else:
        number = found.filter(
            user=delivery.notice.user_id,
            confirmed_at=None,
            generation=delivery.notice.params["generation"],
            asked_at__gt=timezone.now() - VALID_FOR,
        ).first()
    if number is None:
        raise NoLongerWanted
    return number


def _words_of(delivery: Delivery, number: TextNumber) -> str:
    """What the text says: never an address to open, so that one with an address is known not to be ours."""
    platform = settings.SMS_SIGNATURE or _("Credit supervision platform")
    if delivery.notice.kind == CODE:
        return _(
            "[%(platform)s] Your code is %(code)s. It holds for %(minutes)d minutes. Nobody of us will ever ask you for it."
        ) % {"platform": platform, "code": code_of(number), "minutes": VALID_FOR.total_seconds() // 60}
    sentence = Truncator(" ".join(delivery.notice.text.split())).chars(LONGEST)
    return _("[%(platform)s] %(sentence)s Sign in to read more.") % {
        "platform": platform,
        "sentence": sentence,
    }
