"""Drafts keep themselves: what is typed is saved a moment later, so that a browser that is closed loses nothing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from credit_platform.common.errors import WrongState
from repair.forms import NeededToFile
from repair.models import Case, JointFiling

#: What the page asks for by itself, beside the wishes that have buttons.
KEEP = "keep"


def kept(request: HttpRequest, form: NeededToFile, keep: Callable[[], Case | JointFiling]) -> HttpResponse:
    """Keep what was typed so far; the answer is a line beside the buttons, with the version that the next save names."""
    version, problem = None, " ".join(str(said) for sentences in form.errors.values() for said in sentences)
    if not problem:
        try:
            version = keep().version
        except WrongState as refusal:
            problem = str(refusal)
    return _answer(request, version=version, problem=problem)


def not_kept(request: HttpRequest, problem: str) -> HttpResponse:
    """What is filed already keeps nothing any more."""
    return _answer(request, version=None, problem=problem)


def _answer(request: HttpRequest, **said) -> HttpResponse:
    return render(request, "repair/_kept.html", said)
