"""The bars at the top of every page: apps register what they offer, the reader sees what is theirs.

from credit_platform.ui import navigation

navigation.register(
    navigation.Item(
        label=_("My desk"), url_name="agencies:desk", order=10,
        visible=policies.may_see_desk, count=selectors.things_to_do,
    )
)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language, gettext

from credit_platform.ui import formats, waiting

DESK, PORTAL = "desk", "portal"
#: A bar says "99+" of more, so that no page counts thousands for it.
MOST_COUNTED = 99


def everybody(user) -> bool:
    return True


def the_unknown(user) -> bool:
    """Only who is not signed in."""
    return not user.is_authenticated


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a bar.

    Args:
        label: what it is called, lazily translated.
        url_name: the page it leads to; an item whose page does not exist is left out.
        visible: a policy of the user: a bool or a `Decision`.
        count: how many things wait there for the user; zero shows nothing. Kept for some seconds, and asked anew
            after an act of the user's; `counted` goes no further than what is shown.
        bar: `DESK` (dark, for those who work here) or `PORTAL` (white, for visitors and entities).
        order: smaller stands further left.
        section: path prefixes that also belong to this entry, so that it is marked as current below them.
    """

    label: str | Promise
    url_name: str
    visible: Callable = everybody
    count: Callable | None = None
    bar: str = DESK
    order: int = 50
    section: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class Standing:
    """For whom a user works and as what, as the bar shows it: Market Supervision Bureau, Records clerk."""

    place: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as one reader sees it."""

    label: str
    url: str
    current: bool
    count: int

    @property
    def count_text(self) -> str:
        return formats.number(self.count) if self.count <= MOST_COUNTED else f"{MOST_COUNTED}+"


_items: dict[tuple[str, str], Item] = {}
_describe_standing: list[Callable] = []


def register(item: Item) -> None:
    """Offer a page in a bar. Registering the same page again replaces the entry."""
    _items[item.bar, item.url_name] = item


def register_standing(describe: Callable) -> None:
    """Say how to find a user's `Standing`; the app that knows memberships does this."""
    _describe_standing[:] = [describe]


def counted(waiting: QuerySet) -> int:
    """How many there are, as far as a bar says it."""
    return waiting.order_by()[: MOST_COUNTED + 1].count()


def standing_of(user) -> Standing:
    return _describe_standing[0](user) if _describe_standing and user.is_authenticated else Standing()


def _url(name: str) -> str:
    return _url_among(name, settings.ROOT_URLCONF)


@cache
def _url_among(name: str, _urls: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def entries(user, bar: str, path: str = "") -> list[Entry]:
    """What this user is offered in a bar, left to right. Of several that fit the path the longest is current."""
    offered = [
        (item, url)
        for item in sorted(_items.values(), key=lambda item: item.order)
        if item.bar == bar and (url := _url(item.url_name)) and item.visible(user)
    ]
    fits = {
        item.url_name: max(
            (len(prefix) for prefix in (url, *item.section) if path.startswith(prefix)), default=0
        )
        for item, url in offered
    }
    best = max(fits.values(), default=0)
    counting = {item.url_name: item.count for item, _url in offered if item.count}
    counts = waiting.counts_of(user, bar, counting)
    return [
        Entry(
            label=str(item.label),
            url=url,
            current=bool(best) and fits[item.url_name] == best and (url != "/" or path == "/"),
            count=counts.get(item.url_name, 0),
        )
        for item, url in offered
    ]


def brand() -> str:
    """The platform's name in the reader's language; `PLATFORM_NAME` maps language codes to names."""
    return getattr(settings, "PLATFORM_NAME", {}).get(get_language()) or gettext("Yunting Credit")


def words() -> dict[str, str]:
    """What the scripts say, in the reader's language."""
    return _words_in(get_language())


@cache
def _words_in(_language: str | None) -> dict[str, str]:
    return {
        "uploading": gettext("{sent} of {total}"),
        "left": gettext("{seconds} s left"),
        "stop": gettext("Stop the upload"),
        "stopped": gettext("Stopped; nothing was sent."),
        "broken": gettext("The connection broke. Nothing was saved; send it again."),
        "tooLarge": gettext("This file has {size}; at most {most} can be sent."),
        "wrongKind": gettext("This kind of file cannot be read; choose one of: {kinds}."),
        "checking": gettext("Sent. Being received …"),
        "chosen": gettext("{count} chosen"),
        "noMatch": gettext("Nothing found. Try the code, another part of the name, or initials."),
        "matches": gettext("Matches: {count}"),
        "upload": gettext("Upload"),
        "failed": gettext("That did not work. What you see may be old; load the page again."),
    }


def context(request: HttpRequest) -> dict:
    """Context processor: the bars, found only when a page draws them."""
    user = getattr(request, "user", None)
    if user is None:
        return {"brand": brand, "ui_words": words}
    return {
        "brand": brand,
        "ui_words": words,
        "desk_nav": SimpleLazyObject(lambda: entries(user, DESK, request.path)),
        "portal_nav": SimpleLazyObject(lambda: entries(user, PORTAL, request.path)),
        "standing": SimpleLazyObject(lambda: standing_of(user)),
        "other_language": ("en", "English")
        if (get_language() or "").startswith("zh")
        else ("zh-hans", "中文"),
    }
