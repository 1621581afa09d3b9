"""How often one address may ask the public pages."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

if TYPE_CHECKING:
    from credit_platform.common.cache import ForgivingRedisCache


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests of one kind from one address in so many seconds."""

    name: str
    amount: int
    seconds: int

    def allows(self, request: HttpRequest) -> bool:
        """Count this request, once however often it is asked; False when it is one too many.

        While Redis is away each process counts by itself (see `common.cache`): the public is better served
        by a limit that is too generous for a while than by a look-up that refuses everybody.
        """
        allowed: dict[str, bool] = request.__dict__.setdefault("_allowed", {})
        if self.name not in allowed:
            allowed[self.name] = self._count(request) <= self.amount
        return allowed[self.name]

    def _count(self, request: HttpRequest) -> int:
        window = int(time.time() // self.seconds)
        key = f"limit:{self.name}:{get_adapter(request).get_client_ip(request)}:{window}"
        return cast("ForgivingRedisCache", cache).count(key, self.seconds * 2)


SEARCH = Limit("search", amount=60, seconds=60)
PAGES = Limit("entity", amount=240, seconds=60)
#: Programs; more than a person turns pages.
INTERFACE = Limit("interface", amount=120, seconds=60)
#: Whole kinds of records; nobody needs one more often than once in a while.
FILES = Limit("files", amount=20, seconds=3600)
#: Papers that are made for whoever asks; and codes, so that nobody tries them out.
EXTRACTS = Limit("extracts", amount=30, seconds=3600)
CODES = Limit("codes", amount=20, seconds=3600)
#: What people write to departments; more than anybody has to report in an hour.
REPORTS = Limit("reports", amount=6, seconds=3600)
