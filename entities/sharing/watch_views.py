"""Pages of watch lists and of receivers."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.ui.formats import listed
from entities import looks
from entities.forms import show_problems
from entities.sharing import feed, policies, selectors, signing
from entities.sharing.forms import CodesForm, WatchListForm, WebhookForm
from entities.sharing.models import WatchList
from entities.sharing.services import watching, webhooks

ROWS = 50
ENTITIES_SHOWN = 25
UNPROCESSABLE = 422
CODES_NAMED = 5


def _bodies_or_404(bodies: list) -> list:
    if not bodies:
        raise Missing
    return bodies


def _typed(request: HttpRequest) -> QueryDict | None:
    """What was sent, also where that is nothing at all."""
    return request.POST if request.method == "POST" else None


@login_required
@require_safe
def watch_list(request: HttpRequest) -> HttpResponse:
    """The lists of one's bodies."""
    _bodies_or_404(selectors.bodies_watching(request.user))
    context = {
        "rows": selectors.list_rows(user=request.user),
        "keeps_receivers": policies.keeps_receivers(request.user),
    }
    return render(request, "entities/sharing/watch_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def watch_new(request: HttpRequest) -> HttpResponse:
    """Begin a list; codes may be given with it."""
    bodies = _bodies_or_404(selectors.bodies_watching(request.user))
    form = WatchListForm(_typed(request), bodies=bodies)
    codes = CodesForm(_typed(request), request.FILES or None)
    if request.method == "POST" and form.is_valid() and codes.is_valid():
        try:
            draft = form.draft()
            picked = draft.kind == WatchList.Kind.PICKED
            begun, added = watching.begin_list(
                by=request.user,
                body=form.cleaned_data["body"],
                draft=draft,
                credit_codes=codes.typed_codes() if picked else (),
            )
            messages.success(request, _("The list is followed from now on."))
            if added != watching.Added():
                _tell_added(request, added)
            return redirect("sharing:watch-detail", watch_list_id=begun.pk)
        except InvalidInput as refused:
            show_problems(form, refused)
    status = UNPROCESSABLE if request.method == "POST" else 200
    context = {"form": form, "codes": codes}
    return render(request, "entities/sharing/watch_new.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def watch_detail(request: HttpRequest, watch_list_id: int) -> HttpResponse:
    """One list: what changed, whom it means, how it tells; a POST saves how."""
    one = selectors.watch_list_for_page(user=request.user, watch_list_id=watch_list_id)
    form = WatchListForm(_typed(request), bodies=[one.body], watch_list=one)
    if request.method == "POST" and form.is_valid():
        try:
            watching.change_list(by=request.user, watch_list_id=one.pk, draft=form.draft())
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("sharing:watch-detail", watch_list_id=one.pk)
    return _detail_page(request, one, form=form)


def _detail_page(
    request: HttpRequest, one: WatchList, *, form: WatchListForm | None = None, codes: CodesForm | None = None
) -> HttpResponse:
    page = Paginator(feed.newest_for(one.body, [one]), ROWS).get_page(request.GET.get("page"))
    told = feed.told(one.body, list(page))
    looks.note(change.about for change in told if change.about)
    entities = selectors.watched_entities(one)
    failed = any(typed is not None and typed.is_bound and typed.errors for typed in (form, codes))
    context = {
        "watch_list": one,
        "page": page,
        "told": told,
        "count": entities.count(),
        "entities": entities[:ENTITIES_SHOWN],
        "form": form or WatchListForm(bodies=[one.body], watch_list=one),
        "codes": codes or CodesForm(),
        "is_picked": one.kind == WatchList.Kind.PICKED,
        "search_url": reverse("entities:search"),
    }
    return render(
        request, "entities/sharing/watch_detail.html", context, status=UNPROCESSABLE if failed else 200
    )


@login_required
@require_POST
def watch_add(request: HttpRequest, watch_list_id: int) -> HttpResponse:
    """Put entities on a list by their codes."""
    one = selectors.watch_list_for_page(user=request.user, watch_list_id=watch_list_id)
    codes = CodesForm(request.POST, request.FILES)
    if codes.is_valid():
        try:
            added = watching.add_entities(
                by=request.user, watch_list_id=one.pk, credit_codes=codes.typed_codes()
            )
        except InvalidInput as refused:
            show_problems(codes, refused)
        else:
            _tell_added(request, added)
            return redirect("sharing:watch-detail", watch_list_id=one.pk)
    return _detail_page(request, one, codes=codes)


def _tell_added(request: HttpRequest, added: watching.Added) -> None:
    done = ngettext("%(count)d entity added.", "%(count)d entities added.", added.added) % {
        "count": added.added
    }
    if added.there:
        done += " " + ngettext(
            "%(count)d was on the list already.", "%(count)d were on the list already.", added.there
        ) % {"count": added.there}
    messages.success(request, done)
    if unknown := len(added.unknown):
        named = listed(added.unknown[:CODES_NAMED])
        not_known = ngettext(
            "%(count)d code means no entity here: %(named)s.",
            "%(count)d codes mean no entity here: %(named)s.",
            unknown,
        )
        messages.warning(request, not_known % {"count": unknown, "named": named})


@login_required
@require_POST
def watch_take(request: HttpRequest, watch_list_id: int) -> HttpResponse:
    """Take an entity from a picked list."""
    selectors.watch_list_for_page(user=request.user, watch_list_id=watch_list_id)
    watching.take_entity(
        by=request.user, watch_list_id=watch_list_id, credit_code=request.POST.get("code", "")
    )
    messages.success(request, _("Taken from the list."))
    return redirect("sharing:watch-detail", watch_list_id=watch_list_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def watch_end(request: HttpRequest, watch_list_id: int) -> HttpResponse:
    """Ask whether to stop following, and stop."""
    one = selectors.watch_list_for_page(user=request.user, watch_list_id=watch_list_id)
    return _ask(
        request,
        title=_("Stop following “%(name)s”?") % {"name": one.name},
        consequence=_("You hear no more of its entities. What you were told stays in the inbox."),
        verb=_("Stop following"),
        back=reverse("sharing:watch-detail", args=(one.pk,)),
        act=lambda: watching.end_list(by=request.user, watch_list_id=one.pk),
        done=_("The list has ended."),
        onwards="sharing:watch-list",
    )


# Receivers


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_list(request: HttpRequest) -> HttpResponse:
    """Where one's changes are sent, and the form for one more."""
    bodies = _bodies_or_404(selectors.bodies_receiving(request.user))
    form = WebhookForm(_typed(request), bodies=bodies)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            added = webhooks.add_webhook(
                by=request.user, body=typed["body"], url=typed["url"], watch_list=typed["watch_list"]
            )
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Changes are sent there from now on. Note the secret on this page."))
            return redirect("sharing:webhook-detail", webhook_id=added.pk)
    context = {"form": form, "webhooks": selectors.webhooks(user=request.user)}
    return render(
        request, "entities/sharing/webhook_list.html", context, status=UNPROCESSABLE if form.errors else 200
    )


@login_required
@require_safe
def webhook_detail(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """One receiver: its secret, and what became of each message."""
    one = selectors.webhook_for_page(user=request.user, webhook_id=webhook_id)
    given_up = request.GET.get("show") == "given-up"
    page = Paginator(selectors.messages_of(one, given_up=given_up), ROWS).get_page(request.GET.get("page"))
    context = {
        "webhook": one,
        "page": page,
        "showing_given_up": given_up,
        "showing_all": not given_up,
        "secret": signing.secret_of(one),
    }
    return render(request, "entities/sharing/webhook_detail.html", context)


@login_required
@require_POST
def webhook_pause(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Pause the receiver, or go on with it."""
    one = selectors.webhook_for_page(user=request.user, webhook_id=webhook_id)
    if one.paused_at:
        webhooks.resume(by=request.user, webhook_id=one.pk)
        messages.success(request, _("Changes are sent again."))
    else:
        webhooks.pause(by=request.user, webhook_id=one.pk)
        messages.success(request, _("Paused. What changes meanwhile is sent afterwards."))
    return redirect("sharing:webhook-detail", webhook_id=one.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_secret(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Ask whether to change the secret, and change it."""
    one = selectors.webhook_for_page(user=request.user, webhook_id=webhook_id)
    return _ask(
        request,
        title=_("Change the secret?"),
        consequence=_(
            "Messages are signed with both secrets for 24 hours; then the old one is worth nothing."
        ),
        verb=_("Change the secret"),
        back=reverse("sharing:webhook-detail", args=(one.pk,)),
        act=lambda: webhooks.change_secret(by=request.user, webhook_id=one.pk),
        done=_("The secret is changed. Note the new one on this page."),
        onwards="sharing:webhook-detail",
        arguments={"webhook_id": one.pk},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_remove(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Ask whether to send no more, and stop."""
    one = selectors.webhook_for_page(user=request.user, webhook_id=webhook_id)
    return _ask(
        request,
        title=_("Send no more to %(url)s?") % {"url": one.url},
        consequence=_(
            "What waits is not sent any more. A new receiver begins with what changes from then on."
        ),
        verb=_("Remove the receiver"),
        back=reverse("sharing:webhook-detail", args=(one.pk,)),
        act=lambda: webhooks.remove(by=request.user, webhook_id=one.pk),
        done=_("The receiver is removed."),
        onwards="sharing:webhook-list",
    )


@login_required
@require_POST
def message_again(request: HttpRequest, webhook_id: int, key) -> HttpResponse:
    """Send a message once more that was given up."""
    selectors.webhook_for_page(user=request.user, webhook_id=webhook_id)
    webhooks.send_again(by=request.user, key=key)
    messages.success(request, _("It is sent again within a minute."))
    return redirect("sharing:webhook-detail", webhook_id=webhook_id)


def _ask(
    request: HttpRequest,
    *,
    title: str,
    consequence: str,
    verb: str,
    back: str,
    act: Callable,
    done: str,
    onwards: str,
    arguments: dict | None = None,
) -> HttpResponse:
    """The page that asks before something that is not undone, and the act itself."""
    status = 200
    if request.method == "POST":
        try:
            act()
        except InvalidInput as refused:
            consequence, status = str(refused), UNPROCESSABLE
        else:
            messages.success(request, done)
            return redirect(onwards, **(arguments or {}))
    context = {
        "title": title,
        "consequence": consequence,
        "action": request.path,
        "verb": verb,
        "back_url": back,
        "form": None,
        "danger": True,
    }
    return render(request, "ui/confirm.html", context, status=status)
