"""A person's own number: given, confirmed with the code that was sent to it, removed. Each in one transaction."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language, gettext as _, ngettext

from credit_platform.accounts.models import User
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, WrongState
from entities.models import Delivery, Notice
from entities.services import feedback
from entities.texting import backends, channel, numbers
from entities.texting.models import TextNumber
from entities.texting.notices import CODE
from entities.texting.timing import AGAIN_AFTER, MOST_CODES, code_is_over


@transaction.atomic
def give_number(*, by, typed: str) -> TextNumber:
    """Name the telephone for one's own text messages; a code goes there, and nothing else until it has come back.

    Naming the confirmed number again changes nothing. Another number takes the place of the one before at once.

    Raises:
        InvalidInput: it is no number, or too many codes were sent today.
        WrongState: this platform sends no texts.
    """
    _require_sending()
    plain = numbers.parsed(typed)
    number, now = _locked(by), timezone.now()
    digest = channel.digest_of(plain)
    if number is not None and number.digest == digest and number.confirmed_at:
        return number
    _require_codes_left(by, number, now)
    if number is None:
        number = TextNumber(user=by, generation=0)
    number.sealed, number.digest, number.shown = channel.sealed(plain), digest, numbers.masked(plain)
    return _ask_for_code(number, by=by, now=now)


@transaction.atomic
def send_another_code(*, by) -> TextNumber:
    """Send a new code to the number that is not confirmed yet; the one before no longer fits. Raises as `give_number`."""
    _require_sending()
    number, now = _locked(by), timezone.now()
    if number is None or number.confirmed_at:
        raise WrongState(_("There is no number to confirm."))
    _require_codes_left(by, number, now)
    return _ask_for_code(number, by=by, now=now)


def confirm_number(*, by, code: str) -> TextNumber:
    """Take the code that was sent; from now on urgent notices go there. Doing it again changes nothing.

    Raises:
        InvalidInput: the code is wrong or over. A wrong try is counted all the same.
        WrongState: there is no number to confirm.
    """
    number, refusal = _tried(by, "".join(code.split()))
    if refusal:
        raise InvalidInput({"code": [refusal]})
    return number


@transaction.atomic
def _tried(by, code: str) -> tuple[TextNumber, str]:
    """The number, and why the code was not taken: returned and not raised, so that the try stays counted."""
    number, now = _locked(by), timezone.now()
    if number is None:
        raise WrongState(_("There is no number to confirm."))
    if number.confirmed_at:
        return number, ""
    if code_is_over(number, now):
        return number, _("This code is over. Have a new one sent.")
    if not constant_time_compare(code, channel.code_of(number)):
        number.wrong_tries += 1
        number.save(update_fields=("wrong_tries",))
        audit.record(actor=by, verb="texting.number.refused", target=number)
        return number, _("That code does not fit.")
    number.confirmed_at = now
    number.save(update_fields=("confirmed_at",))
    audit.record(actor=by, verb="texting.number.confirmed", target=number)
    return number, ""


@transaction.atomic
def remove_number(*, by) -> None:
    """End text messages: what waits to be sent to the number is thrown away by the sweep. Doing it again changes nothing."""
    number = _locked(by)
    if number is None:
        return
    audit.record(actor=by, verb="texting.number.removed", target=number)
    number.delete()


def _locked(by) -> TextNumber | None:
    # The person and not the row, which may not be there yet: two first presses of a button send one code.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    return TextNumber.objects.filter(user=by).first()


def _require_sending() -> None:
    if not backends.are_sent():
        raise WrongState(_("This platform sends no text messages."))


def _require_codes_left(by, number: TextNumber | None, now: datetime) -> None:
    if number is not None and now < number.asked_at + AGAIN_AFTER:
        raise InvalidInput(
            {"number": [_("A code was sent just now. Wait a minute before you ask for another.")]}
        )
    sent = Notice.objects.filter(user=by, kind=CODE, created_at__gt=now - timedelta(days=1)).count()
    if sent >= MOST_CODES:
        refusal = ngettext(
            "Within a day %(most)d code is sent at most. Try again tomorrow.",
            "Within a day %(most)d codes are sent at most. Try again tomorrow.",
            MOST_CODES,
        ) % {"most": MOST_CODES}
        raise InvalidInput({"number": [refusal]})


def _ask_for_code(number: TextNumber, *, by, now: datetime) -> TextNumber:
    number.generation += 1
    number.asked_at, number.wrong_tries, number.confirmed_at = now, 0, None
    number.save()
    # The inbox and the e-mail tell whose account it is; the code itself stands in neither.
    notice = feedback.notify(
        kind=CODE, params={"number": number.shown, "generation": number.generation}, user=by
    )
    feedback.queue(
        [
            Delivery(
                notice=notice,
                channel=Delivery.Channel.TEXT,
                address=number.digest,
                language=by.language or get_language() or "",
            )
        ]
    )
    audit.record(actor=by, verb="texting.number.asked", target=number)
    return number
