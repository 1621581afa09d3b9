"""Pages of the catalogue: for everybody to read, and for the lead office to keep."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from entities import policies
from entities.cataloguing import forms, selectors
from entities.cataloguing.content import Content, Version, compared, content_of, lines_of
from entities.models import CatalogueProposal, LegalInstrument, PublicityRule, RecordTypeVersion
from entities.services import cataloguing
from entities.views import shell_for

Kind: TypeAlias = CatalogueProposal.Kind
Act: TypeAlias = CatalogueProposal.Act
State = CatalogueProposal.State
#: The sections of the catalogue by the word in their addresses.
SECTIONS = {"types": Kind.RECORD_TYPE, "rules": Kind.PUBLICITY_RULE, "instruments": Kind.INSTRUMENT}
#: The list by whose name each section is taken away.
EXPORTS = {"types": "record-types", "rules": "publicity-rules", "instruments": "instruments"}
SECTION_OF = {kind: section for section, kind in SECTIONS.items()}
#: What may be proposed about an entry that is there.
ACTS = {act.value: act for act in Act if act != Act.ADD}
PROPOSALS_SHOWN = 200


def kind_of(section: str) -> Kind:
    if section not in SECTIONS:
        raise Missing
    return SECTIONS[section]


def section_labels() -> dict[str, str]:
    return {
        "types": _("Record types"),
        "rules": _("Publicity rules"),
        "instruments": _("Legal instruments"),
    }


def _tabs(request: HttpRequest, current: str) -> list[dict]:
    tabs: list[dict] = [
        {
            "label": label,
            "url": reverse("entities:catalogue-section", args=(section,)),
            "current": section == current,
            "count": None,
        }
        for section, label in section_labels().items()
    ]
    if policies.may_keep_catalogue(request.user):
        proposals = {
            "label": _("Proposals"),
            "url": reverse("entities:catalogue-proposals"),
            "current": current == "proposals",
            "count": selectors.waiting_for(request.user) or None,
        }
        tabs.append(proposals)
    return tabs


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The first section of the catalogue."""
    return section(request, "types")


@require_safe
def section(request: HttpRequest, section: str) -> HttpResponse:
    """The entries of one section as they are today."""
    kind = kind_of(section)
    today = timezone.localdate()
    context = {
        "section": section,
        "tabs": _tabs(request, section),
        "title": section_labels()[section],
        "export": EXPORTS[section],
        "entries": selectors.entries(kind, today),
        "today": today,
        "may_keep": bool(policies.may_keep_catalogue(request.user)),
        "shell": shell_for(request.user),
    }
    return render(request, "entities/catalogue/section.html", context)


@require_safe
def entry(request: HttpRequest, section: str, code: str) -> HttpResponse:
    """One entry: what holds now or in the version asked for, its versions, and who made them."""
    kind = kind_of(section)
    versions = selectors.entry_versions(kind, code)
    today, names = timezone.localdate(), selectors.names()
    now = selectors.on_day(versions, today)
    shown = next((one for one in versions if str(one.pk) == request.GET.get("version")), now or versions[0])
    root = selectors.code_of(versions)
    may_keep = bool(policies.may_keep_catalogue(request.user))
    proposals = selectors.proposals_for(request.user).filter(kind=kind, code=root)
    context = {
        "section": section,
        "section_title": section_labels()[section],
        "kind": kind,
        "code": root,
        "title": title_of(shown),
        "shown": shown,
        "state": state_of(shown, today),
        "lines": lines_of(kind, content_of(shown), names),
        "versions": [_version_row(one, today) for one in versions],
        "instrument": None if isinstance(shown, LegalInstrument) else shown.instrument,
        "verification": shown.get_verification_display(),
        "is_verified": shown.verification == "V",
        "standing": selectors.standing_on(shown, today) if isinstance(shown, LegalInstrument) else [],
        "acts": acts_open_to(request.user, kind, versions, proposals),
        "proposals": list(proposals[:20]) if may_keep else [],
        "may_keep": may_keep,
        "shell": shell_for(request.user),
    }
    return render(request, "entities/catalogue/entry.html", context)


def title_of(version: Version) -> str:
    if isinstance(version, RecordTypeVersion):
        return str(version.record_type)
    return str(version)


def state_of(version: Version, today) -> tuple[str, str]:
    """In force, not begun or over, with the tone of its chip."""
    first, last = selectors.begins(version), selectors.ends(version)
    if first > today:
        return pgettext("version of the catalogue", "Not begun"), "accent"
    if last and last < today:
        return pgettext("version of the catalogue", "Over"), "dash"
    return pgettext("version of the catalogue", "In force"), "good"


def _version_row(version: Version, today) -> dict:
    label, tone = state_of(version, today)
    return {
        "version": version,
        "first": selectors.begins(version),
        "last": selectors.ends(version),
        "state": label,
        "tone": tone,
        "name": title_of(version) if isinstance(version, LegalInstrument | PublicityRule) else "",
    }


def acts_open_to(user, kind: str, versions, proposals) -> list[tuple[str, str]]:
    """What the page offers: the acts that the service would take up now, with their words."""
    if not policies.may_keep_catalogue(user) or proposals.filter(state__in=CatalogueProposal.OPEN).exists():
        return []
    today, latest = timezone.localdate(), versions[0]
    acts: list[tuple[str, str]] = []
    if selectors.begins(latest) > today:
        acts += [(Act.CHANGE, _("Change what has not begun")), (Act.REMOVE, _("Remove what has not begun"))]
    else:
        if kind != Kind.INSTRUMENT:
            acts.append((Act.VERSION, _("New version")))
        if (selectors.ends(latest) or date.max) > today:
            acts.append((Act.END, _("Set the last day")))
    if kind == Kind.INSTRUMENT:
        acts.append((Act.VERIFY, _("Note that the text was read")))
    return acts


@require_safe
def compare(request: HttpRequest, section: str, code: str) -> HttpResponse:
    """Two versions of an entry, field by field; the two newest where none are asked for."""
    kind = kind_of(section)
    versions = selectors.entry_versions(kind, code)
    by_key = {str(one.pk): one for one in versions}
    newer = by_key.get(request.GET.get("b", ""), versions[0])
    older = by_key.get(request.GET.get("a", ""), versions[min(1, len(versions) - 1)])
    today = timezone.localdate()
    lines = compared(kind, content_of(older), content_of(newer), selectors.names())
    context = {
        "section": section,
        "section_title": section_labels()[section],
        "code": selectors.code_of(versions),
        "title": title_of(newer),
        "older": _version_row(older, today),
        "newer": _version_row(newer, today),
        "versions": [_version_row(one, today) for one in versions],
        "lines": lines,
        "differing": sum(line.differs for line in lines),
        "shell": shell_for(request.user),
    }
    return render(request, "entities/catalogue/compare.html", context)


# Keeping


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, section: str) -> HttpResponse:
    """A new entry."""
    _require_keeper(request)
    kind = kind_of(section)
    return _write(request, kind, Act.ADD, "", None, _empty(kind))


def _empty(kind: str) -> Content:
    defaults: dict[str, Content] = {
        Kind.PUBLICITY_RULE: {"precedence": 10, "publishing_system": "CreditChina"},
        Kind.RECORD_TYPE: {"extra_fields": []},
        Kind.INSTRUMENT: {},
    }
    return {**defaults[kind], "verification": "B"}


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, section: str, code: str, act: str) -> HttpResponse:
    """A proposal about an entry that is there; an open draft is gone on with."""
    _require_keeper(request)
    kind = kind_of(section)
    versions = selectors.entry_versions(kind, code)
    root = selectors.code_of(versions)
    if act not in ACTS:
        raise Missing
    latest = versions[0]
    content = content_of(latest)
    if act == Act.VERSION:
        content |= {"valid_from": "", "valid_to": None}
    return _write(request, kind, ACTS[act], root, latest.pk, content)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Go on with a draft."""
    proposal = selectors.proposal_for_page(user=request.user, proposal_id=proposal_id)
    content = proposal.content
    if proposal.target and (target := selectors.version_by_key(proposal.kind, proposal.target)):
        content = content_of(target) | content
    return _write(
        request,
        Kind(proposal.kind),
        Act(proposal.act),
        proposal.code,
        proposal.target,
        content,
        reason=proposal.reason,
    )


def _require_keeper(request: HttpRequest) -> None:
    if not policies.may_keep_catalogue(request.user):
        raise Missing


def _write(
    request: HttpRequest,
    kind: Kind,
    act: Act,
    code: str,
    target: int | None,
    content: Content,
    reason: str = "",
) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    written = _written(kind, act, data, code, {**content, "reason": reason})
    if data is not None and written.is_sound():
        try:
            proposal = cataloguing.save_proposal(
                by=request.user,
                kind=kind,
                act=act,
                code=written.code or code,
                content=written.content(),
                reason=written.form.cleaned_data["reason"],
                target=target,
            )
        except InvalidInput as refused:
            _show(refused, written.form, written.code_form, written.extras)
        else:
            messages.success(request, _("Kept as a draft. Put it before a colleague when it is ready."))
            return redirect("entities:catalogue-proposal", proposal_id=proposal.pk)
    section = SECTION_OF[kind]
    context = {
        "section": section,
        "section_title": section_labels()[section],
        "code": code,
        "title": _("%(act)s: %(code)s") % {"act": act.label, "code": code} if code else act.label,
        "act": act,
        "form": written.form,
        "code_form": written.code_form,
        "extras": written.extras,
        "shell": shell_for(request.user),
    }
    return render(request, "entities/catalogue/write.html", context, status=422 if data is not None else 200)


@dataclass(frozen=True, slots=True)
class _Written:
    """The parts of the page on which a proposal is written."""

    form: forms.ContentForm
    code_form: forms.CodeForm | None
    extras: BaseFormSet | None

    def is_sound(self) -> bool:
        # Every part is asked, so that all that is wrong is shown at once.
        sound = [part.is_valid() for part in (self.code_form, self.form, self.extras) if part is not None]
        return all(sound)

    @property
    def code(self) -> str:
        """The code that was typed; "" where the entry has one already."""
        return self.code_form.cleaned_data["code"] if self.code_form else ""

    def content(self) -> Content:
        said = self.form.content()
        if self.extras is not None:
            said["extra_fields"] = [extra for one in self.extras if (extra := one.extra())]
        return said


def _written(kind: Kind, act: Act, data, code: str, content: Content) -> _Written:
    form = _form(kind, act, data, content)
    form.fields["reason"] = forms.reason_field()
    extras = None
    if kind == Kind.RECORD_TYPE and act in {Act.ADD, Act.VERSION, Act.CHANGE}:
        initial = [forms.initial_of_extra(extra) for extra in content.get("extra_fields", ())]
        extras = forms.ExtraFieldSet(data, initial=initial, prefix="extra")
    code_form = forms.CodeForm(data, initial={"code": code}) if act == Act.ADD else None
    return _Written(form, code_form, extras)


def _form(kind: Kind, act: Act, data, initial: Content) -> forms.ContentForm:
    if act == Act.END:
        return forms.LastDayForm(data, initial=initial, kind=kind)
    if act == Act.REMOVE:
        return forms.NothingForm(data)
    if act == Act.VERIFY:
        return forms.VerifyForm(data, initial=initial)
    if kind == Kind.RECORD_TYPE:
        return forms.TypeForm(data, initial=initial, is_new=act == Act.ADD)
    return (forms.InstrumentForm if kind == Kind.INSTRUMENT else forms.RuleForm)(data, initial=initial)


def _show(refused: InvalidInput, form, code_form, extras) -> None:
    """Put what the service found wrong beside the fields that it concerns."""
    for name, sentences in refused.problems.items():
        head, _dot, place = name.partition(".")
        for sentence in sentences:
            if head == "code" and code_form:
                code_form.add_error("code", sentence)
            elif head == "extra_fields" and extras is not None and place:
                filled = [one for one in extras if one.extra()]
                filled[int(place)].add_error("name", sentence)
            else:
                form.add_error(head if head in form.fields else None, sentence)


# Proposals


@login_required
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits, what is being drafted and what became of the rest."""
    _require_keeper(request)
    found = list(selectors.proposals_for(request.user)[:PROPOSALS_SHOWN])
    context = {
        "tabs": _tabs(request, "proposals"),
        "waiting": [one for one in found if one.state == State.PROPOSED],
        "drafts": [one for one in found if one.state in CatalogueProposal.EDITABLE],
        "past": [one for one in found if one.state not in CatalogueProposal.OPEN],
        "shell": shell_for(request.user),
    }
    return render(request, "entities/catalogue/proposals.html", context)


@login_required
@require_safe
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """One proposal against what it follows, what it would do, and what this reader may do with it."""
    one = selectors.proposal_for_page(user=request.user, proposal_id=proposal_id)
    target = selectors.version_by_key(one.kind, one.target) if one.target else None
    before = content_of(target) if target and one.state in CatalogueProposal.OPEN else {}
    after = (
        {}
        if one.act == Act.REMOVE
        else {**(before if one.act in {Act.END, Act.VERIFY} else {}), **one.content}
    )
    lines = compared(one.kind, before, after, selectors.names())
    context = {
        "proposal": one,
        "section": SECTION_OF[Kind(one.kind)],
        "section_title": section_labels()[SECTION_OF[Kind(one.kind)]],
        "title": title_of(target) if target else one.code,
        "has_before": bool(before),
        "lines": lines,
        "differing": [line for line in lines if line.differs] if before else lines,
        "effects": list(effects_of(one, target)) if one.state in CatalogueProposal.OPEN else [],
        "may_edit": one.state in CatalogueProposal.EDITABLE,
        "may_decide": one.state == State.PROPOSED and bool(policies.may_decide_proposal(request.user, one)),
        "waits_for_another": one.state == State.PROPOSED and one.drafted_by_id == request.user.pk,
        "has_entry": one.act != Act.ADD or one.state == State.PUBLISHED,
        "return_form": forms.ReturnForm(),
        "shell": shell_for(request.user),
    }
    return render(request, "entities/catalogue/proposal.html", context)


def effects_of(one: CatalogueProposal, target: Version | None):
    """What publishing it would do to what is in the registry, as sentences."""
    if one.kind == Kind.PUBLICITY_RULE:
        if isinstance(target, PublicityRule) and (count := selectors.records_dated_by(target)):
            yield _("%(count)s records in force have their dates from this rule now.") % {"count": count}
        if one.act in {Act.ADD, Act.VERSION, Act.CHANGE}:
            count = selectors.records_that_rules_date(
                record_types=one.content["record_types"], submitters=one.content["submitters"]
            )
            yield _(
                "%(count)s records in force are of its types; those that it governs are dated anew on its first day, "
                "or at once where that is over, each with a trace."
            ) % {"count": count}
    elif isinstance(target, RecordTypeVersion):
        yield _("%(count)s records follow the version before, and go on following it.") % {
            "count": selectors.records_following(target)
        }
    elif isinstance(target, LegalInstrument) and one.act == Act.END:
        for standing in selectors.standing_on(target, timezone.localdate()):
            yield _("Ends with it: %(entry)s") % {"entry": title_of(standing)}


@login_required
@require_POST
def send(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Put a draft before a colleague."""
    return _do(request, proposal_id, cataloguing.send_proposal, _("It is before your colleagues."))


@login_required
@require_POST
def publish(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Let a colleague's proposal into the catalogue."""
    return _do(request, proposal_id, cataloguing.publish_proposal, _("Published."))


@login_required
@require_POST
def discard(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Drop a draft."""
    return _do(request, proposal_id, cataloguing.discard_proposal, _("Discarded; it stays in the history."))


def _do(request: HttpRequest, proposal_id: int, service, done: str) -> HttpResponse:
    selectors.proposal_for_page(user=request.user, proposal_id=proposal_id)
    try:
        service(by=request.user, proposal_id=proposal_id)
    except InvalidInput as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("entities:catalogue-proposal", proposal_id=proposal_id)


@login_required
@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Return a proposal to its author; the page asks what is to be changed."""
    one = selectors.proposal_for_page(user=request.user, proposal_id=proposal_id)
    policies.may_decide_proposal(request.user, one).require()
    form = forms.ReturnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        cataloguing.return_proposal(by=request.user, proposal_id=one.pk, note=form.cleaned_data["note"])
        messages.success(request, _("Returned."))
        return redirect("entities:catalogue-proposal", proposal_id=one.pk)
    context = {
        "title": _("Return the proposal about %(code)s?") % {"code": one.code},
        "consequence": _("It goes back to %(person)s and is not published.") % {"person": one.drafted_by},
        "verb": _("Return the proposal"),
        "form": form,
        "action": request.path,
        "back_url": reverse("entities:catalogue-proposal", args=(one.pk,)),
    }
    return render(request, "ui/confirm.html", context, status=422 if form.is_bound else 200)
