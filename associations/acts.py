"""Acts as a table: what a page offers to do, and the page that asks first and then does it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from credit_platform.common.decisions import Decision
from credit_platform.common.errors import InvalidInput, Missing
from entities.forms import show_problems

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What may be done with something that stands in one of these states.

    Args:
        states: where the thing stands for that; left out, wherever it stands.
        fits: what else has to be so of the thing; left out, nothing.
        allowed: the policy that the service asks as well.
        form: what is typed.
        do: the service; it is called with `by`, the key of the thing and what was typed.
        told: what the reader is told when it is done.
    """

    verb: str | Promise
    title: str | Promise
    consequence: str | Promise
    allowed: Callable[..., Decision]
    form: Callable[..., Form]
    do: Callable[..., Any]
    told: str | Promise
    states: Collection[str] = ()
    fits: Callable[[Any], bool] = lambda thing: True
    danger: bool = False

    def is_open_to(self, user, thing: Any) -> bool:
        """Whether the service would do it now for this user."""
        stands = not self.states or thing.state in self.states
        return stands and self.fits(thing) and bool(self.allowed(user, thing))


Acts = Mapping[str, Act]


def open_to(acts: Acts, user, thing: Any) -> list[tuple[str, Act]]:
    """What the page of the thing offers to the user, each with its code."""
    return [(code, act) for code, act in acts.items() if act.is_open_to(user, thing)]


def ask_and_do(
    request: HttpRequest,
    acts: Acts,
    code: str,
    thing: Any,
    *,
    key: Mapping[str, int | str],
    back_url: str,
    form_takes: Mapping[str, Any] | None = None,
    shell: str = "base.html",
) -> HttpResponse:
    """The page that asks; a POST with all that is needed does it and goes back to the thing.

    Args:
        key: what the service knows the thing by.
        form_takes: what the form has to know besides what was typed.
        shell: the template that the page extends.

    Raises:
        Missing: the table has no such act.
    """
    if code not in acts:
        raise Missing
    act = acts[code]
    act.allowed(request.user, thing).require()
    form = act.form(request.POST if request.method == "POST" else None, **form_takes or {})
    if request.method == "POST" and form.is_valid():
        try:
            act.do(by=request.user, **key, **form.cleaned_data)
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, str(act.told))
            return redirect(back_url)
    context = {
        "title": act.title,
        "consequence": act.consequence,
        "action": request.path,
        "verb": act.verb,
        "back_url": back_url,
        "form": form,
        "danger": act.danger,
        "shell": shell,
    }
    return render(request, "ui/confirm.html", context, status=UNPROCESSABLE if form.errors else 200)
