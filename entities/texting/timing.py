"""How long a code holds and how often one is sent: codes cost money and ring other people's telephones."""

from datetime import datetime, timedelta

from entities.texting.models import TextNumber

VALID_FOR = timedelta(minutes=10)
AGAIN_AFTER = timedelta(minutes=1)
#: Codes for one person within a day.
MOST_CODES = 5
#: Wrong tries for one code.
MOST_TRIES = 5


def code_is_over(number: TextNumber, now: datetime) -> bool:
    """Whether the code that was sent last is accepted no longer."""
    return number.wrong_tries >= MOST_TRIES or number.asked_at + VALID_FOR <= now
