"""Any form of Django is drawn with the field component, and what belongs together is linked."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.utils.datastructures import MultiValueDict

from credit_platform.ui.forms import FileDrop, FilesField, LookupInput


class FineForm(forms.Form):
    units = {"fine": "10,000 yuan"}
    spans = {"fine": 3}
    fine = forms.DecimalField(help_text="As on the decision.")
    note = forms.CharField(required=False)
    kind = forms.ChoiceField(choices=[("a", "Fine"), ("b", "Warning")], widget=forms.RadioSelect)
    public = forms.BooleanField(required=False)
    warnings = {"note": ["Looks short."]}

    def clean_fine(self):
        if self.cleaned_data["fine"] > 1000:
            raise ValidationError("%(typed)s yuan is %(use)s here.", params={"typed": 32000, "use": "3.2"})
        return self.cleaned_data["fine"]


def test_hint_unit_and_error_describe_their_control():
    drawn = str(FineForm({"fine": "32000", "kind": "a"}))
    assert 'aria-describedby="id_fine_helptext id_fine_unit id_fine_error"' in drawn
    for name in ("helptext", "unit", "error"):
        assert f'id="id_fine_{name}"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert "form-control is-invalid" in drawn
    assert "32000 yuan is 3.2 here." in drawn


def test_an_error_that_knows_the_remedy_offers_it():
    assert 'data-for="id_fine" data-use="3.2"' in str(FineForm({"fine": "32000", "kind": "a"}))


def test_a_warning_is_linked_but_does_not_make_the_field_wrong():
    drawn = Template("{% load ui %}{% field form.note %}").render(
        Context({"form": FineForm({"fine": 1, "kind": "a"})})
    )
    assert "Looks short." in drawn
    assert 'aria-describedby="id_note_warning"' in drawn
    assert "is-invalid" not in drawn


def test_a_field_that_may_stay_empty_says_so():
    assert "(optional)" in Template("{% load ui %}{% field form.note %}").render(
        Context({"form": FineForm()})
    )


def test_choices_are_a_group_with_a_name():
    drawn = str(FineForm()["kind"].as_field_group())
    assert "<fieldset" in drawn
    assert "<legend" in drawn
    assert drawn.count('type="radio"') == 2
    assert 'class="pick" for="id_kind_0"' in drawn


def test_the_three_ways_of_drawing_a_form_agree():
    form = FineForm({"fine": "x"})
    assert str(form) == form.as_div()
    assert form["fine"].as_field_group() in str(form)


def test_the_summary_leads_to_every_field_that_needs_something():
    form = FineForm({"fine": "32000"})
    drawn = Template("{% load ui %}{% error_summary form %}").render(Context({"form": form}))
    assert "2 things need you" in drawn
    assert 'href="#id_fine"' in drawn
    assert 'href="#id_kind_0"' in drawn
    assert 'id="id_kind_0"' in str(form)


def test_what_a_person_typed_is_kept():
    assert 'value="32000"' in str(FineForm({"fine": "32000"}))


class EntityForm(forms.Form):
    entity = forms.CharField(
        widget=LookupInput("/find/", describe=lambda code: {"value": code, "name": "Hegu Food", "code": code})
    )


@pytest.mark.parametrize(
    ("posted", "received"),
    [
        ({"entity": "9133", "entity_text": "Hegu Food"}, "9133"),
        ({"entity": "", "entity_text": " hgsp "}, "hgsp"),
        ({"entity_text": "hgsp"}, "hgsp"),
    ],
)
def test_a_look_up_gives_what_was_chosen_or_else_what_was_typed(posted, received):
    form = EntityForm(posted)
    assert form.is_valid()
    assert form.cleaned_data["entity"] == received


def test_a_look_up_is_a_combobox_with_its_list():
    drawn = str(EntityForm())
    assert 'role="combobox"' in drawn
    assert 'aria-controls="id_entity_list"' in drawn
    assert 'data-url="/find/"' in drawn
    assert 'for="id_entity"' in drawn


def test_a_look_up_shows_what_was_chosen_when_the_form_comes_back():
    drawn = str(EntityForm({"entity": "9133", "entity_text": "Hegu"}))
    assert '<input type="hidden" name="entity" value="9133"' in drawn
    assert 'value="Hegu Food"' in drawn


class EvidenceForm(forms.Form):
    files = FilesField(accept=".pdf", max_bytes=10 * 1024 * 1024)
    sheet = forms.FileField(required=False, widget=FileDrop(accept=".xlsx,.csv"))


def test_several_files_arrive_as_a_list():
    sent = [SimpleUploadedFile("a.pdf", b"1"), SimpleUploadedFile("b.pdf", b"2")]
    form = EvidenceForm({}, MultiValueDict({"files": sent}))
    assert form.is_valid(), form.errors
    assert [file.name for file in form.cleaned_data["files"]] == ["a.pdf", "b.pdf"]


def test_no_file_where_one_is_needed_is_an_error():
    assert "files" in EvidenceForm({}, MultiValueDict()).errors


def test_an_empty_file_is_named_as_such():
    form = EvidenceForm({}, MultiValueDict({"files": [SimpleUploadedFile("a.pdf", b"")]}))
    assert "empty" in str(form.errors["files"])


def test_a_drop_says_what_may_be_dropped():
    drawn = str(EvidenceForm())
    assert 'accept=".xlsx,.csv"' in drawn
    assert "xlsx, csv" in drawn
    assert "up to 10.0 MB" in drawn
    assert " multiple" in drawn
