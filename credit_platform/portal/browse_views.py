"""Pages on which anybody leafs through public records, and the feeds of them."""

from datetime import date, datetime, time

import django_filters
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.exporting import CONTENT_TYPES, Format
from credit_platform.portal import browsing, limits, open_data as files
from credit_platform.portal.views import public_page
from entities.commitments import selectors as commitments
from entities.filters import years
from entities.models import CreditRecord, RecordType, SubmittingBody
from entities.sharing import feed


class AnnouncementFilter(django_filters.FilterSet):
    """By kind, by who sent it, and by year of decision."""

    kind = django_filters.ModelChoiceFilter(
        field_name="record_type",
        queryset=RecordType.objects.filter(code__in=browsing.ANNOUNCED),
        to_field_name="code",
        label=gettext_lazy("Kind"),
        empty_label=gettext_lazy("Licences and penalties"),
    )
    body = django_filters.ModelChoiceFilter(
        field_name="submitted_by",
        queryset=SubmittingBody.objects.filter(kind=SubmittingBody.Kind.DEPARTMENT),
        to_field_name="code",
        label=gettext_lazy("Department"),
        empty_label=gettext_lazy("Every department"),
    )
    year = django_filters.ChoiceFilter(
        field_name="decided_on",
        lookup_expr="year",
        label=gettext_lazy("Year"),
        empty_label=gettext_lazy("Every year"),
        choices=years,
    )

    class Meta:
        model = CreditRecord
        fields = ("kind", "body", "year")


@public_page(limits.PAGES)
def lists(request: HttpRequest) -> HttpResponse:
    """The public lists, with what each stands on and how many stand on it."""
    today = timezone.localdate()
    found = browsing.public_lists(today)
    groups = [
        {"title": group.title, "lists": [found[code] for code in group.types if code in found]}
        for group in browsing.GROUPS
    ]
    context = {"today": today, "groups": [group for group in groups if group["lists"]]}
    return render(request, "portal/lists.html", context)


@public_page(limits.PAGES)
def promises(request: HttpRequest) -> HttpResponse:
    """By which wordings businesses commit themselves publicly, and who checks whether they keep it."""
    today = timezone.localdate()
    context = {"wordings": list(commitments.public_wordings(today)), "today": today}
    return render(request, "portal/promises.html", context)


@public_page(limits.PAGES)
def promise(request: HttpRequest, template_id: int) -> HttpResponse:
    """One wording, also one by which nobody commits himself any more: what was given by it stands as it was."""
    today = timezone.localdate()
    wording = commitments.public_wording(template_id)
    context = {
        "wording": wording,
        "newer": commitments.newer_wording(wording, today),
        "is_over": wording.valid_to is not None and wording.valid_to < today,
    }
    return render(request, "portal/promise.html", context)


@public_page(limits.PAGES, robots="noindex, noarchive")
def one_list(request: HttpRequest, code: str) -> HttpResponse:
    """Who stands on a list today, on what grounds, until when, and how one leaves it."""
    today = timezone.localdate()
    shown = browsing.public_list(today, code)
    stretch = browsing.stretch_of(browsing.leafed_through(today, (code,)), request.GET.get("before", ""))
    return render(request, "portal/list.html", {"list": shown, "stretch": stretch, "today": today})


@public_page(limits.PAGES, robots="noindex, noarchive")
def announcements(request: HttpRequest) -> HttpResponse:
    """Licences and penalties as departments announced them, newest first."""
    today = timezone.localdate()
    found = AnnouncementFilter(request.GET, queryset=browsing.leafed_through(today, browsing.ANNOUNCED))
    stretch = browsing.stretch_of(found.qs, request.GET.get("before", ""))
    return render(request, "portal/announcements.html", {"filter": found, "stretch": stretch, "today": today})


class RecordFeed(Feed):
    """The newest public records of some types, for feed readers. What has left the pages has left it too."""

    feed_type = Atom1Feed

    def items(self, obj) -> list[CreditRecord]:
        found = browsing.leafed_through(timezone.localdate(), self.types_of(obj))
        return feed.with_last_change(browsing.stretch_of(found).records)

    def types_of(self, obj) -> tuple[str, ...]:
        return browsing.ANNOUNCED

    def item_title(self, item: CreditRecord) -> str:
        return f"{item.entity.name}{_(': ')}{item.title}"

    def item_description(self, item: CreditRecord) -> str:
        parts = [str(item.record_type), item.document_number, item.authority or str(item.submitted_by)]
        if item.objected:
            parts.append(_("Under objection"))
        if item.statement:
            parts.append(_("The entity says: %(words)s") % {"words": item.statement})
        return " · ".join(part for part in parts if part)

    def item_link(self, item: CreditRecord) -> str:
        return reverse("portal:entity", args=(item.entity.credit_code,))

    def item_guid(self, item: CreditRecord) -> str:
        return f"urn:credit-record:{item.pk}"

    def item_pubdate(self, item: CreditRecord):
        return at_midnight(item.published_on or item.decided_on)

    def item_updateddate(self, item: CreditRecord):
        """Also when it was marked as under objection, or the mark lifted: so copies know to take it anew."""
        return max(self.item_pubdate(item), timezone.localtime(item.changed_at))


class AnnouncementFeed(RecordFeed):
    """Licences and penalties of all departments."""

    title = gettext_lazy("Licences and penalties")
    subtitle = gettext_lazy("What departments announced, newest first")

    def link(self) -> str:
        return reverse("portal:announcements")


class ListFeed(RecordFeed):
    """Who was put on one list."""

    def get_object(self, request: HttpRequest, code: str) -> browsing.PublicList:
        return browsing.public_list(timezone.localdate(), code)

    def types_of(self, obj: browsing.PublicList) -> tuple[str, ...]:
        return (obj.record_type.code,)

    def title(self, obj: browsing.PublicList) -> str:
        return str(obj.record_type)

    def link(self, obj: browsing.PublicList) -> str:
        return reverse("portal:list", args=(obj.record_type.code,))


@public_page(limits.PAGES)
def open_data(request: HttpRequest) -> HttpResponse:
    """Which files there are, what stands in them, and on what terms they are used."""
    today = timezone.localdate()
    context = {
        "today": today,
        "datasets": files.datasets(today),
        "formats": files.FORMATS,
        "columns": files.COLUMNS,
        "terms": files.terms(),
        "limit": limits.FILES.amount,
    }
    return render(request, "portal/open_data.html", context)


@public_page(limits.FILES, robots="noindex")
def dataset(request: HttpRequest, code: str, file_format: str) -> HttpResponseBase:
    """All public records of one kind, as a file; its `Link` says where a copy of it learns what changed since.

    Nobody knows who has a copy, so nobody can be asked to take a record out of it that was repaired meanwhile.
    """
    today = timezone.localdate()
    changes = f"{request.build_absolute_uri(reverse('api-public-changes'))}?since={feed.now()}"
    pieces = files.file_of(today, code, file_format)
    response = StreamingHttpResponse(pieces, content_type=CONTENT_TYPES[Format(file_format)])
    response["Content-Disposition"] = f'attachment; filename="{code}-{today:%Y-%m-%d}.{file_format}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Link"] = f'<{changes}>; rel="related"; title="changes"'
    return response


def at_midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


announcement_feed = public_page(limits.PAGES, robots="noindex, noarchive")(AnnouncementFeed())
list_feed = public_page(limits.PAGES, robots="noindex, noarchive")(ListFeed())
