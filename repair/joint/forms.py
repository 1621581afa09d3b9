"""The shape of what is typed into a joint filing."""

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from credit_platform.ui.forms import FileDrop, FilesField
from repair.forms import PROOF_ENDINGS, NeededToFile
from repair.joint.selectors import DraftPage, DraftPart
from repair.joint.services import Said, proofs_field, statement_field
from repair.models import Case, PaperRule

Paper = PaperRule.Paper


def _files(label, **kwargs) -> FilesField:
    return FilesField(
        label=label,
        required=False,
        widget=FileDrop(accept=PROOF_ENDINGS, max_bytes=settings.EVIDENCE_MAX_BYTES, multiple=True),
        **kwargs,
    )


def _words(label) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Every body that decides reads this. What concerns one record alone goes below."),
    )


def _shared_files(label) -> FilesField:
    return _files(
        label, help_text=_("Every body that decides reads them. What is meant for one alone goes below.")
    )


class JointDraftForm(NeededToFile):
    """What is said and shown of all records, and of each besides."""

    files_of_one = _("Proofs of this record alone")

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, page: DraftPage, **kwargs) -> None:
        self.page = page
        super().__init__(*args, **kwargs)
        for part in page.parts:
            self.fields[statement_field(part.case.number)] = forms.CharField(
                label=_("What concerns this record alone"),
                max_length=900,
                required=False,
                initial=part.case.statement,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[proofs_field(part.case.number)] = _files(self.files_of_one)

    @property
    def parts(self) -> list[tuple[DraftPart, forms.BoundField, forms.BoundField]]:
        """Each record with its two fields."""
        return [
            (part, self[statement_field(part.case.number)], self[proofs_field(part.case.number)])
            for part in self.page.parts
        ]

    @property
    def said(self) -> Said:
        """The words, as the service takes them."""
        return Said(
            self.cleaned_data["statement"],
            {
                part.case.number: self.cleaned_data[statement_field(part.case.number)]
                for part in self.page.parts
            },
            self.cleaned_data.get("ground", ""),
        )

    @property
    def uploads(self) -> list[tuple[str, UploadedFile]]:
        """The files, each with the number of the case for which alone it is meant, or ""."""
        found = [("", upload) for upload in self.cleaned_data["proofs"]]
        for part in self.page.parts:
            found += [
                (part.case.number, upload) for upload in self.cleaned_data[proofs_field(part.case.number)]
            ]
        return found

    @property
    def signed(self) -> dict:
        """The signature under the letters, as the service takes it; nothing where there are none."""
        return {name: self.cleaned_data[name] for name in ("signature", "agreed") if name in self.fields}


class JointRepairForm(JointDraftForm):
    """The repair of several records, with one signature under every letter."""

    statement = _words(_("What was corrected and performed, in all of these records"))
    proofs = _shared_files(_("Proofs that every record shares"))
    signature = forms.CharField(
        label=_("Your full name, as signature"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    agreed = forms.BooleanField(
        label=_("I have read the letters above and sign each of them for the entity."), required=False
    )

    def needed_to_file(self) -> set[str]:
        needed = {"signature", "agreed"}
        if Paper.APPLICATION in self.page.asked:
            needed.add("statement")
        has_proofs = self.page.shared or all(part.proofs for part in self.page.parts)
        return needed | ({"proofs"} if Paper.PROOF in self.page.asked and not has_proofs else set())


class JointObjectionForm(JointDraftForm):
    """The objection to several records, on one ground."""

    files_of_one = _("Papers about this record alone")

    ground = forms.ChoiceField(
        label=_("What is the matter"), choices=[], widget=forms.RadioSelect, required=False
    )
    statement = _words(_("What is not right in all of these records, and how it should be"))
    proofs = _shared_files(_("Papers that show it"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [choice for choice in Case.Ground.choices if choice[0]]

    def needed_to_file(self) -> set[str]:
        needed = {"ground"}
        if Paper.APPLICATION in self.page.asked:
            needed.add("statement")
        has_papers = self.page.shared or all(part.proofs for part in self.page.parts)
        return needed | ({"proofs"} if Paper.EVIDENCE in self.page.asked and not has_papers else set())


def form_of(page: DraftPage) -> type[JointDraftForm]:
    """The form in which a filing of its kind is written."""
    return JointObjectionForm if page.filing.is_objection else JointRepairForm
