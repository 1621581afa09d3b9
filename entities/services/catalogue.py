"""Writing the shipped catalogue into the tables."""

from collections import Counter
from datetime import date, timedelta

from django.db import transaction

from entities.catalogue.bodies import BODIES, REGISTRARS
from entities.catalogue.instruments import INSTRUMENTS
from entities.catalogue.record_types import RECORD_TYPES
from entities.catalogue.rules import RULES
from entities.models import LegalInstrument, PublicityRule, RecordType, RecordTypeVersion, SubmittingBody


@transaction.atomic
def seed_catalogue() -> Counter:
    """Write what is shipped and not there yet; returns how many rows of each kind were written.

    What is there stays as it is: the lead office keeps the catalogue, and a new release of the platform
    must not undo what it entered. So seeding again changes nothing.
    """
    written: Counter = Counter()
    for code, kind, name_zh, name_en in BODIES:
        defaults = {
            "kind": kind,
            "name_zh": name_zh,
            "name_en": name_en,
            "keeps_register": code in REGISTRARS,
        }
        written["bodies"] += SubmittingBody.objects.get_or_create(code=code, defaults=defaults)[1]
    for code, fields in INSTRUMENTS.items():
        written["instruments"] += LegalInstrument.objects.get_or_create(code=code, defaults=fields)[1]
    instruments = {instrument.code: instrument for instrument in LegalInstrument.objects.all()}
    bodies = {body.code: body for body in SubmittingBody.objects.all()}
    for code, shipped in RECORD_TYPES.items():
        _seed_type(code, dict(shipped), instruments, bodies, written)
    types = {record_type.code: record_type for record_type in RecordType.objects.all()}
    for code, shipped in RULES.items():
        _seed_rule(code, dict(shipped), instruments, bodies, types, written)
    return written


def _seed_type(code: str, fields: dict, instruments: dict, bodies: dict, written: Counter) -> None:
    submitters, versions = fields.pop("submitters"), fields.pop("versions")
    record_type, is_new = RecordType.objects.get_or_create(code=code, defaults=fields)
    if not is_new:
        return
    written["record types"] += 1
    ends: list[date | None] = [later["valid_from"] - timedelta(days=1) for later in versions[1:]]
    for version, valid_to in zip(versions, [*ends, None], strict=True):
        written_now = RecordTypeVersion.objects.create(
            **version
            | {
                "record_type": record_type,
                "instrument": instruments[version["instrument"]],
                "valid_to": valid_to,
            }
        )
        written_now.submitters.add(*(bodies[body] for body in submitters))
        written["versions of record types"] += 1


def _seed_rule(
    code: str, fields: dict, instruments: dict, bodies: dict, types: dict, written: Counter
) -> None:
    record_types, submitters = fields.pop("record_types"), fields.pop("submitters", ())
    fields["instrument"] = instruments[fields["instrument"]]
    rule, is_new = PublicityRule.objects.get_or_create(code=code, defaults=fields)
    if is_new:
        written["publicity rules"] += 1
        rule.record_types.add(*(types[record_type] for record_type in record_types))
        rule.submitters.add(*(bodies[body] for body in submitters))
