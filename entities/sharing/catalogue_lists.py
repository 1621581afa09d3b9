"""The parts of the catalogue as files: each entry as it is in force today, as its page lists it."""

from collections.abc import Callable, Iterable
from functools import partial

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from credit_platform.ui.formats import listed
from entities.cataloguing import selectors
from entities.cataloguing.content import Line, Version, content_of, lines_of
from entities.cataloguing.selectors import Entry
from entities.models import CatalogueProposal
from entities.sharing import exports


def offer() -> None:
    """Offer them; called once, when the apps are loaded."""
    of = CatalogueProposal.Kind
    for code, title, kind, columns in (
        ("record-types", gettext_lazy("Record types"), of.RECORD_TYPE, _type_columns),
        ("publicity-rules", gettext_lazy("Publicity rules"), of.PUBLICITY_RULE, _rule_columns),
        ("instruments", gettext_lazy("Legal instruments"), of.INSTRUMENT, _instrument_columns),
    ):
        exports.register(
            exports.Export(code=code, title=title, rows=partial(_entries, kind), columns=columns)
        )

    exports.register(
        exports.Export(
            code="catalogue-versions",
            title=gettext_lazy("Versions"),
            rows=_fields_of_versions,
            columns=_version_columns,
        )
    )


def _fields_of_versions(user, params: QueryDict) -> list[tuple[Version, Line]]:
    """Of one entry every field of every version, the newest first: so that two versions can be laid side by side."""
    kind, code = params.get("kind", ""), params.get("entry", "")
    if kind not in CatalogueProposal.Kind.values or "\0" in code:
        raise Missing
    names = selectors.names()
    return [
        (version, line)
        for version in selectors.entry_versions(kind, code)
        for line in lines_of(kind, content_of(version), names)
    ]


def _version_columns() -> list[Column]:
    return [
        Column("valid_from", _("In force from"), lambda row: selectors.begins(row[0]), Kind.DAY),
        Column("valid_to", _("In force until"), lambda row: selectors.ends(row[0]), Kind.DAY),
        Column("field", _("Field"), lambda row: row[1].label),
        Column("says", _("What it says"), lambda row: row[1].text),
    ]


def _entries(kind: str, user, params: QueryDict) -> list[Entry]:
    """All of a part: what is in the catalogue anybody may read."""
    return selectors.entries(kind, timezone.localdate())


def _names(things: Iterable) -> str:
    return listed(map(str, things))


def _said(read: Callable) -> Callable:
    """A column about the version that an entry's row tells of."""
    return lambda entry: read(entry.shown)


def _basis_columns() -> list[Column]:
    return [
        Column("instrument", _("Legal basis"), _said(lambda one: str(one.instrument))),
        Column("instrument_number", _("Document number"), _said(lambda one: one.instrument.number)),
        Column("article", _("Article"), _said(lambda one: one.article)),
    ]


def _time_columns() -> list[Column]:
    return [
        Column("valid_from", _("In force from"), _said(selectors.begins), Kind.DAY),
        Column("valid_to", _("In force until"), _said(selectors.ends), Kind.DAY),
        Column("versions", _("Versions"), lambda entry: len(entry.versions), Kind.WHOLE),
    ]


def _type_columns() -> list[Column]:
    return [
        Column("code", _("Code"), lambda entry: entry.code),
        Column("name_zh", _("Name in Chinese"), _said(lambda one: one.record_type.name_zh)),
        Column("name_en", _("Name in English"), _said(lambda one: one.record_type.name_en)),
        Column("polarity", _("Polarity"), _said(lambda one: one.record_type.get_polarity_display())),
        Column("category", _("Category"), _said(lambda one: one.record_type.get_category_display())),
        Column("submitters", _("Who submits"), _said(lambda one: _names(one.submitters.all()))),
        *_basis_columns(),
        Column("disclosure", _("Who sees it"), _said(lambda one: one.get_disclosure_display())),
        Column(
            "submit_within_days",
            _("To submit within"),
            _said(lambda one: one.submit_within_days),
            Kind.WHOLE,
        ),
        *_time_columns(),
    ]


def _rule_columns() -> list[Column]:
    return [
        Column("code", _("Code"), lambda entry: entry.code),
        Column("record_types", _("Records"), _said(lambda one: _names(one.record_types.all()))),
        Column("submitters", _("Submitting bodies"), _said(lambda one: _names(one.submitters.all()))),
        Column("class", _("Class"), _said(lambda one: one.get_severity_class_display())),
        Column("min_months", _("Repair after, months"), _said(lambda one: one.min_months), Kind.WHOLE),
        Column("max_months", _("Ends after, months"), _said(lambda one: one.max_months), Kind.WHOLE),
        Column("never_early", _("not early"), _said(lambda one: one.never_early), Kind.FLAG),
        Column("withholds", _("not published"), _said(lambda one: one.withholds), Kind.FLAG),
        Column("start", _("Counts from"), _said(lambda one: one.get_start_display())),
        *_basis_columns(),
        *_time_columns(),
    ]


def _instrument_columns() -> list[Column]:
    return [
        Column("code", _("Code"), lambda entry: entry.code),
        Column("name_zh", _("Name in Chinese"), _said(lambda one: one.name_zh)),
        Column("name_en", _("Name in English"), _said(lambda one: one.name_en)),
        Column("number", _("Document number"), _said(lambda one: one.number)),
        Column("issuer", _("Issuer"), _said(lambda one: one.issuer)),
        *_time_columns(),
    ]
