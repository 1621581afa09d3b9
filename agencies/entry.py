"""Which department enters which record type by which form.

A department's app says so in its `AppConfig.ready`:

    register_entry_form("tax", "tax-credit-grade", TaxGradeForm, order=10)
"""

from dataclasses import dataclass

from agencies.forms import RecordForm


@dataclass(frozen=True, slots=True)
class EntryForm:
    """One form of one department. Its existence does not permit anything: catalogue and role still have to."""

    body_code: str
    record_type_code: str
    form_class: type[RecordForm]
    order: int


_forms: dict[tuple[str, str], EntryForm] = {}


def register_entry_form(
    body_code: str, record_type_code: str, form_class: type[RecordForm], order: int = 50
) -> None:
    """Offer a form to the clerks of a body; smaller orders stand first. Raises `ValueError` on a second one."""
    key = (body_code, record_type_code)
    if _forms.get(key) not in (None, EntryForm(body_code, record_type_code, form_class, order)):
        raise ValueError(f"{body_code} already has a form for {record_type_code}.")
    _forms[key] = EntryForm(body_code, record_type_code, form_class, order)


def entry_form(body_code: str, record_type_code: str) -> EntryForm | None:
    return _forms.get((body_code, record_type_code))


def entry_forms_of(body_code: str) -> list[EntryForm]:
    """The forms of a body, in their order."""
    return sorted(
        (form for form in _forms.values() if form.body_code == body_code),
        key=lambda form: (form.order, form.record_type_code),
    )
