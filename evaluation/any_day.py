"""The grade of any past day, as it was known on that day or on any later one, under any published version."""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.core.paginator import Page
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import InvalidInput
from credit_platform.ui import formats
from credit_platform.ui.charts import Chart
from evaluation import replay, sentences
from evaluation.explanation import Explained, SeenRecords, as_points
from evaluation.models import RatingChange, SchemeVersion
from evaluation.pages import build_up
from evaluation.schemes.in_force import in_force
from evaluation.selectors import AnyDay, for_any_day

#: By what a grade of another day than today is asked for.
DAY_FIELDS = ("day", "known_on", "version")
DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class DayForm(forms.Form):
    """Which day, as known when, by which version. Left empty: today, as known on that day, by the version that held on it."""

    day = forms.DateField(label=gettext_lazy("Day of the grade"), required=False, widget=DAY)
    known_on = forms.DateField(label=gettext_lazy("As known at the end of"), required=False, widget=DAY)
    version = forms.ChoiceField(label=gettext_lazy("Version of the scheme"), required=False)

    def __init__(self, data, *, found: AnyDay, today: date) -> None:
        super().__init__(data)
        self._found, self._today = found, today
        named = [
            (
                str(one.number),
                _("%(number)s, from %(day)s on")
                % {"number": one.number, "day": formats.day(one.effective_from)},
            )
            for one in found.versions
        ]
        version = cast(forms.ChoiceField, self.fields["version"])
        version.choices = [("", _("The one that held on that day")), *named]
        self.fields["known_on"].help_text = _("Left empty: the day itself.")

    def clean_day(self) -> date:
        """Today where none is named; the grade of a day to come is what the forecast says."""
        day = self.cleaned_data["day"] or self._today
        if day > self._today:
            raise forms.ValidationError(_("Take today or a day before."))
        return day

    def clean(self) -> dict[str, Any]:
        """Nobody knows a day before it came, nor more than is known today."""
        given = super().clean() or self.cleaned_data
        day, known_on = given.get("day"), given.get("known_on")
        if day and known_on and not day <= known_on <= self._today:
            self.add_error("known_on", _("Take the day of the grade or a later one, up to today."))
        return given

    @property
    def day_asked(self) -> date:
        return self.cleaned_data["day"]

    @property
    def known_asked(self) -> date:
        return self.cleaned_data["known_on"] or self.day_asked

    @property
    def version_asked(self) -> SchemeVersion:
        number = self.cleaned_data["version"]
        named = (one for one in self._found.versions if str(one.number) == number)
        return next(named, None) or self._found.version_of(self.day_asked)


@dataclass(frozen=True, slots=True)
class DayPage:
    """A grade of a day with all that made it; without `explained` where the form says nothing that can be."""

    found: AnyDay
    form: DayForm
    back_url: str
    explained: Explained | None = None
    is_evaluation: bool = False
    say: str = ""
    as_of: str = ""
    #: From what it was worked out, and what was given then.
    known: str = ""
    told: str = ""
    agrees: bool = False
    ladder: tuple | list = ()
    reasons: tuple | list = ()
    waterfall: Chart | None = None
    waterfall_title: str = ""
    waterfall_note: str = ""
    waterfall_says: str = ""
    counting: Page | None = None
    not_counted: Page | None = None
    parts: tuple | list = ()
    #: Nothing here looks ahead.
    next_limit: str = ""


def explanation_on(*, user, credit_code: str, scheme_code: str, params, today: date) -> Explained:
    """The grade of the day that `params` ask for; `Missing` where this user may not see that of today.

    Raises:
        InvalidInput: a day that is none, or lies ahead, or a version that there is not.
    """
    found = for_any_day(user=user, credit_code=credit_code, scheme_code=scheme_code, today=today)
    form = DayForm(params, found=found, today=today)
    explained, _records = _explained(user, found, form)
    if explained is None:
        raise InvalidInput({name: [str(one) for one in said] for name, said in form.errors.items()})
    return explained


def day_page(*, user, credit_code: str, params, today: date) -> DayPage:
    """All that the page shows; `Missing` where this user may not see the entity's grade of today."""
    code = params.get("scheme", "")
    found = for_any_day(user=user, credit_code=credit_code, scheme_code=code, today=today)
    url = reverse("evaluation:entity-rating", args=[credit_code])
    back_url = f"{url}?scheme={code}" if code else url
    form = DayForm(params, found=found, today=today)
    explained, records = _explained(user, found, form)
    if explained is None or records is None:
        return DayPage(found, form, back_url)
    told = replay.told_on(found.entity, found.scheme, form.day_asked)
    return DayPage(
        found,
        form,
        back_url,
        say=sentences.say(explained),
        known=_known(explained, form),
        told=_told(told, explained, form),
        agrees=told is not None and _is_that(told, explained),
        **build_up(explained, records, params, end=formats.day(form.day_asked)),
    )


def _explained(user, found: AnyDay, form: DayForm) -> tuple[Explained | None, SeenRecords | None]:
    """The grade that is asked for; nothing where the form has errors, which then say why."""
    if not form.is_valid():
        return None, None
    try:
        return replay.explained_on(
            user=user,
            entity=found.entity,
            scheme=in_force(form.version_asked),
            day=form.day_asked,
            known_at=replay.end_of(form.known_asked),
        )
    except replay.NoPeersKept:
        form.add_error("day", _("By then no peers had been compared under this version; take a later day."))
        return None, None


def _is_that(told: RatingChange, explained: Explained) -> bool:
    """Whether what was given is what was worked out, to the hundredth."""
    points = None if told.to_points is None else as_points(told.to_points)
    return (told.to_grade, points) == (explained.grade, explained.points)


def _known(explained: Explained, form: DayForm) -> str:
    """From what the grade was worked out."""
    return _("Worked out from what the registry knew at the end of %(day)s, by version %(version)s.") % {
        "day": formats.day_long(form.known_asked),
        "version": explained.scheme.version.number,
    }


def _told(told: RatingChange | None, explained: Explained, form: DayForm) -> str:
    """What was given on the day itself, and why what is worked out may be another."""
    if told is None:
        return _("By that day no grade had been given under this scheme.")
    facts = {
        "grade": told.to_grade or _("not rated"),
        "points": formats.score(None if told.to_points is None else as_points(told.to_points)),
        "version": told.version.number,
        "day": formats.day(told.as_of),
    }
    given = (
        _("Given then: %(grade)s, by version %(version)s since %(day)s.") % facts
        if told.to_points is None
        else _("Given then: %(grade)s with %(points)s points, by version %(version)s since %(day)s.") % facts
    )
    if _is_that(told, explained):
        return given
    if told.version != explained.scheme.version:
        why = _("By this version it is another.")
    elif form.known_asked > form.day_asked:
        why = _("It is another by what became known since.")
    else:
        why = _("What changes late on a day is given shortly after midnight.")
    return sentences.joined(given, why)
