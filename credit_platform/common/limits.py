"""How often one address may ask a public page."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

if TYPE_CHECKING:
    from credit_platform.common.cache import ForgivingRedisCache


#: The mark of a request that the platform makes of itself; nobody from outside can set it.
OWN_LOOK = "_own_look"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests of one kind from one address in so many seconds."""

    name: str
    amount: int
    seconds: int

    def allows(self, request: HttpRequest) -> bool:
        """Count this request, once however often it is asked; False when it is one too many.

        While Redis is away each process counts by itself (see `common.cache`): the public is better served
        by a limit that is too generous for a while than by a look-up that refuses everybody. The platform's own
        looks at its pages (`looking`) are not counted.
        """
        if request.__dict__.get(OWN_LOOK):
            return True
        allowed = self._told(request)
        if self.name not in allowed:
            counted = cast("ForgivingRedisCache", cache).count(self._key(request), self.seconds * 2)
            allowed[self.name] = counted <= self.amount
        return allowed[self.name]

    def count_and_get(self, request: HttpRequest, wanted: str) -> Any:
        """Count this request, and give what is kept under that name in the cache: one way there and back for both."""
        counted, found = cast("ForgivingRedisCache", cache).count_and_get(
            self._key(request), self.seconds * 2, wanted
        )
        self._told(request)[self.name] = counted <= self.amount
        return found

    def _told(self, request: HttpRequest) -> dict[str, bool]:
        """What this request was told already, by name of the limit."""
        told: dict[str, bool] = request.__dict__.setdefault("_allowed", {})
        return told

    def _key(self, request: HttpRequest) -> str:
        window = int(time.time() // self.seconds)
        return f"limit:{self.name}:{get_adapter(request).get_client_ip(request)}:{window}"
