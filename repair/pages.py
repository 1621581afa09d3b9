"""What the page of a case asks of its reader: the open moves, gathered into forms."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from credit_platform.ui.formats import day_long
from repair import corrections, sectors, texts
from repair.forms import AnswerForm, CorrectionForm, FoundForm, StepForm
from repair.models import Case
from repair.selectors import CasePage
from repair.wordings.selectors import WordingBook
from repair.workflow import TABLES, Action, name_of

#: Taken after a question of its own, on a page or in a dialog.
CONFIRMED = {
    Action.WITHDRAW: (
        _("Withdraw this case?"),
        _(
            "Nobody decides on it any more. You may file a new one later; papers and text have to be given again."
        ),
        _("Withdraw the application"),
        True,
    ),
    Action.WITHDRAW_APPEAL: (
        _("Withdraw this appeal?"),
        _("The decision then stands, and it cannot be appealed here a second time."),
        _("Withdraw the appeal"),
        True,
    ),
    Action.TAKE_UP_AGAIN: (
        _("Go on without the material?"),
        _("The applicant is told. The clock of the department runs again from today."),
        _("Go on without it"),
        False,
    ),
}


@dataclass(frozen=True, slots=True)
class Gathering:
    """Steps that share one text."""

    code: str
    title: str | Promise
    says: str | Promise
    label: str | Promise
    actions: tuple[Action, ...]
    primary: Action | None = None
    danger: Action | None = None
    form: type[StepForm] = StepForm
    needs_words: bool = True
    folded: bool = False


GATHERINGS = (
    Gathering(
        "answer",
        _("Send what was asked for"),
        "",
        _("Your answer"),
        (Action.SUPPLY_MATERIAL,),
        primary=Action.SUPPLY_MATERIAL,
        form=AnswerForm,
        needs_words=False,
    ),
    Gathering(
        "propose",
        _("Propose a decision"),
        _("A supervisor who had no hand in this decides. The applicant does not see the proposal."),
        _("Reasons"),
        (Action.PROPOSE_GRANT, Action.PROPOSE_REFUSE),
        primary=Action.PROPOSE_GRANT,
    ),
    Gathering(
        "correct",
        _("Propose to correct the record"),
        _(
            "Change what is wrong. A supervisor who had no hand in this decides; then the correction is in force."
        ),
        _("Reasons"),
        (Action.PROPOSE_CORRECT,),
        primary=Action.PROPOSE_CORRECT,
        form=CorrectionForm,
    ),
    Gathering(
        "answer-objection",
        _("Propose another answer"),
        _("A supervisor who had no hand in this decides. The applicant does not see the proposal."),
        _("Reasons"),
        (Action.PROPOSE_END, Action.PROPOSE_DISMISS),
    ),
    Gathering(
        "answer-basis",
        _("Propose a decision"),
        _(
            "Compare the decision that was filed with the record. A supervisor who had no hand in this decides;"
            " the applicant does not see the proposal."
        ),
        _("Reasons"),
        (Action.PROPOSE_REMOVE, Action.PROPOSE_KEEP),
        primary=Action.PROPOSE_REMOVE,
    ),
    Gathering(
        "decide-basis",
        _("Decide on the withdrawal of the basis"),
        _(
            "The applicant reads these reasons. A record that is removed nobody else reads any more, and no grade"
            " counts it."
        ),
        _("Reasons of the decision"),
        (Action.REMOVE, Action.KEEP),
        primary=Action.REMOVE,
        danger=Action.KEEP,
    ),
    Gathering(
        "decide-objection",
        _("Decide on the objection"),
        _(
            "The applicant reads these reasons. What is upheld is carried out at once, and the mark is lifted."
        ),
        _("Reasons of the decision"),
        (Action.UPHOLD, Action.DISMISS),
        primary=Action.UPHOLD,
        danger=Action.DISMISS,
    ),
    Gathering(
        "decide",
        _("Decide"),
        _(
            "The applicant reads these reasons. What is granted is carried out at once, and everybody who keeps the record is"
            " told."
        ),
        _("Reasons of the decision"),
        (Action.GRANT, Action.REFUSE),
        primary=Action.GRANT,
        danger=Action.REFUSE,
    ),
    Gathering(
        "decide-appeal",
        _("Decide on the appeal"),
        _("The applicant and the department read these reasons. What is decided is carried out at once."),
        _("Reasons of the decision"),
        (Action.UPHOLD_APPEAL, Action.REMIT, Action.DISMISS_APPEAL),
        primary=Action.UPHOLD_APPEAL,
        danger=Action.DISMISS_APPEAL,
    ),
    Gathering(
        "ask",
        _("Ask for material"),
        _("The clock stands still until the applicant answers."),
        _("What is missing, and why it is needed"),
        (Action.ASK_MATERIAL,),
        folded=True,
    ),
    Gathering(
        "send-back",
        _("Send back to the clerk"),
        _("The proposal is taken out; the clock runs on."),
        _("What to look at again"),
        (Action.SEND_BACK,),
        folded=True,
    ),
    Gathering(
        "extend",
        _("Extend the time"),
        _("Once, and by as much as the rule of the clock allows. The applicant is told, with the reasons."),
        _("Why the time does not suffice"),
        (Action.EXTEND,),
        folded=True,
    ),
    Gathering(
        "appeal",
        _("Appeal to the lead office"),
        "",
        _("Why the decision is wrong"),
        (Action.APPEAL,),
        primary=Action.APPEAL,
    ),
    Gathering(
        "opinion",
        _("Give an opinion"),
        _(
            "It stands apart from the decision; whoever gives one does not decide. The applicant does not see it."
        ),
        _("What should be decided, and why"),
        (Action.OPINION,),
        folded=True,
    ),
    Gathering(
        "note",
        _("Internal note"),
        _("The applicant does not see it."),
        _("Note"),
        (Action.NOTE,),
        folded=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A gathering as it stands on the page: with its form, and the buttons that are open to the reader."""

    gathering: Gathering
    form: StepForm
    buttons: list[dict]
    open: bool
    warns: str = ""

    @property
    def folds(self) -> bool:
        return self.gathering.folded


def offers(page: CasePage, *, tried: str = "", form: StepForm | None = None) -> list[Offer]:
    """The forms of the page; `form` takes the place of the one whose action was tried."""
    made = []
    for gathering in GATHERINGS:
        actions = [action for action in gathering.actions if action in page.actions]
        if not actions:
            continue
        is_tried = tried in actions
        buttons = [
            {
                "action": action,
                "label": name_of(action, page.case.kind),
                "primary": action == gathering.primary,
                "danger": action == gathering.danger,
            }
            for action in actions
        ]
        shown = form if is_tried and form is not None else blank_form(gathering, page)
        warns = _asked_before(page) if Action.ASK_MATERIAL in actions else ""
        made.append(Offer(gathering, shown, buttons, open=is_tried or not gathering.folded, warns=warns))
    return made


def _asked_before(page: CasePage) -> str:
    """What to mind who asks for material again: an applicant is to be told of everything at once."""
    asked = [step.at for step in page.steps if step.action == Action.ASK_MATERIAL]
    if not asked:
        return ""
    said = gettext(
        "Material was asked for on %(day)s already. Name everything that is still missing, so that this is the last time."
    )
    return said % {"day": day_long(max(asked))}


def gathering_of(action: str) -> Gathering | None:
    return next((gathering for gathering in GATHERINGS if action in gathering.actions), None)


def blank_form(gathering: Gathering, page: CasePage) -> StepForm:
    """The form as it first stands there: a decision begins with the reasons that were proposed."""
    initial: dict[str, Any] = {"version": page.case.version}
    if gathering.code in {"decide", "decide-objection", "decide-basis"}:
        initial["note"] = page.case.proposal_reasons
    if gathering.form is CorrectionForm:
        initial |= corrections.as_typed(page.case.record)
    if gathering.code == "propose" and page.case.corrected_on:
        initial[sectors.CORRECTED_ON] = page.case.corrected_on.isoformat()
    return make_form(gathering, page.case, page.wordings, initial=initial)


def make_form(gathering: Gathering, case: Case, wordings: WordingBook, *args, **kwargs) -> StepForm:
    needs_words = next(
        move.needs_words
        for table in TABLES.values()
        for move in table.values()
        if move.action in gathering.actions
    )
    form = gathering.form
    if form is CorrectionForm:
        kwargs["record"] = case.record
    if Action.PROPOSE_GRANT in gathering.actions and (asked := sectors.asked_of_department(case)):
        form, kwargs["asked"] = FoundForm, asked
    return form(
        *args,
        texts=texts.choices_for(gathering.actions, case=case, book=wordings, on=timezone.localdate()),
        label=gathering.label,
        needs_words=needs_words if gathering.needs_words else "",
        auto_id=f"{gathering.code}_%s",
        **kwargs,
    )
