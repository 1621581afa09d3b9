"""The list of cases as its address asks for it: the page and the files made of it take the same."""

from types import SimpleNamespace

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.exporting import Column, Kind
from entities.sharing import exports
from repair import policies, selectors
from repair.filters import CaseFilter
from repair.models import Case
from repair.sections import selectors as sections

#: What `section` says in the address: only what lies in the reader's own sections, which is so unless all is asked for.
MINE, ALL = "mine", "all"
SORTS = {
    "due": "due_on",
    "entity": "entity__name_zh",
    "number": "number",
    "filed": "submitted_at",
    "state": "state",
}


def cases(user, params: QueryDict) -> tuple[CaseFilter, QuerySet[Case]]:
    """The filter and the cases in their order, what is overdue first unless another is asked for."""
    # The filter asks whose turn it is, and so for whom: it takes that from a request.
    found = CaseFilter(params, selectors.cases_for_list(user=user), request=SimpleNamespace(user=user))
    if not policies.is_lead(user):
        del found.form.fields["body"]
    if not policies.works_on_cases(user):
        del found.form.fields["state"]
    cases = found.qs
    if params.get("section", MINE) == MINE and (own := sections.own_sections(user)):
        cases = cases.filter(routing__section__in=own)
    sort = params.get("sort", "")
    if sort.lstrip("-") not in SORTS:
        return found, cases
    by = F(SORTS[sort.lstrip("-")])
    order = by.desc(nulls_last=True) if sort.startswith("-") else by.asc(nulls_last=True)
    return found, cases.order_by(order, "-pk")


def section_choice(user, params: QueryDict, found: CaseFilter) -> list[dict]:
    """The two views of the list for whoever works in a section, with their counts; none for others."""
    own = sections.own_sections(user)
    if not own:
        return []
    asked = params.copy()
    asked.pop("page", None)
    choices = []
    for code, label, cases in (
        (MINE, _("My section"), found.qs.filter(routing__section__in=own)),
        (ALL, _("Whole body"), found.qs),
    ):
        asked["section"] = code
        choices.append(
            {
                "label": label,
                "url": f"?{asked.urlencode()}",
                "count": cases.count(),
                "current": params.get("section", MINE) == code,
            }
        )
    return choices


def offer() -> None:
    """Offer the list as a file; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="cases",
            title=gettext_lazy("Cases"),
            rows=lambda user, params: cases(user, params)[1],
            columns=_columns,
            records=lambda case: (case.record,),
        )
    )


def _columns() -> list[Column]:
    return [
        Column("number", _("Case"), lambda case: case.number),
        Column("kind", _("Kind"), lambda case: case.get_kind_display()),
        Column("state", _("State"), lambda case: case.get_state_display()),
        Column("credit_code", _("Unified social credit code"), lambda case: case.entity.credit_code),
        Column("entity", _("Entity"), lambda case: case.entity.name),
        Column("record", _("Record"), lambda case: case.record.heading),
        Column("document_number", _("Document number"), lambda case: case.record.document_number),
        Column("department", _("Department"), lambda case: str(case.deciding_body)),
        Column("filed", _("Filed"), lambda case: case.submitted_at, Kind.MOMENT),
        Column("due", _("Deadline"), lambda case: case.due_on, Kind.DAY),
    ]
