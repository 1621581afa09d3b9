"""What each letter says, in both languages, from the case as it stands when the letter is written."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from agencies.measures.models import Measure
from agencies.measures.selectors import fallen_with, lifted_on
from credit_platform.ui.formats import day_long, moment
from entities.models import SubmittingBody
from repair import corrections, sectors
from repair.letters.models import Letter
from repair.models import Case, CaseStep
from repair.proof import selectors as proof
from repair.proof.models import Confirmation, Effect
from repair.wordings.models import Wording
from repair.wordings.selectors import wording_book
from repair.workflow import Action

LANGUAGES = {"zh-hans": "zh", "en": "en"}


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says in the language that is active."""

    title: str
    paragraphs: list[str]
    places: list[list[str]]
    signed_by: SubmittingBody


def _remedy(case: Case, step: CaseStep, use: Wording.Use = Wording.Use.REMEDY) -> list[str]:
    """What is open against a decision of an authority on its day; what an association decides is none."""
    if case.is_of_market_information:
        return []
    return [wording_book().remedy(use, on=timezone.localdate(step.at))]


Writer = Callable[[Case, CaseStep | None], Words]


def content_of(kind: str, case: Case, step: CaseStep | None) -> dict:
    """The letter's words in Chinese and in English, as `repair.letters.typing` types them."""
    writer, parts, seal = WRITERS[Letter.Kind(kind)], [], ""
    for language, tag in LANGUAGES.items():
        with translation.override(language):
            words = writer(case, step)
            parts.append(_part(words, case, tag))
            seal = words.signed_by.name_zh
    return {"parts": parts, "seal": seal}


def _part(words: Words, case: Case, tag: str) -> dict:
    names = {"entity": case.entity.name, "code": case.entity.credit_code}
    return {
        "lang": tag,
        "title": words.title,
        "to": _("To %(entity)s (%(code)s):") % names,
        "rows": [
            [_("Case"), f"{case.number} · {case.get_kind_display()}"],
            [_("Record"), f"{case.record.record_type} {case.record.document_number}"],
            [_("Decided by"), str(case.record.authority or case.record.submitted_by)],
        ],
        "paragraphs": words.paragraphs,
        "places": words.places,
        "labels": [_("Place"), _("Confirmed")],
        "signed_by": str(words.signed_by),
        "day": day_long(timezone.localdate()),
        "foot": _("Issued by the platform; it costs nothing."),
        "check": _("Scan, or type the number at %(address)s, to see whether this is genuine and still holds.")
        % {"address": f"{settings.PLATFORM_URL.partition('://')[2]}/verify"},
    }


def _paragraphs(text: str) -> list[str]:
    return [paragraph.strip() for paragraph in text.split("\n") if paragraph.strip()]


def _accepted(case: Case, step: CaseStep | None) -> Words:
    names = {"day": day_long(case.submitted_at), "body": case.deciding_body, "due": day_long(case.due_on)}
    if case.kind == Case.Kind.OBJECTION:
        title = _("Notice of acceptance of an objection")
        told = [
            _("Your objection of %(day)s is complete and with %(body)s, which decides by %(due)s.") % names,
            _("From now on the record is marked wherever it is shown."),
        ]
    elif case.kind == Case.Kind.BASIS:
        title = _("Notice of acceptance")
        told = [
            _("What was filed on %(day)s is complete and with %(body)s, which decides by %(due)s.") % names
        ]
    else:
        title = _("Notice of acceptance")
        told = [
            _("Your application of %(day)s is complete and with %(body)s, which decides by %(due)s.") % names
        ]
    told.append(_("Nobody may ask you for money for it. You can follow the case after signing in."))
    return Words(title, told, [], case.deciding_body)


def _material(case: Case, step: CaseStep | None) -> Words:
    names = {"body": case.deciding_body, "due": day_long(case.due_on)}
    told = [
        _("To decide on your case, %(body)s needs the following:") % names,
        *_paragraphs(step.note),
        _(
            "Please send it by %(due)s, on the page of the case. The clock of the department stands "
            "still until then."
        )
        % names,
    ]
    return Words(_("Request for material"), told, [], case.deciding_body)


def _decision(case: Case, step: CaseStep | None) -> Words:
    is_other = (Case.Kind(case.kind), Action(step.action)) in OTHERS
    words = _other_decision(case, step) if is_other else _plain_decision(case, step)
    lifted = [_measure(measure) for measure in fallen_with(case.record)]
    if lifted:
        words.paragraphs.append(_("With the record these measures are lifted:"))
        words.paragraphs.extend(lifted)
    return words


def _measure(measure: Measure) -> str:
    names = {"body": measure.body, "measure": measure.title, "basis": measure.legal_basis}
    return _("%(body)s: %(measure)s, by %(basis)s") % names


def _measures_lifted(effect: Effect) -> list[str]:
    """Which measures stood on the record, and who lifted each of them, when and why."""
    told = []
    for measure in lifted_on(effect.record):
        names = {
            "measure": _measure(measure),
            "body": measure.body,
            "when": moment(measure.lifted_at),
            "because": measure.lifted_because,
        }
        if measure.lifted_by_id is None:
            told.append(_("%(measure)s. Lifted by the platform with the record, %(when)s.") % names)
        else:
            told.append(_("%(measure)s. Lifted by %(body)s, %(when)s: %(because)s") % names)
    return [_("Measures that stood on the record are lifted:"), *told] if told else []


def _plain_decision(case: Case, step: CaseStep) -> Words:
    action, document = step.action, case.record.document_number
    names = {"document": document}
    found, after = _paragraphs(step.note), []
    match action:
        case Action.GRANT:
            title = _("Decision granting credit repair")
            opening = _("On %(day)s you asked for the repair of %(document)s. We find:")
            after = [_("The repair is granted."), sectors.says_granted(case, step.at)]
        case Action.REFUSE:
            title = _("Decision refusing credit repair")
            after = [_("The repair is refused."), *_remedy(case, step)]
            opening = _("On %(day)s you asked for the repair of %(document)s. We find:")
        case Action.UPHOLD:
            title = _("Decision upholding the objection")
            opening = _("On %(day)s you objected to %(document)s. We find:")
            after = _upheld(case)
        case Action.DISMISS:
            title = _("Decision dismissing the objection")
            opening = _("On %(day)s you objected to %(document)s. We find:")
            after = [_("The objection is dismissed; the mark on the record is lifted."), *_remedy(case, step)]
        case Action.UPHOLD_APPEAL:
            title = _("Decision on the appeal: credit repair granted")
            opening = _("On %(day)s you appealed against the decision on %(document)s. We find:")
            after = [
                _("The appeal is upheld and the repair of %(document)s granted.") % names,
                sectors.says_granted(case, step.at),
            ]
        case _dismissed:
            title = _("Decision on the appeal: appeal dismissed")
            opening = _("On %(day)s you appealed against the decision on %(document)s. We find:")
            after = [
                _("The appeal is dismissed."),
                *_remedy(case, step, Wording.Use.REMEDY_AFTER_APPEAL),
            ]
    appealed = action in {Action.UPHOLD_APPEAL, Action.DISMISS_APPEAL}
    asked = {"document": document, "day": day_long(case.appealed_at if appealed else case.submitted_at)}
    return Words(title, [opening % asked, *found, *after], [], step.actor_body or case.deciding_body)


FILED = gettext_lazy("On %(day)s it was filed that the basis of %(document)s has fallen. We find:")
APPEALED = gettext_lazy("On %(day)s you appealed against the decision on %(document)s. We find:")
REMOVED = gettext_lazy(
    "The record is removed. Nobody else reads it any more, and no grade counts it, of past days neither."
)
WON = gettext_lazy("Decision on the appeal: appeal upheld")
#: Decisions in cases about a fallen basis, and on appeals about objections: title, opening, what is decided.
OTHERS: dict[tuple[Case.Kind, Action], tuple] = {
    (Case.Kind.BASIS, Action.REMOVE): (gettext_lazy("Decision removing a record"), FILED, (REMOVED,)),
    (Case.Kind.BASIS, Action.KEEP): (
        gettext_lazy("Decision leaving a record as it is"),
        FILED,
        (gettext_lazy("The record is left as it is."),),
    ),
    (Case.Kind.BASIS, Action.UPHOLD_APPEAL): (WON, APPEALED, (REMOVED,)),
    (Case.Kind.OBJECTION, Action.UPHOLD_APPEAL): (
        WON,
        APPEALED,
        (
            gettext_lazy(
                "The objection is upheld. The record is taken back: it is no longer public, shared "
                "or counted in ratings."
            ),
        ),
    ),
    (Case.Kind.OBJECTION, Action.REMIT): (
        WON,
        APPEALED,
        (gettext_lazy("The case goes back to the department, which corrects the record and decides anew."),),
    ),
}


ENDED_WITH_RECORD = gettext_lazy("Notice that the record is withdrawn")
TAKEN_OUT = gettext_lazy(
    "The department has withdrawn the record while your case was open, which ends with it. The record is no longer "
    "public, shared or counted in ratings."
)
OTHERS |= {
    (Case.Kind.REPAIR, Action.END_WITH_RECORD): (
        ENDED_WITH_RECORD,
        gettext_lazy("On %(day)s you asked for the repair of %(document)s. We find:"),
        (TAKEN_OUT,),
    ),
    (Case.Kind.OBJECTION, Action.END_WITH_RECORD): (
        ENDED_WITH_RECORD,
        gettext_lazy("On %(day)s you objected to %(document)s. We find:"),
        (TAKEN_OUT,),
    ),
}


def _other_decision(case: Case, step: CaseStep) -> Words:
    title, opening, after = OTHERS[Case.Kind(case.kind), Action(step.action)]
    asked_at = case.submitted_at
    if opening is APPEALED:
        # A case that is sent back has its appeal no more, and its steps still tell of it.
        asked_at = case.steps.filter(action=Action.APPEAL).latest("at").at
    asked = {"document": case.record.document_number, "day": day_long(asked_at)}
    remedy = _remedy(case, step) if step.action == Action.KEEP else []
    paragraphs = [str(opening) % asked, *_paragraphs(step.note), *map(str, after), *remedy]
    return Words(str(title), paragraphs, [], step.actor_body or case.deciding_body)


def _upheld(case: Case) -> list[str]:
    if case.proposal != Case.Proposal.CORRECT:
        return [
            _(
                "The objection is upheld. The record is taken back: it is no longer public, shared "
                "or counted in ratings."
            )
        ]
    changed = [
        _("%(field)s: instead of “%(old)s” it says “%(new)s”.")
        % {"field": change.label, "old": change.old, "new": change.new}
        for change in corrections.shown(case.record, case.correction)
    ]
    return [_("The objection is upheld. The record is corrected and the mark lifted."), *changed]


def _closed(case: Case, step: CaseStep | None) -> Words:
    told = [
        _(
            "What was decided on your case has arrived everywhere. Each place below has confirmed "
            "that it no longer shows or uses the record, or is excused with a reason."
        ),
        *_measures_lifted(case.effect),
    ]
    return Words(_("Notice that the case is closed"), told, _places(case.effect), case.deciding_body)


def _certificate(case: Case, step: CaseStep | None) -> Words:
    effect = case.effect
    names = {
        "body": case.deciding_body,
        "day": day_long(effect.begun_at),
        "document": case.record.document_number,
        "case": case.number,
    }
    told = [TOLD[Effect.How(effect.how)] % names]
    if case.state == Case.State.GRANTED and case.sector_rule:
        told.append(sectors.says_granted(case, effect.begun_at))
    if effect.closed_at:
        told.append(
            _("Since %(when)s every place below has confirmed it.") % {"when": moment(effect.closed_at)}
        )
    else:
        told.append(_("The places below confirm it; those that say so have not answered yet."))
    told.extend(_measures_lifted(effect))
    told.append(_("Whoever still shows or uses the record is asked to take it out."))
    titles = {
        Effect.How.REPAIRED: _("Certificate of credit repair"),
        Effect.How.WITHDRAWN: _("Certificate that a record is taken back"),
        Effect.How.CORRECTED: _("Certificate that a record is corrected"),
    }
    return Words(titles[Effect.How(effect.how)], told, _places(effect), case.deciding_body)


TOLD: dict[Effect.How, str | Promise] = {
    Effect.How.REPAIRED: gettext_lazy(
        "In the case %(case)s the repair of %(document)s was granted. From %(day)s the record is no "
        "longer public, shared or used, and it is not counted in ratings."
    ),
    Effect.How.WITHDRAWN: gettext_lazy(
        "In the case %(case)s the record %(document)s was taken back. From %(day)s it is no longer "
        "public, shared or used, and it is not counted in ratings."
    ),
    Effect.How.CORRECTED: gettext_lazy(
        "In the case %(case)s the record %(document)s was corrected on %(day)s. What it said before "
        "is no longer public, shared or used."
    ),
}


def _places(effect: Effect) -> list[list[str]]:
    return [[proof.name_of(row), _answer(row)] for row in proof.confirmations_of(effect)]


def _answer(row: Confirmation) -> str:
    if row.state == Confirmation.State.CONFIRMED:
        return moment(row.settled_at)
    if row.state == Confirmation.State.EXCUSED:
        return _("excused: %(because)s") % {"because": row.excused_because}
    return _("not answered yet")


WRITERS: dict[Letter.Kind, Writer] = {
    Letter.Kind.ACCEPTANCE: _accepted,
    Letter.Kind.MATERIAL: _material,
    Letter.Kind.DECISION: _decision,
    Letter.Kind.RESULT: _closed,
    Letter.Kind.CERTIFICATE: _certificate,
}
