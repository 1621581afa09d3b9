"""Everything that can be wrong with what the catalogue shall say, told at once, by field."""

import re
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.ui.formats import day_long
from entities.cataloguing.content import Content, Version
from entities.cataloguing.selectors import begins, ends, late_records, standing_on, versions_of
from entities.models import (
    CatalogueProposal,
    LegalInstrument,
    PublicityRule,
    RecordType,
    RecordTypeVersion,
    SubmittingBody,
)

Kind, Act = CatalogueProposal.Kind, CatalogueProposal.Act
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
WRITING = (Act.ADD, Act.VERSION, Act.CHANGE)
LATER_ENTRIES = gettext_lazy(
    "Entries of the catalogue that begin on %(day)s or later stand on the instrument; change them first."
)


class _Found(dict[str, list[str]]):
    def say(self, field: str, sentence: str) -> None:
        self.setdefault(field, []).append(sentence)


def problems_of(
    *, kind: str, act: str, code: str, content: Content, target: Version | None, today: date
) -> dict[str, list[str]]:
    """What is wrong with the proposal on that day, as sentences by field; empty when it may be published."""
    found = _Found()
    if act == Act.ADD:
        _check_new_code(kind, code, found)
    elif act in {Act.CHANGE, Act.REMOVE}:
        _check_not_begun(target, today, found)
    if act == Act.REMOVE and isinstance(target, LegalInstrument) and standing_on(target, today):
        found.say("", _("Entries of the catalogue stand on this instrument; change them first."))
    if act == Act.END:
        _check_end(kind, content, target, today, found)
    if act not in WRITING or found:
        return dict(found)
    if kind == Kind.INSTRUMENT:
        _check_instrument(code, content, today, found)
    else:
        instrument = _check_basis(content, found)
        _check_days(kind, act, content, target, instrument, today, found)
        _check_bodies(content, found)
        if kind == Kind.RECORD_TYPE:
            _check_type(content, found)
        else:
            _check_rule(content, found)
    return dict(found)


def _check_new_code(kind: str, code: str, found: _Found) -> None:
    model: Any = {
        Kind.INSTRUMENT: LegalInstrument, Kind.RECORD_TYPE: RecordType, Kind.PUBLICITY_RULE: PublicityRule,
    }[Kind(kind)]  # fmt: skip
    if not CODE.fullmatch(code):
        found.say(
            "code", _("A code has small letters, digits and single hyphens, such as work-safety-penalty.")
        )
    elif model.objects.filter(code=code).exists():
        found.say("code", _("There is an entry with this code; write a new version of it."))


def _check_not_begun(target: Version | None, today: date, found: _Found) -> None:
    if target is not None and begins(target) <= today:
        found.say(
            "",
            _("This version has been in force since %(day)s and is never edited; write a new version.")
            % {"day": day_long(begins(target))},
        )


def _check_end(kind: str, content: Content, target: Version | None, today: date, found: _Found) -> None:
    name = "in_force_to" if kind == Kind.INSTRUMENT else "valid_to"
    last = content.get(name)
    if not last:
        found.say(name, _("Type the last day."))
    elif date.fromisoformat(last) < today:
        found.say(name, _("The last day is today at the earliest: what has been done under it stays right."))
    elif target is not None and date.fromisoformat(last) < begins(target):
        found.say(name, _("The last day is not before the first."))
    elif isinstance(target, LegalInstrument):
        ends_on = date.fromisoformat(last)
        if any(begins(one) > ends_on for one in standing_on(target, ends_on)):
            found.say(name, str(LATER_ENTRIES) % {"day": day_long(ends_on)})


def _check_instrument(code: str, content: Content, today: date, found: _Found) -> None:
    if not content.get("name_zh", "").strip():
        found.say("name_zh", _("Type the Chinese title of the instrument."))
    if not content.get("source", "").strip():
        found.say("source", _("Say where its text can be read."))
    first, last = content.get("in_force_from"), content.get("in_force_to")
    if not first:
        found.say("in_force_from", _("Type the first day."))
    elif last and last < first:
        found.say("in_force_to", _("The last day is not before the first."))
    replaced = content.get("replaces")
    if replaced:
        earlier = LegalInstrument.objects.filter(code=replaced).first()
        if earlier is None or replaced == code:
            found.say("replaces", _("There is no such instrument."))
        elif first and earlier.in_force_from.isoformat() >= first:
            found.say("replaces", _("That instrument begins later than this one."))
        elif first:
            _check_what_it_ends(earlier, date.fromisoformat(first), today, found)


def _check_what_it_ends(earlier: LegalInstrument, first: date, today: date, found: _Found) -> None:
    """With an instrument ends what stands on it; what has been done under that is not undone backwards."""
    standing = standing_on(earlier, first)
    if standing and first <= today:
        found.say(
            "in_force_from",
            _(
                "Entries that are in force stand on the instrument that it replaces, and would end before today. "
                "Give a first day after today, or replace nothing and write new versions of the entries."
            ),
        )
    elif any(begins(one) >= first for one in standing):
        found.say("replaces", str(LATER_ENTRIES) % {"day": day_long(first)})


def _check_basis(content: Content, found: _Found) -> LegalInstrument | None:
    instrument = LegalInstrument.objects.filter(code=content.get("instrument") or "").first()
    if instrument is None:
        found.say(
            "instrument", _("Without a legal basis nothing is collected or published; choose the instrument.")
        )
    if not content.get("source", "").strip():
        found.say("source", _("Say where this was read."))
    return instrument


def _check_days(
    kind: str,
    act: str,
    content: Content,
    target: Version | None,
    instrument: LegalInstrument | None,
    today: date,
    found: _Found,
) -> None:
    if not content.get("valid_from"):
        found.say("valid_from", _("Type the first day."))
        return
    first = date.fromisoformat(content["valid_from"])
    last = date.fromisoformat(content["valid_to"]) if content.get("valid_to") else None
    if last and last < first:
        found.say("valid_to", _("The last day is not before the first."))
    if instrument:
        _check_within(instrument, first, last, found)
    if target is not None:
        _check_after_the_one_before(kind, act, target, first, today, found)


def _check_within(instrument: LegalInstrument, first: date, last: date | None, found: _Found) -> None:
    if first < instrument.in_force_from:
        found.say(
            "valid_from",
            _("Its legal basis is in force from %(day)s only.") % {"day": day_long(instrument.in_force_from)},
        )
    if instrument.in_force_to and (last is None or last > instrument.in_force_to):
        found.say(
            "valid_to",
            _("Its legal basis ends on %(day)s, so this ends then too.")
            % {"day": day_long(instrument.in_force_to)},
        )


def _check_after_the_one_before(
    kind: str, act: str, target: Version, first: date, today: date, found: _Found
) -> None:
    earlier = (
        target
        if act == Act.VERSION
        else next((one for one in versions_of(target) if one.pk != target.pk), None)
    )
    if earlier and first <= begins(earlier):
        found.say(
            "valid_from",
            _("The version before begins on %(day)s; this one begins later.")
            % {"day": day_long(begins(earlier))},
        )
    elif act == Act.CHANGE and first <= today:
        found.say("valid_from", _("A version that has not begun begins tomorrow at the earliest."))
    elif kind == Kind.RECORD_TYPE and isinstance(earlier, RecordTypeVersion):
        _check_followers(earlier, first, found)


def _check_followers(earlier: RecordTypeVersion, first: date, found: _Found) -> None:
    """A record follows the version of its decision day, so no new version begins before records that are there."""
    last = ends(earlier)
    if (last is None or last >= first) and (count := late_records(first, earlier.record_type)):
        found.say(
            "valid_from",
            _("%(count)s records decided since then follow the version in force; begin on a later day.")
            % {"count": count},
        )


def _check_bodies(content: Content, found: _Found) -> None:
    asked = set(content.get("submitters", ()))
    if asked - set(SubmittingBody.objects.filter(code__in=asked).values_list("code", flat=True)):
        found.say("submitters", _("There is no such body."))


def _check_type(content: Content, found: _Found) -> None:
    if not content.get("name_zh", "").strip() or not content.get("name_en", "").strip():
        found.say("name_zh", _("Type the name in both languages."))
    if not content.get("submitters"):
        found.say("submitters", _("Choose who submits such records."))
    kinds = set(
        SubmittingBody.objects.filter(code__in=content.get("submitters", ())).values_list("kind", flat=True)
    )
    is_market = content.get("family") == RecordType.Family.MARKET
    if kinds and (SubmittingBody.Kind.ASSOCIATION in kinds) != is_market:
        found.say(
            "submitters",
            _("Associations submit market credit information, and nobody else does."),
        )
    if is_market and content.get("disclosure") == RecordTypeVersion.Disclosure.PUBLIC:
        found.say("disclosure", _("Market credit information is not published here."))
    if content.get("severity_classes") and content.get("polarity") != RecordType.Polarity.NEGATIVE:
        found.say("severity_classes", _("Only records of violations have a class."))
    _check_retention(content, found)
    _check_extra_fields(content.get("extra_fields", ()), found)


def _check_retention(content: Content, found: _Found) -> None:
    """No period without its source: what the law does not say, nobody makes up."""
    archived, deleted = content.get("archive_months"), content.get("delete_months")
    if archived is None and deleted is None:
        return
    if not content.get("retention_source", "").strip():
        found.say("retention_source", _("Say where the periods of archiving and deletion were read."))
    if archived is not None and deleted is not None and deleted < archived:
        found.say("delete_months", _("Nothing is deleted before it is archived."))


def _check_extra_fields(extra_fields, found: _Found) -> None:
    names = [extra.get("name", "") for extra in extra_fields]
    if any(one == other for one, other in pairwise(sorted(names))):
        found.say("extra_fields", _("Two fields have one name."))
    for place, extra in enumerate(extra_fields):
        at = f"extra_fields.{place}"
        if not NAME.fullmatch(extra.get("name", "")):
            found.say(
                at, _("A field's name has small letters, digits and underscores, such as licence_kind.")
            )
        if not extra.get("label_zh") or not extra.get("label_en"):
            found.say(at, _("Type the label in both languages."))
        codes = [choice["code"] for choice in extra.get("choices", ())]
        if (extra.get("type") == "code") != bool(codes):
            found.say(at, _("A code list has choices, and no other field has."))
        if len(codes) != len(set(codes)):
            found.say(at, _("Two choices have one code."))
        if set(extra.get("public_values", ())) - set(codes):
            found.say(at, _("What is public is among the choices."))


def _check_rule(content: Content, found: _Found) -> None:
    types = content.get("record_types", ())
    if not types:
        found.say("record_types", _("Choose the record types for which it holds."))
    elif RecordType.objects.filter(code__in=types).count() != len(set(types)):
        found.say("record_types", _("There is no such record type."))
    shortest, longest = content.get("min_months"), content.get("max_months")
    if shortest is not None and longest is not None and shortest > longest:
        found.say("min_months", _("The shortest publicity is not longer than the longest."))
    if (
        shortest is None
        and longest is None
        and not content.get("never_early")
        and not content.get("withholds")
    ):
        found.say(
            "max_months",
            _("The rule says nothing: neither a period, nor a ban on early repair or publication."),
        )
