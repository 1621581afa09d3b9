"""Stories as everybody reads them: a list, a page for each, a feed. What no longer holds is in none of them."""

from datetime import datetime, time

from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from credit_platform.portal import limits, seen
from credit_platform.portal.stories import selectors
from credit_platform.portal.stories.models import Story
from credit_platform.portal.views import public_page

PER_PAGE = 20
IN_A_FEED = 50


@public_page(limits.PAGES, robots=seen.LISTED)
def stories(request: HttpRequest) -> HttpResponse:
    """What is told today, the newest first."""
    found = selectors.public_stories(timezone.localdate())
    response = render(
        request,
        "portal/stories/list.html",
        {"page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")), "today": timezone.localdate()},
    )
    # Asked for each time: what is taken down is gone at once.
    patch_cache_control(response, max_age=0, must_revalidate=True)
    return response


@public_page(limits.PAGES)
def story(request: HttpRequest, number: str) -> HttpResponse:
    """One story, and the records on which it rests."""
    shown = selectors.public_story(number, timezone.localdate())
    context = {"story": shown, "records": selectors.rests_on(shown)}
    response = render(request, "portal/stories/story.html", context)
    response["X-Robots-Tag"] = f"{seen.LISTED}, unavailable_after: {shown.shown_until:%Y-%m-%d}"
    patch_cache_control(response, max_age=0, must_revalidate=True)
    return response


class StoryFeed(Feed):
    """The newest stories, for feed readers. What has left the pages has left it too."""

    feed_type = Atom1Feed
    title = gettext_lazy("Stories of honest entities")
    subtitle = gettext_lazy("Told with their consent, for as long as they hold")

    def link(self) -> str:
        return reverse("stories:list")

    def items(self) -> list[Story]:
        return list(selectors.public_stories(timezone.localdate())[:IN_A_FEED])

    def item_title(self, item: Story) -> str:
        return item.title

    def item_description(self, item: Story) -> str:
        return f"{item.entity.name} · {Truncator(item.text).chars(300)}"

    def item_link(self, item: Story) -> str:
        return reverse("stories:story", args=(item.number,))

    def item_guid(self, item: Story) -> str:
        return f"urn:story:{item.number}"

    def item_pubdate(self, item: Story) -> datetime:
        return timezone.make_aware(datetime.combine(item.published_on, time.min))

    def item_updateddate(self, item: Story) -> datetime:
        return self.item_pubdate(item)


feed = public_page(limits.PAGES, robots="noindex, noarchive")(StoryFeed())
