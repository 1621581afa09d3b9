"""Pages on which stories are proposed, consented to, published and taken down."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from associations.acts import UNPROCESSABLE, Act, ask_and_do, open_to
from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.portal.stories import forms, lists, policies, selectors, services
from credit_platform.portal.stories.models import Story
from entities.forms import show_problems
from entities.models import Entity
from entities.views import shell_for

PER_PAGE = 50
State = Story.State


def _is_consented(story: Story) -> bool:
    return story.consented_on is not None


ACTS = {
    "consent": Act(
        verb=gettext_lazy("Consent"),
        title=gettext_lazy("Shall this story be told of you?"),
        consequence=gettext_lazy(
            "The lead office decides whether it is published. You can take your consent back at any time;"
            " then it is gone at once."
        ),
        states=(State.PROPOSED,),
        fits=lambda story: not _is_consented(story),
        allowed=policies.may_consent,
        form=forms.ConsentForm,
        do=services.give_consent,
        told=gettext_lazy("You have consented. The lead office decides now."),
    ),
    "publish": Act(
        verb=gettext_lazy("Publish"),
        title=gettext_lazy("Publish this story?"),
        consequence=gettext_lazy(
            "Everybody reads it for as long as it holds. It is gone by itself when a record speaks against it"
            " or one on which it rests has ended."
        ),
        states=(State.PROPOSED,),
        fits=_is_consented,
        allowed=policies.may_decide,
        form=forms.NothingForm,
        do=services.publish_story,
        told=gettext_lazy("Published. Everybody can read it now."),
    ),
    "paper": Act(
        verb=gettext_lazy("Note a consent on paper"),
        title=gettext_lazy("Who consented, and where is the paper?"),
        consequence=gettext_lazy("For a business for which nobody acts on this platform."),
        states=(State.PROPOSED,),
        fits=lambda story: not _is_consented(story),
        allowed=policies.may_note_consent,
        form=forms.PaperForm,
        do=services.note_consent,
        told=gettext_lazy("Noted. Somebody else in the lead office decides now."),
    ),
    "return": Act(
        verb=gettext_lazy("Return it"),
        title=gettext_lazy("Why is it not published?"),
        consequence=gettext_lazy("The body that proposed it may propose another one."),
        states=(State.PROPOSED,),
        allowed=policies.may_decide,
        form=forms.ReasonForm,
        do=services.return_story,
        told=gettext_lazy("Returned, and whoever it concerns has been told why."),
        danger=True,
    ),
    "take-down": Act(
        verb=gettext_lazy("Take it down"),
        title=gettext_lazy("Take this story down?"),
        consequence=gettext_lazy("It is gone at once, and does not come back."),
        states=(State.PROPOSED, State.PUBLISHED),
        allowed=policies.may_take_down,
        form=forms.ReasonForm,
        do=services.take_down,
        told=gettext_lazy("It is gone."),
        danger=True,
    ),
    "refuse": Act(
        verb=gettext_lazy("We do not want it told"),
        title=gettext_lazy("Shall this story not be told?"),
        consequence=gettext_lazy("It is gone at once, and does not come back. You need no reason."),
        states=(State.PROPOSED, State.PUBLISHED),
        allowed=policies.may_consent,
        form=forms.NothingForm,
        do=services.take_consent_back,
        told=gettext_lazy("It is not told."),
        danger=True,
    ),
}


@login_required
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The stories that the reader's body proposed, all for the lead office, by state."""
    found = lists.register_asked(request.user, request.GET)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "state": lists.state_asked(request.GET),
        "counts": selectors.counts_for(request.user),
        "today": timezone.localdate(),
    }
    return render(request, "portal/stories/register.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Propose a story of the entity that `?entity=` names by its code; without one it asks for the code."""
    bodies = list(selectors.bodies_proposing(request.user))
    if not bodies:
        raise Missing
    code, today = request.GET.get("entity", "").strip().upper(), timezone.localdate()
    entity = Entity.objects.filter(credit_code=code).first() if code else None
    if entity is None:
        status = UNPROCESSABLE if code or request.method == "POST" else 200
        return render(request, "portal/stories/new.html", {"code": code}, status=status)
    records = list(selectors.praise_of(entity, today))
    form = forms.StoryForm(request.POST if request.method == "POST" else None, records=records, bodies=bodies)
    if form.is_valid():
        typed = dict(form.cleaned_data)
        body = next(one for one in bodies if one.code == typed.pop("body"))
        try:
            story = services.propose_story(
                by=request.user, body=body, entity=entity, draft=services.Draft(**typed)
            )
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Proposed. The business has been asked for its consent."))
            return redirect("stories:detail", number=story.number)
    context = {
        "entity": entity,
        "form": form,
        "records": records,
        "against": selectors.against(entity, today),
    }
    return render(request, "portal/stories/new.html", context, status=UNPROCESSABLE if form.errors else 200)


@login_required
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One story with its consent, what it rests on, and what the reader may do with it."""
    story = selectors.story_for(user=request.user, number=number)
    today = timezone.localdate()
    context = {
        "story": story,
        "records": selectors.rests_on(story),
        "acts": open_to(ACTS, request.user, story),
        "against": selectors.against(story.entity, today) if story.is_open else [],
        "is_public": Story.objects.public_on(today).filter(pk=story.pk).exists(),
        "is_theirs": bool(policies.may_consent(request.user, story)),
        "proposes": policies.proposes_stories(request.user),
        "shell": shell_for(request.user),
    }
    return render(request, "portal/stories/detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Ask, and do it."""
    story = selectors.story_for(user=request.user, number=number)
    return ask_and_do(
        request,
        ACTS,
        act,
        story,
        key={"number": number},
        back_url=reverse("stories:detail", args=(number,)),
        shell=shell_for(request.user),
    )


@login_required
@require_safe
def own(request: HttpRequest, credit_code: str) -> HttpResponse:
    """What is, was or shall be told of an entity, for who acts for it."""
    entity = selectors.own_entity(request.user, credit_code)
    found = selectors.stories_about(user=request.user, entity=entity)
    return render(request, "portal/stories/own.html", {"entity": entity, "stories": found})
