"""`{% load ui %}`: the components of every page, and the filters for dates, numbers and money.

A component is a template in `templates/components/`; the tag has the template's name. Block components
take a body and slots (see `credit_platform.ui.components`). `/styleguide/` shows each of them in use.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from credit_platform.ui import charts, formats, forms, grades, icons
from credit_platform.ui.components import block_component, parse_slot

register = template.Library()
MINUTE = 60
#: What an option or a rung may leave out.
OPTION = {"code": "", "note": "", "why": "", "mark": "", "scale": grades.NATIONAL}
RUNG = {"range": "", "says": ""}
SOON = 2
#: A passage in Chinese signs, with the figures and marks that belong to it.
CHINESE = re.compile(
    r"([0-9\u3000-\u303f\uff00-\uffef]*[\u4e00-\u9fff][\u4e00-\u9fff\u3000-\u303f\uff00-\uffef0-9.%]*)"
)
register.tag("slot", parse_slot)

for _name in (
    "day",
    "day_short",
    "day_long",
    "weekday_long",
    "moment",
    "number",
    "yuan",
    "score",
    "points",
    "percent",
    "file_size",
    "listed",
):
    register.filter(_name, getattr(formats, _name))


@register.filter
def figure(value: Any) -> Any:
    """A number in groups of three; anything else as it is."""
    return formats.number(value) if isinstance(value, int | float) else value


@register.filter
def day_or_moment(value: Any) -> Any:
    """A moment with its time, a day without one, a sentence as it is."""
    if isinstance(value, datetime):
        return formats.moment(value)
    return formats.day(value) if isinstance(value, date) else value


@register.filter
def about_left(seconds: int) -> str:
    """An estimate that does not pretend: about 25 s left, about 3 min left."""
    if seconds < MINUTE:
        return gettext("about %(seconds)s s left") % {"seconds": max(5 * round(seconds / 5), 5)}
    return gettext("about %(minutes)s min left") % {"minutes": round(seconds / MINUTE)}


@register.filter
def initials(user) -> str:
    """For the round mark of a person: XW; one character for a Chinese name."""
    name = str(user).strip()
    if not name:
        return ""
    return "".join(word[0] for word in name.split()[:2]).upper() if name.isascii() else name[0]


@register.filter
def marked(text: str, part: str) -> str:
    """The text with one part of it marked, as in a list of matches."""
    if not part or part not in text:
        return text
    before, after = text.split(part, 1)
    return format_html("{}<mark>{}</mark>{}", before, part, after)


@register.filter
def spoken(text: Any) -> Any:
    """The text with its Chinese passages named as such on a page in another language, so that they are read aloud rightly."""
    if text is None or isinstance(text, SafeString) or formats.chinese():
        return text
    pieces = CHINESE.split(str(text))
    # Split at a group, so that every second piece is a passage.
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<span lang="zh-CN">{}</span>', one) if n % 2 else one,)
            for n, one in enumerate(pieces)
        ),
    )


@register.filter(name="is")
def is_same(value: Any, other: Any) -> bool:
    """Whether two things are equal, as an argument: {% segment _("Left") url current=view|is:"left" %}."""
    return value == other


@register.filter
def undo_url(message) -> str:
    """Where a message can be undone: `messages.success(request, text, extra_tags=undo_url)`."""
    return message.extra_tags if message.extra_tags and message.extra_tags.startswith("/") else ""


@register.filter
def in_list(item: Any) -> list:
    return [item]


@register.simple_tag
def chart_data(chart: charts.Chart, id: str) -> str:
    """The figures of a chart as a data block for the script; a data block is no script to the policy."""
    return json_script(chart.data, f"{id}-data")


@register.simple_tag
def icon(name: str, label: str = "", classes: str = "") -> str:
    """{% icon "check" %} · a label only where the icon stands without words."""
    return icons.svg(name, label=label, classes=classes)


# The head of a page and its containers


@block_component(register, slots=("crumbs", "meta"))
def page_head(title: str, meta: str = "", over: str = "") -> dict:
    """What this is, of which day, how many; the body holds the actions, at most one of them primary."""
    return {"title": title, "meta": meta, "over": over}


@register.inclusion_tag("components/crumb.html")
def crumb(label: str, url: str = "") -> dict:
    """One step of the way here, inside the slot `crumbs`; the last one without a URL."""
    return {"label": label, "url": url}


@block_component(register, slots=("tools", "foot"))
def card(
    title: str = "", note: str = "", id: str = "", span: str = "", flush: bool = False, level: int = 2
) -> dict:
    """A flat sheet. `flush` for a table that reaches its edges; `span` is a column class such as "c8"."""
    return {"title": title, "note": note, "id": id, "span": span, "flush": flush, "level": level}


@block_component(register)
def lanes(label: str = "") -> dict:
    """Facts of one queue in one strip; the body holds `lane` tags. With a label it is a navigation."""
    return {"label": label}


@register.inclusion_tag("components/lane.html")
def lane(
    label: str, value: Any, note: str = "", url: str = "", current: bool = False, tone: str = ""
) -> dict:
    """A number with its name and the soonest thing under it. tone: good, warn, bad, up, down."""
    return {"label": label, "value": value, "note": note, "url": url, "current": current, "tone": tone}


@block_component(register)
def segments(label: str) -> dict:
    """A few views of the same thing, one of them current; the body holds `segment` tags."""
    return {"label": label}


@register.inclusion_tag("components/segment.html")
def segment(label: str, url: str, current: bool = False, count: int | None = None) -> dict:
    return {"label": label, "url": url, "current": current, "count": count}


@block_component(register)
def menu(label: str) -> dict:
    """A button that opens a list of links; the body holds `<a class="dropdown-item">` elements."""
    return {"label": label}


@block_component(register)
def facts(wide: bool = False, large: bool = False) -> dict:
    """A description list; the body holds `fact` tags."""
    return {"wide": wide, "large": large}


@block_component(register)
def fact(label: str) -> dict:
    """{% fact _("District") %}…{% endfact %}, inside `facts`."""
    return {"label": label}


# Grades


@register.inclusion_tag("components/grade.html")
def grade(letter: str | None, scale: Sequence[str] = grades.NATIONAL, size: str = "", why: str = "") -> dict:
    """A grade as a small square seal. size: sm, "", lg, xl. `why` says why there is none."""
    return {
        "letter": letter,
        "place": grades.place(letter, scale),
        "size": size,
        "says": _grade_says(letter, why),
        "long": bool(letter) and len(str(letter)) > 1,
    }


def _grade_says(letter: str | None, why: str = "") -> str:
    if letter:
        return gettext("Grade %(letter)s") % {"letter": letter}
    return why or gettext("Not rated: not enough data")


@register.inclusion_tag("components/given_grade.html")
def given_grade(giver: str, grade: str, says: str = "") -> dict:
    """A comprehensive grade that somebody else gave and that was imported: who gave it, and the grade, without colours.

    The seal is for grades that are worked out here.
    """
    return {"giver": giver, "grade": grade, "says": says or f"{giver}: {grade}"}


@register.inclusion_tag("components/grade_move.html")
def grade_move(
    before: str | None,
    after: str | None,
    scale: Sequence[str] = grades.NATIONAL,
    size: str = "sm",
    before_scale: Sequence[str] | None = None,
) -> dict:
    """From one grade to another; a single seal when nothing moved.

    `before_scale` is that of the grade before where it was another one, empty where it is not known any more.
    """
    if before_scale is None:
        before_scale = scale
    return {"before": before, "before_scale": before_scale, "after": after, "scale": scale, "size": size}


@register.inclusion_tag("components/ladder.html")
def ladder(rungs: Iterable[dict], current: str | None = None, label: str = "") -> dict:
    """Where a grade stands. rungs, best first: {letter, range, says}."""
    rungs = list(rungs)
    scale = [rung["letter"] for rung in rungs]
    return {
        "rungs": [RUNG | rung | {"place": grades.place(rung["letter"], scale)} for rung in rungs],
        "current": current,
        "label": label
        or (gettext("Where %(letter)s stands") % {"letter": current} if current else gettext("Ladder")),
    }


@register.inclusion_tag("components/reasons.html")
def reasons(items: Iterable, numbered: bool = False) -> dict:
    """What moved a score: {points, text, url, sub, note}; `note` holds class, legal basis and day."""
    return {"items": items, "numbered": numbered}


@block_component(register)
def verdict(
    letter: str | None, say: str, scale: Sequence[str] = grades.NATIONAL, why: str = "", size: str = "xl"
) -> dict:
    """The grade in plain words; the body is the line with points, day and scheme."""
    return {"letter": letter, "say": say, "scale": scale, "why": why, "size": size}


@block_component(register, slots=("badge",))
def entity_strip(
    name: str,
    code: str = "",
    url: str = "",
    letter: str | None = None,
    scale: Sequence[str] = grades.NATIONAL,
    graded: bool = True,
    size: str = "",
) -> dict:
    """An entity wherever it is named at length; the body adds facts, the slot `badge` a chip at the end."""
    return {
        "name": name,
        "code": code,
        "url": url,
        "letter": letter,
        "scale": scale,
        "graded": graded,
        "size": size,
    }


# Chips


@register.inclusion_tag("components/severity.html")
def severity(level: int | None) -> dict:
    """The class of a record by bars and a word: 1 minor, 2 general, 3 serious; a dash for none."""
    names = {
        1: pgettext("class of a record", "Minor"),
        2: pgettext("class of a record", "General"),
        3: pgettext("class of a record", "Serious"),
    }
    return {"level": level, "name": names[int(level)] if level else ""}


@register.inclusion_tag("components/chip.html")
def chip(label: str, tone: str = "", icon: str = "") -> dict:
    """A state in words. tone: good, warn, bad, accent, solid, dash; these have an icon unless one is named."""
    default = {"good": "check", "warn": "alert-triangle", "bad": "alert-circle", "accent": "progress"}
    return {"label": label, "tone": tone, "icon": icon or default.get(tone, "")}


@register.inclusion_tag("components/deadline_chip.html")
def deadline_chip(
    days_left: int | None,
    state: str = "running",
    day=None,
    clock: str = "",
    provisional: bool = False,
    long: bool = False,
) -> dict:
    """Working days left. state: running, paused, done.

    Args:
        days_left: working days until the last day; 0 is today, negative is over, None when no clock runs.
        day: the last day itself, shown behind when `long`.
        clock: the hour on the last day, "17:30".
        provisional: the year's calendar is not published yet, so that the day may still move.
    """
    says, tone, sign = _deadline(days_left, state, clock, long)
    return {
        "says": says,
        "tone": tone,
        "icon": sign,
        "day": day,
        "long": long,
        "provisional": provisional and state == "running",
    }


def _deadline(days_left: int | None, state: str, clock: str, long: bool) -> tuple[str, str, str]:
    if state == "done":
        return gettext("done"), "done", "check"
    if state == "paused":
        return pgettext("clock of a case", "paused"), "held", "player-pause"
    if days_left is None:
        return gettext("no deadline"), "", "clock"
    shown = {"days": abs(days_left)}
    if days_left < 0:
        text = (
            ngettext("%(days)s working day over", "%(days)s working days over", -days_left)
            if long
            else gettext("%(days)s wd over")
        )
        return text % shown, "over", "alert-triangle"
    if days_left == 0:
        return f"{gettext('today')}{'' if formats.chinese() or not clock else ' '}{clock}", "soon", "clock"
    text = (
        ngettext("%(days)s working day left", "%(days)s working days left", days_left)
        if long
        else gettext("%(days)s wd left")
    )
    return text % shown, "soon" if days_left <= SOON else "ok", "clock"


# Tables and lists


@block_component(register, slots=("foot",), takes_context=True)
def data_table(
    context,
    label: str,
    page=None,
    cards: bool = False,
    compact: bool = False,
    tall: bool = False,
    keys: bool = False,
    select: bool = False,
    id: str = "",
    param: str = "page",
) -> dict:
    """A table whose body holds `<thead>` and `<tbody>`; `page` adds the footer "1–11 of 23".

    Args:
        label: read out by screen readers; the visible title is the card's.
        cards: on a phone each row becomes a labelled block; give cells `data-l="Label"`.
        keys: J and K move over the rows, Enter opens the row's first link.
        select: the table holds `select_all` and `select_row`; the footer counts what is chosen.
    """
    return {
        "label": label,
        "page": page,
        "cards": cards,
        "compact": compact,
        "tall": tall,
        "keys": keys,
        "select": select,
        "id": id,
        "param": param,
        "request": context.get("request"),
    }


@register.inclusion_tag("components/sort_th.html", takes_context=True)
def sort_th(
    context, field: str, label: str, num: bool = False, default: str = "", param: str = "sort"
) -> dict:
    """A column head that sorts: `?sort=field`, again for `?sort=-field`; all else in the query string stays.

    Args:
        default: "ascending" or "descending" when the page sorts by this column unasked.
    """
    request = context["request"]
    chosen = request.GET.get(param, "")
    order = {field: "ascending", f"-{field}": "descending"}.get(chosen, default if not chosen else "")
    query = request.GET.copy()
    query.pop("page", None)
    query[param] = f"-{field}" if order == "ascending" else field
    return {"label": label, "num": num, "order": order, "url": f"?{query.urlencode()}"}


@register.inclusion_tag("components/select_all.html")
def select_all() -> dict:
    """The box in the head that chooses every row of the page; only there with scripts."""
    return {}


@register.inclusion_tag("components/select_row.html")
def select_row(value: Any, label: str, name: str = "chosen", form: str = "", checked: bool = False) -> dict:
    """The box of one row; `form` is the id of the form it belongs to when it stands outside of it."""
    return {"value": value, "label": label, "name": name, "form": form, "checked": checked}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context, page, param: str = "page") -> dict:
    """Which part of how many is shown, and the ways on and back; keeps the query string."""
    query = context["request"].GET.copy() if "request" in context else QueryDict(mutable=True)

    def url(number: int) -> str:
        query[param] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "previous_url": url(page.previous_page_number()) if page.has_previous() else "",
        "next_url": url(page.next_page_number()) if page.has_next() else "",
    }


@block_component(register, slots=("tools",), takes_context=True)
def filter_bar(context, form=None, alone: bool = True, label: str = "") -> dict:
    """Filters whose state is the URL; works without scripts, sends itself with them.

    Args:
        form: a bound GET form (that of a django-filter set will do); chosen values become removable tags.
        alone: draws its own edge; False inside a card.
    """
    request = context["request"]
    fields = [bound for bound in form if not bound.is_hidden] if form is not None else []
    names = {bound.html_name for bound in fields}
    return {
        "alone": alone,
        "label": label or gettext("Filter"),
        "controls": [_filter_control(bound) for bound in fields],
        "tags": [tag for bound in fields for tag in _filter_tags(request, bound)],
        "kept": [
            (name, value)
            for name, values in request.GET.lists()
            if name not in names and name != "page"
            for value in values
        ],
        "clear_url": _without(request, names),
    }


def _filter_control(bound) -> str:
    return bound.as_widget(attrs={"aria-label": bound.label, "id": f"filter_{bound.html_name}"})


def _filter_tags(request, bound) -> Iterable[dict]:
    names = {str(value): str(label) for value, label in _flat(getattr(bound.field, "choices", ()))}
    data = bound.form.data
    chosen = data.getlist(bound.html_name) if hasattr(data, "getlist") else [data.get(bound.html_name)]
    for value in chosen:
        if value and value != str(bound.initial or ""):
            text = names.get(value, value)
            yield {"text": text, "label": bound.label, "url": _without(request, {bound.html_name}, value)}


def _flat(choices) -> Iterable[tuple]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


def _without(request, names: set[str], value: str | None = None) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for name in names:
        left = [other for other in query.getlist(name) if value is not None and other != value]
        query.pop(name, None)
        query.setlist(name, left) if left else None
    return f"?{query.urlencode()}"


@block_component(register, slots=("action",))
def empty_state(title: str, icon: str = "inbox") -> dict:
    """That it is empty, why, and when something will come (the body); one way out (the slot `action`)."""
    return {"title": title, "icon": icon}


@register.inclusion_tag("components/skeleton_rows.html")
def skeleton_rows(columns: int, rows: int = 3) -> dict:
    """Rows of the real shape while the real ones come, inside a `<tbody>`."""
    return {"columns": range(columns), "rows": range(rows)}


# Forms


@register.inclusion_tag("components/field.html")
def field(field, span: int | None = None, unit: str = "", label: str = "") -> dict:
    """A form field with all that belongs to it. span: columns of six."""
    return {"field": field, "span": span, "unit": unit, "label": label}


@register.simple_tag
def field_view(bound, span: int | None = None, unit: str = "") -> dict:
    """What the field template needs to know of a field; the form's `spans`, `units` and `warnings` count."""
    form = bound.form
    unit = unit or getattr(form, "units", {}).get(bound.name, "")
    warnings = getattr(form, "warnings", {}).get(bound.name, [])
    attrs = {}
    described = forms.describing(bound, unit=bool(unit), warned=bool(warnings))
    if described and not bound.use_fieldset:
        attrs["aria-describedby"] = described
    return {
        "span": span or getattr(form, "spans", {}).get(bound.name, 6),
        "unit": unit,
        "warnings": warnings,
        "errors": list(forms.field_errors(bound)),
        "described": described,
        "control": bound.as_widget(attrs=attrs),
        "may_be_empty": not bound.field.required,
        "is_box": bound.field.widget.__class__.__name__ == "CheckboxInput",
        "is_drop": isinstance(bound.field.widget, forms.FileDrop),
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(form, title: str = "") -> dict:
    """What must be put right before the form can be saved, each line a link to its field; takes the focus."""
    problems = [
        {"id": forms.field_id(bound), "label": bound.label, "message": error["message"]}
        for bound in form
        for error in forms.field_errors(bound)
    ]
    whole = list(form.non_field_errors()) if form.is_bound else []
    count = len(problems) + len(whole)
    return {
        "problems": problems,
        "whole": whole,
        "title": title
        or ngettext("Not saved yet: one thing needs you", "Not saved yet: %(count)s things need you", count)
        % {"count": count},
    }


@register.inclusion_tag("components/lookup_options.html")
def lookup_options(options: Iterable[dict], query: str = "") -> dict:
    """The answer to a look-up.

    Each option: {value, name, code, note, letter, scale, why, mark}; `why` says how it matched (former
    name, initials), `mark` is the part of it to mark. `letter` may be left out where no grade belongs.
    """
    return {"options": [OPTION | option for option in options], "query": query}


@block_component(register)
def form_foot() -> dict:
    """The bar at the foot of a long form with its buttons; stays in view."""
    return {}


# Work that takes time


@register.inclusion_tag("components/job_panel.html")
def job_panel(
    steps: Sequence[Mapping],
    url: str,
    done: int | None = None,
    total: int | None = None,
    seconds_left: int | None = None,
    running: bool = True,
    id: str = "job",
    note: str = "",
    problem: str = "",
) -> dict:
    """How far a piece of work has come: steps, count, estimate. Draws itself again every two seconds.

    Args:
        steps: {label, state}; state is done, current, todo or failed.
        url: answers with this panel, and with `HX-Refresh: true` once the rest of the page has changed too;
            asked only while `running`.
        problem: why it stopped, when it did.
    """
    return {
        "steps": steps,
        "url": url,
        "done": done,
        "total": total,
        "seconds_left": seconds_left,
        "running": running,
        "id": id,
        "note": note,
        "problem": problem,
    }


@register.inclusion_tag("components/timeline.html")
def timeline(items: Iterable) -> dict:
    """What happened, newest first: {icon, tone, title, url, when, text, bubble, mine}; tone: ink, fell or none."""
    return {"items": items}


@register.inclusion_tag("components/case_tracker.html")
def case_tracker(steps: Sequence[Mapping], label: str = "") -> dict:
    """All steps of a case at once: {label, state, when, who}; state is done, current, todo or refused."""
    return {"steps": steps, "label": label or gettext("Steps of the case")}


@register.inclusion_tag("components/downstream.html")
def downstream(sites: Iterable) -> dict:
    """Where a result has taken effect: {name, state, note}; state is done, waiting or failed."""
    signs = {"done": ("ink", "check"), "waiting": ("", "clock"), "failed": ("fell", "alert-triangle")}
    return {
        "sites": [
            {**site, "tone": signs[site["state"]][0], "icon": signs[site["state"]][1]} for site in sites
        ]
    }


@register.inclusion_tag("components/file_list.html")
def file_list(files: Iterable) -> dict:
    """Documents: {name, url, note, accepted}; accepted is True, False or None when nobody looked yet."""
    return {"files": files}


@register.inclusion_tag("components/problem_table.html", takes_context=True)
def problem_table(context, problems: Iterable, page=None, fixes: bool = False) -> dict:
    """Every problem of a file: {cell, column, value, message, hint, level, fix_url, fix_label}.

    level: error or warning. With `fixes` the last column links to what puts it right.
    """
    return {"problems": problems, "page": page, "fixes": fixes, "request": context.get("request")}


@register.inclusion_tag("components/sheet_excerpt.html")
def sheet_excerpt(header: Sequence[str], rows: Iterable[Mapping], label: str = "") -> dict:
    """Rows as the sender's spreadsheet has them: {number, cells: [{text, state}]}; state: err, wrn or none."""
    return {"header": header, "rows": rows, "label": label or gettext("Rows of the file")}


# Saying something


@block_component(register)
def notice(title: str = "", tone: str = "info", alert: bool = False, level: int = 3) -> dict:
    """A message in the page. tone: info, good, warn, bad; `alert` is read out at once."""
    sign = {"info": "info-circle", "good": "circle-check", "warn": "alert-triangle", "bad": "alert-circle"}
    return {"title": title, "tone": tone, "icon": sign[tone], "alert": alert, "level": level}


@register.inclusion_tag("components/toast.html")
def toast(text: str, undo_url: str = "", shown: bool = False) -> dict:
    """What the reader just did, with the way to undo it. Problems are notices, never toasts."""
    return {"text": text, "undo_url": undo_url, "shown": shown}


@block_component(register, takes_context=True)
def confirm_dialog(
    context,
    id: str,
    title: str,
    action: str,
    verb: str,
    keep: str = "",
    danger: bool = True,
    open: bool = False,
) -> dict:
    """Asks before something that cannot be undone. The body names the consequence and may hold fields.

    Opened by `<a href="{page that asks the same}" data-dialog="{id}">`: without scripts the link leads to
    a page made of `ui/confirm.html`.

    Args:
        action: where the form is posted to.
        verb: what the button does, in words: Withdraw the record.
        keep: the other button: Keep it.
    """
    return {
        "id": id,
        "title": title,
        "action": action,
        "verb": verb,
        "keep": keep or gettext("Leave it as it is"),
        "danger": danger,
        "open": open,
    }


@block_component(register)
def document_sheet(
    title: str, number: str = "", signed_by: str = "", day=None, stamp: str = "", level: int = 3
) -> dict:
    """A decision as a document: serif, centred title, stamp. `stamp` is the short name in the seal."""
    return {
        "title": title,
        "number": number,
        "signed_by": signed_by,
        "day": day,
        "stamp": stamp,
        "level": level,
    }


@block_component(register)
def when_panel(title: str, state: str = "now", level: int = 3) -> dict:
    """What can be done now, later, never; three of them stand in `<div class="when">`."""
    sign = {"now": ("circle-check", "good"), "later": ("clock", "warn"), "never": ("lock", "")}[state]
    return {"title": title, "state": state, "icon": sign[0], "icon_tone": sign[1], "level": level}


# Figures


@register.inclusion_tag("components/chart.html")
def chart(
    chart: charts.Chart, title: str, sentence: str, id: str, size: str = "", filename: str = ""
) -> dict:
    """A chart with its sentence, its table and its CSV. size: sm, "", md, lg.

    Args:
        chart: from `credit_platform.ui.charts`, made by the view.
        title: of the table; the visible title is the card's.
        sentence: what the chart shows, as a finding; read instead of the picture.
    """
    return {
        "chart": chart,
        "title": title,
        "sentence": sentence,
        "id": id,
        "size": size,
        "filename": filename or f"{id}.csv",
    }


@register.inclusion_tag("components/deadline_month.html")
def deadline_month(month: charts.Month) -> dict:
    """Deadlines as a calendar; from `charts.deadline_month(…)`."""
    return {"month": month}


@register.inclusion_tag("components/migration_matrix.html")
def migration_matrix(matrix: charts.Matrix, label: str) -> dict:
    """Who went from which grade to which; from `charts.migration(…)`."""
    return {"matrix": matrix, "label": label}


@register.inclusion_tag("components/share_bar.html")
def share_bar(counts: Mapping[str, int], scale: Sequence[str] = grades.NATIONAL) -> dict:
    """How a whole divides into grades, as one bar; {letter: count}, "" for not rated. Its figures stand beside it."""
    return {"parts": charts.shares(counts, scale)}


@register.inclusion_tag("components/meter.html")
def meter(value: float, target: float | None = None, label: str = "") -> dict:
    """A share between 0 and 1 with a mark at the target; the figure stands beside it in words."""
    return {
        "width": round(value * 1000, 1),
        "mark": round(target * 1000) if target is not None else None,
        "label": label,
    }


@register.inclusion_tag("components/spark.html")
def spark(values: Sequence[float], low: float | None = None, high: float | None = None) -> dict:
    """A score over time in one line of a table; decoration beside the figures. A share goes from 0 to 1."""
    return charts.spark(values, low, high)
