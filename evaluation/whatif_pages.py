"""The page that says what the grade would be, and its form."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import cast

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.ui import formats
from credit_platform.ui.charts import Chart
from entities.models import CreditRecord, Entity, RecordType, SeverityClass
from entities.penalty_kinds import PenaltyKind
from entities.policies import is_official
from evaluation import sentences
from evaluation.explanation import Adjustment, Explained, Reason
from evaluation.methods import rungs_of
from evaluation.models import Scheme
from evaluation.pages import record_url, waterfall
from evaluation.plain import peers_held
from evaluation.schemes import SchemeDocument
from evaluation.schemes.document import Rule
from evaluation.schemes.in_force import SchemeInForce
from evaluation.selectors import entity_and_schemes
from evaluation.whatif import Fields, Line, NewRecord, Supposition, WhatIf, fields_of, what_if
from evaluation.wording import Wording

#: So many of the records that weigh may be supposed away on the page, the heaviest of them.
RECORDS_OFFERED = 30


class WhatIfForm(forms.Form):
    """Records that are supposed gone, and one that is supposed to come. Its fields are those that the scheme reads."""

    gone = forms.TypedMultipleChoiceField(
        label=gettext_lazy("If these were repaired"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    type = forms.ChoiceField(label=gettext_lazy("Kind of record"), required=False)
    decided_on = forms.DateField(
        label=gettext_lazy("Decided on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    severity_class = forms.ChoiceField(
        label=gettext_lazy("Class"), required=False, choices=[("", "–"), *SeverityClass.choices]
    )

    def __init__(
        self, data: QueryDict, *, records: Iterable[CreditRecord], may_say: Fields, say: Wording, today: date
    ) -> None:
        super().__init__(data)
        self._may_say, self._today = may_say, today
        offered = [(one.pk, one.title) for one in records]
        kinds_of_record = [(one.code, str(one)) for one in may_say.types]
        gone, kind = (cast(forms.ChoiceField, self.fields[name]) for name in ("gone", "type"))
        gone.choices = offered
        kind.choices = [("", _("No further record")), *kinds_of_record]
        if may_say.penalty_kinds:
            kinds = [(kind, _label_of(kind)) for kind in may_say.penalty_kinds]
            self.fields["penalty_kind"] = forms.ChoiceField(
                label=_("Heaviest kind of penalty"), required=False, choices=[("", "–"), *kinds]
            )
        if may_say.reads_amount:
            self.fields["amount"] = forms.DecimalField(
                label=_("Amount in yuan"), required=False, min_value=0, max_digits=16, decimal_places=2
            )
        for name, words in may_say.words.items():
            self.fields[f"d_{name}"] = forms.ChoiceField(
                label=say.field(name),
                required=False,
                choices=[("", "–"), *((word, say.value(name, word)) for word in words)],
            )
        for name in may_say.numbers:
            self.fields[f"d_{name}"] = forms.DecimalField(
                label=say.field(name), required=False, max_digits=13, decimal_places=4
            )
        for name in may_say.dates:
            self.fields[f"d_{name}"] = forms.DateField(
                label=say.field(name),
                required=False,
                widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            )

    def clean_decided_on(self) -> date:
        """Today where none is named; never a later day, on which it would not count yet."""
        day = self.cleaned_data["decided_on"] or self._today
        if day > self._today:
            raise forms.ValidationError(
                _("Take today or a day before: what is decided later does not count today.")
            )
        return day

    @property
    def supposition(self) -> Supposition:
        """What is supposed; nothing where the form says nothing that can be."""
        if not self.is_valid():
            return Supposition()
        given = self.cleaned_data
        kind = next((one for one in self._may_say.types if one.code == given["type"]), None)
        if kind is None:
            return Supposition(frozenset(given["gone"]))
        new = NewRecord(
            record_type=kind,
            decided_on=given["decided_on"],
            severity_class=given["severity_class"] if kind.polarity == kind.Polarity.NEGATIVE else "",
            penalty_kinds=(given["penalty_kind"],) if given.get("penalty_kind") else (),
            amount=given.get("amount"),
            details=self._may_say.said_of(
                kind.code,
                {name.removeprefix("d_"): value for name, value in given.items() if name.startswith("d_")},
            ),
        )
        return Supposition(frozenset(given["gone"]), new)

    @property
    def details(self) -> list[forms.BoundField]:
        """The fields of the supposed record."""
        return [self[name] for name in self.fields if name != "gone"]


def _label_of(kind: str) -> str:
    return str(PenaltyKind(kind).label) if kind in PenaltyKind.values else kind


@dataclass(frozen=True, slots=True)
class BuildUpLine:
    """A row of the table that sets both sums side by side."""

    text: str
    url: str
    article: str
    now: str
    then: str
    differs: bool


@dataclass(frozen=True, slots=True)
class WhatIfPage:
    """The form, and both grades once anything is supposed."""

    entity: Entity
    scheme: SchemeInForce
    is_evaluation: bool
    is_official: bool
    form: WhatIfForm
    told: WhatIf
    is_supposed: bool
    say: str
    peers_held: str
    lines: list[BuildUpLine]
    ladder: list[dict]
    chart: Chart | None
    chart_says: str
    back_url: str


def what_if_page(*, user, credit_code: str, params: QueryDict, today: date) -> WhatIfPage:
    """All that the page shows; `Missing` where this user may not see the entity or its grade under the scheme."""
    entity, schemes = entity_and_schemes(user, credit_code, today)
    code = params.get("scheme", "")
    scheme = next((one for one in schemes if code in {"", one.scheme.code}), None)
    if scheme is None:
        raise Missing
    known = what_if(user=user, entity=entity, scheme=scheme, day=today, supposition=Supposition())
    form = WhatIfForm(
        params,
        records=_counting(known.now),
        may_say=fields_of(scheme, today),
        say=Wording.of(scheme.document),
        today=today,
    )
    supposition = form.supposition
    told = (
        what_if(user=user, entity=entity, scheme=scheme, day=today, supposition=supposition)
        if supposition
        else known
    )
    url = reverse("evaluation:entity-rating", args=[credit_code])
    return WhatIfPage(
        entity=entity,
        scheme=scheme,
        is_evaluation=scheme.scheme.family == Scheme.Family.EVALUATION,
        is_official=is_official(user),
        form=form,
        told=told,
        is_supposed=bool(supposition),
        say=_say(told),
        peers_held=peers_held(scheme.peers_as_of),
        lines=[_line(one, scheme.document) for one in told.lines],
        ladder=rungs_of(scheme.document),
        chart=waterfall(told.then, total_label=_("Then")) if supposition and is_official(user) else None,
        chart_says=_say(told),
        back_url=f"{url}?scheme={code}" if code else url,
    )


def _counting(explained: Explained) -> list[CreditRecord]:
    """The records that weigh against the entity and that the reader may see, the heaviest first.

    What a scheme only looks at, to compare peers or work out a formula, has no points of its own and stands last.
    """
    seen: dict[int, CreditRecord] = {}
    for reason in sorted(explained.reasons, key=lambda one: one.points):
        if reason.record and (reason.points < 0 or reason.ceiling or reason.direct or _is_looked_at(reason)):
            seen.setdefault(reason.record_id, reason.record)
    return list(seen.values())[:RECORDS_OFFERED]


def _is_looked_at(reason: Reason) -> bool:
    """Whether a component that gives no points itself takes the record into account."""
    if isinstance(reason.indicator, Rule) or Fraction(reason.indicator.weight):
        return False
    is_good = reason.record.record_type.polarity == RecordType.Polarity.POSITIVE
    return not (reason.points or reason.superseded or is_good)


def _say(told: WhatIf) -> str:
    """What would be otherwise, in plain words."""
    now, then = told.now, told.then
    facts = {
        "now": now.grade or _("not rated"),
        "then": then.grade or _("not rated"),
        "points": formats.score(then.points),
        "move": formats.points(told.move),
    }
    if told.move is None:
        return (
            _("The grade would stay %(now)s.") % facts
            if now.grade == then.grade
            else _("The grade would be %(then)s instead of %(now)s.") % facts
        )
    if now.grade == then.grade:
        if not told.move:
            return _("Nothing would be otherwise: %(now)s, %(points)s points.") % facts
        return _("The grade would stay %(now)s, with %(points)s points (%(move)s).") % facts
    return _("The grade would be %(then)s instead of %(now)s, with %(points)s points (%(move)s).") % facts


def _line(one: Line, document: SchemeDocument) -> BuildUpLine:
    part = one.part
    if isinstance(part, Adjustment):
        text, url = sentences.name_of_adjustment(part), ""
    else:
        text, url = sentences.name_of(part), record_url(part.record)
    return BuildUpLine(
        text=text,
        url=url,
        article=sentences.article_of(part, document),
        now="–" if one.now is None else formats.points(one.now),
        then="–" if one.then is None else formats.points(one.then),
        differs=one.differs,
    )
