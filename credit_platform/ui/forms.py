"""Every Django form drawn with this project's field component: label, control, unit, hint, error, warning.

`{{ form }}`, `{{ form.as_div }}`, `{{ field.as_field_group }}` and `{% field form.name %}` all give the same.
A form may carry:

    spans = {"fine": 3}          columns of six that a field takes (default 6)
    units = {"fine": _("yuan")}  what stands behind the box
    warnings = {"fine": [...]}   sentences that let the sender save all the same

and an error may carry a remedy: `ValidationError(message, params={"use": "3.2"})` gives a button that types it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import loader
from django.utils.functional import Promise

WIDGETS = "django/forms/widgets/"
CLASSES = {
    **dict.fromkeys(
        (
            "text",
            "number",
            "email",
            "url",
            "tel",
            "search",
            "password",
            "date",
            "datetime",
            "time",
            "textarea",
            "input",
            "file",
            "clearable_file_input",
        ),
        "form-control",
    ),
    "select": "form-select",
    "checkbox": "form-check-input",
    "radio": "form-check-input",
    "checkbox_select": "form-check-input",
}
#: Templates of Django in whose place one of ours is drawn.
REDRAWN = {
    "django/forms/div.html": "components/form_fields.html",
    f"{WIDGETS}radio.html": "components/widgets/choices.html",
    f"{WIDGETS}checkbox_select.html": "components/widgets/choices.html",
    f"{WIDGETS}clearable_file_input.html": "components/widgets/file.html",
    f"{WIDGETS}file.html": "components/widgets/file.html",
}


class Renderer(DjangoTemplates):
    """Draws forms with the components; widgets keep Django's templates and get our classes."""

    form_template_name = "components/form_fields.html"
    field_template_name = "components/field.html"

    def get_template(self, template_name):
        if template_name.startswith("components/"):
            return loader.get_template(template_name)
        return super().get_template(template_name)

    def render(self, template_name, context, request=None):
        if template_name.startswith(WIDGETS) and "widget" in context:
            kind = template_name.removeprefix(WIDGETS).removesuffix(".html")
            if kind in CLASSES:
                context = {**context, "widget": _dressed(context["widget"], CLASSES[kind])}
        return super().render(REDRAWN.get(template_name, template_name), context, request)


def _dressed(widget: dict, base: str) -> dict:
    attrs = widget["attrs"]
    classes = [base, attrs.get("class", ""), "is-invalid" if attrs.get("aria-invalid") == "true" else ""]
    return {**widget, "attrs": {**attrs, "class": " ".join(filter(None, classes))}}


class LookupInput(forms.TextInput):
    """Find one thing by typing part of it: arrows and Enter choose, the server says why each one fits.

    Posts the chosen value under the field's name and what was typed under `<name>_text`. Without
    scripts, or when nothing was chosen, the field receives what was typed and must find the thing or
    say what else to type.

    Args:
        url: answers `?q=` with the `lookup_options` component.
        describe: from a value to the option of the chosen thing (see `lookup_options`), or None.
        placeholder: what may be typed.
    """

    template_name = "components/widgets/lookup.html"

    def __init__(
        self,
        url: str | Promise,
        describe: Callable[[Any], dict | None] | None = None,
        placeholder: str | Promise = "",
        attrs: dict | None = None,
    ) -> None:
        super().__init__(attrs)
        self.url, self.describe, self.placeholder = url, describe, placeholder

    def value_from_datadict(self, data, files, name):
        return data.get(name) or data.get(f"{name}_text", "").strip()

    def value_omitted_from_data(self, data, files, name) -> bool:
        return name not in data and f"{name}_text" not in data

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        chosen = self.describe(value) if self.describe and value not in (None, "") else None
        widget = context["widget"]
        widget |= {"url": str(self.url), "placeholder": self.placeholder, "chosen": chosen}
        widget["text"] = chosen["name"] if chosen else (value or "")
        invalid = " is-invalid" if widget["attrs"].get("aria-invalid") == "true" else ""
        widget["attrs"]["class"] = f"form-control{invalid}"
        return context


class FileDrop(forms.FileInput):
    """A place to drop files, or to choose them; shows the progress of the upload.

    Args:
        accept: the endings that are read, such as ".xlsx,.csv".
        max_bytes: the largest file; the server still has to check.
        multiple: several files at once; use it with `FilesField`.
    """

    template_name = "components/widgets/file_drop.html"

    def __init__(
        self,
        accept: str = "",
        max_bytes: int | None = None,
        multiple: bool = False,
        attrs: dict | None = None,
    ) -> None:
        self.allow_multiple_selected = multiple
        super().__init__(
            {
                **(attrs or {}),
                **({"accept": accept} if accept else {}),
                **({"multiple": True} if multiple else {}),
            }
        )
        self.max_bytes = max_bytes

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget["max_bytes"] = self.max_bytes
        widget["kinds"] = widget["attrs"].get("accept", "").replace(".", "").replace(",", ", ")
        widget["multiple"] = self.allow_multiple_selected
        return context


class FilesField(forms.FileField):
    """Several files in one field; cleans to a list, empty when none was sent."""

    def __init__(self, *args, accept: str = "", max_bytes: int | None = None, **kwargs) -> None:
        kwargs.setdefault("widget", FileDrop(accept=accept, max_bytes=max_bytes, multiple=True))
        super().__init__(*args, **kwargs)

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        if not any(files):
            super().clean(None, initial)
            return []
        clean_one = super().clean
        return [clean_one(file, initial) for file in files]


def field_id(bound: forms.BoundField) -> str:
    """The id that a link to the field must name: the control's own, or the first of its choices."""
    if bound.use_fieldset:
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


def field_errors(bound: forms.BoundField) -> Iterable[dict]:
    """What is wrong with a field: `message`, and `use` where the error knows what should be typed."""
    for error in bound.errors.as_data():
        params = error.params or {}
        for message in error.messages:
            yield {"message": message, "use": params.get("use", ""), "use_label": params.get("use_label", "")}


def describing(bound: forms.BoundField, *, unit: bool = False, warned: bool = False) -> str:
    """The ids of all that belongs to a control: hint, unit, error, warning."""
    parts = [
        ("helptext", bound.help_text),
        ("unit", unit),
        ("error", bound.errors),
        ("warning", warned),
    ]
    return " ".join(f"{bound.auto_id}_{name}" for name, there in parts if there and bound.auto_id)
