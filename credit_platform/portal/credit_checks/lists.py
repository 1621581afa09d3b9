"""What was found for a list, as a file: a column for each family of grades, so that no two are taken for one."""

from functools import partial

from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.bilingual import in_readers_language
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from credit_platform.portal.credit_checks import selectors
from credit_platform.portal.credit_checks.models import CheckedRow
from credit_platform.ui.formats import listed
from entities.models import Entity
from entities.sharing import exports
from evaluation.models import Scheme


def offer() -> None:
    """Offer it; called once, when the apps are loaded."""
    exports.register(
        exports.Export(code="credit-check", title=gettext_lazy("Credit check"), rows=_rows, columns=columns)
    )


def _rows(user, params: QueryDict):
    key = str(params.get("check", ""))
    if not key.isascii() or not key.isdigit() or len(key) > 18:
        raise Missing
    check = selectors.check_for_page(user=user, check_id=int(key))
    return selectors.rows_of(check, str(params.get("outcome", "")))


def grades_in(row: CheckedRow, family: str) -> str:
    """The grades of one family, each with its scheme."""
    return listed(
        f"{in_readers_language(zh, en)}: {grade}"
        for zh, en, grade in row.found.get("grades", {}).get(family, ())
    )


def lists_of(row: CheckedRow) -> str:
    """The lists of violations on which the entity stands."""
    return listed(in_readers_language(zh, en) for zh, en in row.found.get("lists", ()))


def name_of(row: CheckedRow) -> str:
    """The name of what was found, in the reader's language."""
    return in_readers_language(row.found["zh"], row.found["en"]) if "zh" in row.found else ""


def status_of(row: CheckedRow) -> str:
    """Its status in the register."""
    return str(Entity.Status(row.found["status"]).label) if "status" in row.found else ""


def _candidates(row: CheckedRow) -> str:
    return listed(f"{name} ({code})" for code, name in row.found.get("candidates", ()))


def _grade_column(family: str, label: str) -> Column:
    return Column(f"grades_{family}", label, partial(grades_in, family=family))


def columns() -> list[Column]:
    return [
        Column("row", _("Row"), lambda row: row.number, Kind.WHOLE),
        Column("typed_name", _("Name as given"), lambda row: row.typed_name),
        Column("typed_code", _("Code as given"), lambda row: row.typed_code),
        Column("outcome", _("Outcome"), lambda row: row.get_outcome_display()),
        Column("credit_code", _("Unified social credit code"), lambda row: row.found.get("code", "")),
        Column("entity", _("Entity"), name_of),
        Column("status", _("Status"), status_of),
        *(_grade_column(family, str(label)) for family, label in Scheme.Family.choices),
        Column("lists", _("Lists"), lists_of),
        Column("penalties", _("Penalties in force"), lambda row: row.found.get("penalties"), Kind.WHOLE),
        Column("others", _("Other violations in force"), lambda row: row.found.get("others"), Kind.WHOLE),
        Column("candidates", _("Possible entities"), _candidates),
    ]
