"""The shape of what is typed into the pages of a case."""

from collections.abc import Collection

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from credit_platform.common.errors import InvalidInput
from credit_platform.ui.forms import FileDrop, FilesField
from entities.drafts import LONGEST
from entities.forms import KINDS, field_for
from entities.models import CreditRecord, SeverityClass
from repair import corrections, sectors
from repair.models import Case, CaseDocument, PaperRule, Profile

Paper = PaperRule.Paper
PROOF_ENDINGS = ".pdf,.jpg,.jpeg,.png"


class WithProblems(forms.Form):
    """A form that can show what a service found wrong, each sentence at its field."""

    def take(self, refusal: InvalidInput) -> None:
        for name, sentences in refusal.problems.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


def _proofs(**kwargs) -> FilesField:
    return FilesField(
        label=_("Proof of performance"),
        required=False,
        widget=FileDrop(accept=PROOF_ENDINGS, max_bytes=settings.EVIDENCE_MAX_BYTES, multiple=True),
        **kwargs,
    )


def _papers(label) -> FilesField:
    return FilesField(
        label=label,
        required=False,
        widget=FileDrop(accept=PROOF_ENDINGS, max_bytes=settings.EVIDENCE_MAX_BYTES, multiple=True),
    )


class StepForm(WithProblems):
    """The words of a step; which step it is the pressed button says. `texts` are what can be begun with."""

    use_required_attribute = False

    note = forms.CharField(required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, texts=(), label="", needs_words="", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        words = self.fields["note"]
        words.label = label
        if needs_words:
            words.required = True
            words.error_messages["required"] = needs_words
        if texts:
            self.fields["text"] = forms.ChoiceField(
                label=_("Start from a text"), required=False, choices=[("", _("Choose a text")), *texts]
            )


class CorrectionForm(StepForm):
    """What the record is to say, field by field, beginning with what it says now; and the reasons."""

    def __init__(self, *args, record: CreditRecord, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        correctable = corrections.fields_of(record)
        self._names = list(correctable)
        for name, field in correctable.items():
            self.fields[name] = _corrected_field(name, field)
        self.order_fields([*self._names, "text", "note", "version"])

    @property
    def correction(self) -> dict[str, str]:
        """What was typed, by field; what was not on the page is left as it is."""
        # Boxes that are all left empty are not sent: where the day was on the page, so were they.
        there = {name for name in self._names if name in self.data}
        there |= {corrections.KINDS} & set(self._names) if "decided_on" in there else set()
        return {
            name: ",".join(typed) if isinstance(typed := self.cleaned_data[name], list) else typed
            for name in self._names
            if name in there
        }

    @property
    def corrected_fields(self) -> list:
        return [self[name] for name in self._names]


class FoundForm(StepForm):
    """The reasons of a proposal, and what the department found, for whoever proposes to grant."""

    def __init__(self, *args, asked: sectors.Asked, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._name = asked.name
        self.fields[asked.name] = _found_field(asked)
        self.order_fields([asked.name, "text", "note", "version"])

    @property
    def correction(self) -> dict[str, str]:
        return {self._name: self.cleaned_data[self._name]}

    @property
    def corrected_fields(self) -> list:
        return [self[self._name]]


def _found_field(asked: sectors.Asked) -> forms.Field:
    if asked.levels is not None:
        return forms.ChoiceField(
            label=_("The level that holds instead, if you propose to grant"),
            choices=[("", _("Choose")), *asked.levels],
            required=False,
        )
    return forms.CharField(
        label=_("Corrected on, as you found it, if you propose to grant"),
        help_text=_("The points come back by this day."),
        widget=forms.TextInput(attrs={"type": "date"}),
        required=False,
    )


def _corrected_field(name: str, field: corrections.Field) -> forms.Field:
    """The form field of what an objection can change; that one has to be filled in the registry says."""
    if field.extra is not None:
        typed = field_for(dict(field.extra) | {"required": False})
        typed.label = field.label
        return typed
    common = {"label": field.label, "required": False}
    match name:
        case "title" | "legal_basis" | "authority":
            return forms.CharField(**common, max_length=LONGEST[name])
        case "facts":
            return forms.CharField(**common, widget=forms.Textarea(attrs={"rows": 3}))
        case "decided_on":
            return forms.CharField(**common, widget=forms.TextInput(attrs={"type": "date"}))
        case corrections.CLASS:
            return forms.ChoiceField(**common, choices=SeverityClass.choices)
        case corrections.KINDS:
            return forms.MultipleChoiceField(**common, choices=KINDS, widget=forms.CheckboxSelectMultiple)
    return forms.CharField(**common, widget=forms.TextInput(attrs={"inputmode": "decimal"}))


class NeededToFile(WithProblems):
    """A form that can be saved half done: what filing needs is marked, and asked for only when it is filed."""

    use_required_attribute = False

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self._say_what_filing_needs()

    def full_clean(self) -> None:
        super().full_clean()
        self._say_what_filing_needs()

    @property
    def keeps(self) -> str:
        """The names of what is kept while it is typed: words and choices, but neither files nor a signature."""
        words = (name for name, field in self.fields.items() if not isinstance(field, FilesField))
        return ",".join(["csrfmiddlewaretoken", "do", *(set(words) - {"signature", "agreed"})])

    def needed_to_file(self) -> set[str]:
        """The names of the fields without which nothing can be filed."""
        raise NotImplementedError

    def _say_what_filing_needs(self) -> None:
        """Only after the check, so that the page does not call optional what filing asks for."""
        for name in self.needed_to_file():
            self.fields[name].required = True


class DraftForm(NeededToFile):
    """The application: what the applicant says, the proofs, and the signature under the letter."""

    statement = forms.CharField(
        label=_("What was corrected and performed"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("In a few sentences: what you have changed, what was paid or handed over, and when."),
    )
    corrected_on = forms.DateField(
        label=_("Corrected on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The points come back by this day; the department checks it."),
    )
    proofs = _proofs(help_text=_("A receipt, a report, a photograph. Several files at once are fine."))
    signature = forms.CharField(
        label=_("Your full name, as signature"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    agreed = forms.BooleanField(
        label=_("I have read the letter above and sign it for the entity."), required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, case: Case, asked: Collection[str], **kwargs) -> None:
        self._asked = asked
        self._is_signed = case.commitment_signed_at is not None
        self._has_proof = case.documents.filter(kind=CaseDocument.Kind.PROOF).exists()
        left_out = {"signature", "agreed"} if self._is_signed else set()
        if not sectors.gives_points_back(case):
            left_out |= {"corrected_on"}
        self.base_fields = {name: field for name, field in self.base_fields.items() if name not in left_out}
        super().__init__(*args, **kwargs)

    def needed_to_file(self) -> set[str]:
        needed = {
            Paper.APPLICATION: {"statement"},
            Paper.COMMITMENT: {"signature", "agreed"} & set(self.fields),
            Paper.PROOF: set() if self._has_proof else {"proofs"},
        }
        asked: set[str] = set().union(*(names for paper, names in needed.items() if paper in self._asked))
        return asked | ({"corrected_on"} & set(self.fields))


class ObjectionForm(NeededToFile):
    """An objection: what is the matter, in words, with papers where there are any."""

    ground = forms.ChoiceField(
        label=_("What is the matter"), choices=[], widget=forms.RadioSelect, required=False
    )
    statement = forms.CharField(
        label=_("What is not right, and how it should be"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
    )
    proofs = _papers(_("Papers that show it"))

    def __init__(self, *args, asked: Collection[str], **kwargs) -> None:
        self._asked = asked
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [choice for choice in Case.Ground.choices if choice[0]]

    def needed_to_file(self) -> set[str]:
        needed = {Paper.APPLICATION: "statement", Paper.EVIDENCE: "proofs"}
        return {"ground"} | {name for paper, name in needed.items() if paper in self._asked}


class ObjectionDraftForm(ObjectionForm):
    """An objection that was begun before."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, case: Case, **kwargs) -> None:
        self._has_papers = case.documents.exists()
        super().__init__(*args, **kwargs)

    def needed_to_file(self) -> set[str]:
        return super().needed_to_file() - ({"proofs"} if self._has_papers else set())


class BasisForm(NeededToFile):
    """The decision by which the basis of a record falls, and that decision as a file."""

    outcome = forms.ChoiceField(
        label=_("What became of the decision on which the record stands"),
        choices=[],
        widget=forms.RadioSelect,
        required=False,
    )
    forum = forms.ChoiceField(label=_("Who decided that"), choices=[], required=False)
    authority = forms.CharField(label=_("Name of the court or authority"), max_length=200, required=False)
    number = forms.CharField(label=_("Number of its decision"), max_length=128, required=False)
    decided_on = forms.DateField(
        label=_("Day of its decision"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    proofs = _papers(_("The decision itself"))
    statement = forms.CharField(
        label=_("What else there is to say"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def __init__(self, *args, asked: Collection[str], **kwargs) -> None:
        self._asked = asked
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [choice for choice in Case.Outcome.choices if choice[0]]
        self.fields["forum"].choices = [("", _("Choose")), *(one for one in Case.Forum.choices if one[0])]

    def needed_to_file(self) -> set[str]:
        return set(self.fields) - {"statement"} - (set() if Paper.DECISION in self._asked else {"proofs"})


class AnswerForm(StepForm):
    """The answer to a request for material: documents, words, or both."""

    proofs = _proofs()
    field_order = ("proofs", "note", "version")


class LendForm(WithProblems):
    """To whom a case is lent, by the name that they sign in with."""

    username = forms.CharField(label=_("User name"), max_length=150)


class ProfileForm(WithProblems):
    """Which local regulation the city follows, from which day, and why."""

    use_required_attribute = False

    profile = forms.ChoiceField(label=_("Regulation to follow"), choices=Profile.choices, required=False)
    since = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
