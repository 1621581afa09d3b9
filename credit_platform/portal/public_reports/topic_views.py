"""Where the lead office keeps what a report can be about."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.portal.public_reports import lists, policies, selectors, topic_services
from credit_platform.portal.public_reports.forms import TopicForm
from entities.forms import show_problems


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def topics(request: HttpRequest) -> HttpResponse:
    """All topics and their versions; the lead office sets one, with `?of=` a new version of one."""
    found = list(lists.topics_asked(request.user, request.GET))
    may_keep = policies.may_keep_topics(request.user)
    if request.method == "POST":
        may_keep.require()
    key = request.GET.get("of", "")
    earlier = next((one for one in found if str(one.pk) == key), None)
    initial = {"valid_from": timezone.localdate()}
    if earlier is not None:
        initial |= {name: getattr(earlier, name) for name in TopicForm.Meta.fields if name != "valid_from"}
    form = TopicForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            topic_services.set_topic(by=request.user, wording=topic_services.Wording(**form.cleaned_data))
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Set. A report that was taken in keeps the topic that it had."))
            return redirect("public_reports:topics")
    context = {
        "topics": [(one, selectors.in_charge_today(one)) for one in found],
        "form": form if may_keep else None,
        "earlier": earlier,
        "today": timezone.localdate(),
    }
    return render(request, "portal/public_reports/topics.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def topic_end(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Let nobody choose a topic any more; asks first."""
    policies.may_keep_topics(request.user).require()
    topic = selectors.topics_on(timezone.localdate()).filter(pk=topic_id, valid_to=None).first()
    if topic is None:
        raise Missing
    if request.method == "POST":
        topic_services.end_topic(by=request.user, topic_id=topic_id)
        messages.success(request, _("The topic ends today."))
        return redirect("public_reports:topics")
    context = {
        "title": _("End the topic “%(name)s”?") % {"name": topic},
        "consequence": _("After today nobody chooses it. What was reported under it goes on as it is."),
        "action": request.path,
        "verb": _("End the topic"),
        "back_url": reverse("public_reports:topics"),
        "form": None,
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)
