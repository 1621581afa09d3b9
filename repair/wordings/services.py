"""Writing wordings of decisions and putting them in force: two persons, and nothing that holds is ever changed."""

import re
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.ui.formats import day_long, listed
from entities.models import RecordType
from repair.models import Case
from repair.texts import PLACES, TO_FILL_IN
from repair.wordings import notices, policies
from repair.wordings.models import Wording
from repair.wordings.shipped import SHIPPED, SHIPPED_FROM

State = Wording.State
BRACES = re.compile(r"\{([^{}]*)\}")


@transaction.atomic
def seed_wordings() -> int:
    """Write the shipped wordings of whose code there is none yet; returns how many. Seeding again changes nothing."""
    there = set(Wording.objects.values_list("code", flat=True))
    missing = [one for one in SHIPPED if one.code not in there]
    Wording.objects.bulk_create(
        Wording(**asdict(one), valid_from=SHIPPED_FROM, state=State.APPROVED) for one in missing
    )
    return len(missing)


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a wording says. In its texts `{record}` and the other `PLACES` stand for what the case knows."""

    code: str
    use: str
    case_kind: str
    family: str
    name_zh: str
    name_en: str
    text_zh: str
    text_en: str
    source: str
    valid_from: date

    def problems(self, today: date) -> dict[str, list[str]]:
        """Everything wrong with it by itself, at once, by field."""
        found: dict[str, list[str]] = {}
        if self.use not in Wording.Use.values:
            found["use"] = [_("Choose what it is for.")]
        if self.case_kind and self.case_kind not in Case.Kind.values:
            found["case_kind"] = [_("There is no such kind of case.")]
        if self.family and self.family not in RecordType.Family.values:
            found["family"] = [_("There is no such kind of information.")]
        for name in ("code", "name_zh", "name_en", "text_zh", "text_en"):
            if not getattr(self, name).strip():
                found[name] = [
                    _("This is needed, in both languages.") if name != "code" else _("Give it a code.")
                ]
        for name in ("text_zh", "text_en"):
            if wrong := self._wrong_places(getattr(self, name)):
                found.setdefault(name, []).append(wrong)
        if self.use in Wording.REMEDIES and not self.source.strip():
            found["source"] = [_("Name the law and the article on which this stands.")]
        if self.valid_from < today:
            found["valid_from"] = [_("This day is over; what was decided until today stands.")]
        return found

    def _wrong_places(self, text: str) -> str:
        if self.use in Wording.REMEDIES:
            if TO_FILL_IN in text or "{" in text or "}" in text:
                return _("This stands under every decision as it is; nothing is filled in.")
            return ""
        unknown = sorted(set(BRACES.findall(text)) - set(PLACES))
        if unknown or BRACES.sub("", text).count("{") or BRACES.sub("", text).count("}"):
            return _("In braces only these can stand: %(places)s.") % {
                "places": listed(f"{{{place}}}" for place in PLACES)
            }
        return ""


@transaction.atomic
def draft_wording(*, by, draft: Draft) -> Wording:
    """Keep a draft, in the place of the one that there is under its code; whoever saved it last is its writer.

    Raises:
        InvalidInput: with everything wrong, by field.
    """
    policies.may_keep_wordings(by).require()
    said = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(draft).items()}
    problems = draft.problems(timezone.localdate())
    # The table is never empty: of two who begin the same code at once, the second sees what the first wrote.
    list(Wording.objects.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    rows = list(Wording.objects.filter(code=said["code"]))
    earlier = [one for one in rows if one.state == State.APPROVED]
    if any(
        (one.use, one.case_kind, one.family) != (said["use"], said["case_kind"], said["family"])
        for one in earlier
    ):
        problems.setdefault("code", []).append(_("Under this code stands a wording for something else."))
    if said["use"] in Wording.REMEDIES and not earlier:
        problems.setdefault("use", []).append(_("There is such a wording; write a new version of that one."))
    if too_late := _why_not_from(earlier, draft.valid_from):
        problems.setdefault("valid_from", []).append(too_late)
    if problems:
        raise InvalidInput(problems)
    wording = next((one for one in rows if one.state == State.DRAFT), None) or Wording(code=said["code"])
    if wording.pk and wording.written_by == by and all(getattr(wording, k) == v for k, v in said.items()):
        return wording
    for name, value in said.items():
        setattr(wording, name, value)
    wording.written_by = by
    wording.save()
    audit.record(
        actor=by, verb="wordings.wording.drafted", target=wording, code=wording.code, text=wording.text_zh
    )
    notices.drafted(wording)
    return wording


@transaction.atomic
def approve_wording(*, by, wording_id: int) -> Wording:
    """Put a draft in force from its day on; the version before ends the day before. Doing it again changes nothing.

    Raises:
        Missing: there is no such wording.
        NotPermitted: whoever wrote it, and who is not of the lead office.
        WrongState: its day is over, or a later version came first.
    """
    policies.may_keep_wordings(by).require()
    wording = _locked(wording_id)
    if wording.state == State.APPROVED and wording.approved_by_id == by.pk:
        return wording
    _require_draft(wording)
    policies.may_approve(by, wording).require()
    if wording.valid_from < timezone.localdate():
        raise WrongState(
            _("It was to hold from %(day)s, which is over. Draft it anew with a later day.")
            % {"day": day_long(wording.valid_from)}
        )
    others = Wording.objects.select_for_update(of=("self",)).filter(code=wording.code, state=State.APPROVED)
    earlier = list(others)
    if too_late := _why_not_from(earlier, wording.valid_from):
        raise WrongState(too_late)
    for one in earlier:
        if one.valid_to is None or one.valid_to >= wording.valid_from:
            one.valid_to = wording.valid_from - timedelta(days=1)
            one.save(update_fields=("valid_to",))
    wording.state, wording.approved_by, wording.approved_at = State.APPROVED, by, timezone.now()
    wording.save(update_fields=("state", "approved_by", "approved_at"))
    audit.record(
        actor=by,
        verb="wordings.wording.approved",
        target=wording,
        code=wording.code,
        valid_from=wording.valid_from.isoformat(),
    )
    notices.approved(wording)
    return wording


@transaction.atomic
def discard_draft(*, by, wording_id: int) -> None:
    """Throw a draft away; no harm if it is gone already."""
    policies.may_keep_wordings(by).require()
    wording = Wording.objects.select_for_update(of=("self",)).filter(pk=wording_id).first()
    if wording is None:
        return
    _require_draft(wording)
    audit.record(
        actor=by, verb="wordings.wording.discarded", target=wording, code=wording.code, text=wording.text_zh
    )
    notices.discarded(wording, by)
    wording.delete()


@transaction.atomic
def end_wording(*, by, wording_id: int) -> Wording:
    """Offer this wording until today and no longer; what was decided by it stands.

    Raises:
        WrongState: it is no longer in force, or it is what decisions say of the remedies, which is only replaced.
    """
    policies.may_keep_wordings(by).require()
    wording = _locked(wording_id)
    today = timezone.localdate()
    if wording.is_remedy:
        raise WrongState(_("Every decision says what is open against it. Write a new version in its place."))
    if not wording.holds_on(today) or wording.valid_to == today:
        raise WrongState(_("It is not in force, or it ends today already."))
    wording.valid_to = today
    wording.save(update_fields=("valid_to",))
    audit.record(actor=by, verb="wordings.wording.ended", target=wording, code=wording.code)
    return wording


def _locked(wording_id: int) -> Wording:
    wording = Wording.objects.select_for_update(of=("self",)).filter(pk=wording_id).first()
    if wording is None:
        raise Missing
    return wording


def _require_draft(wording: Wording) -> None:
    if wording.state != State.DRAFT:
        raise WrongState(_("It is in force already; what holds is ended or replaced, and never changed."))


def _why_not_from(earlier: list[Wording], day: date) -> str:
    """What stands against a version from the day on; "" where nothing does."""
    last = max((one.valid_from for one in earlier), default=None)
    if last is None or last < day:
        return ""
    return _("The version before begins on %(day)s; this one begins later.") % {"day": day_long(last)}
