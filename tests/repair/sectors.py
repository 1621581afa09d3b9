"""Records of tax and customs as the catalogue has them, and cases about them."""

from datetime import timedelta

from django.utils import timezone

from entities.catalogue.bodies import BODIES
from entities.catalogue.record_types import RECORD_TYPES
from entities.models import CreditRecord, LegalInstrument, RecordType
from repair.models import Case
from tests.factories import BodyFactory, CaseFactory, RecordFactory

AGO = 20


def seeded_type(code: str) -> RecordType:
    """A type of the shipped catalogue as it is today, with the body that submits it; the rest of it takes long to write."""
    shipped = RECORD_TYPES[code]
    kind, is_new = RecordType.objects.get_or_create(
        code=code, defaults={name: shipped[name] for name in ("name_zh", "name_en", "polarity", "category")}
    )
    if is_new:
        fields = dict(shipped["versions"][-1])
        fields["instrument"] = LegalInstrument.objects.get(code=fields["instrument"])
        version = kind.versions.create(**fields)
        names = {body: (zh, en) for body, _kind, zh, en in BODIES}
        for body in shipped["submitters"]:
            zh, en = names[body]
            version.submitters.add(BodyFactory(code=body, name_zh=zh, name_en=en))
    return kind


def seeded_record(code: str, **facts) -> CreditRecord:
    """A record of such a type, decided some days ago."""
    kind = seeded_type(code)
    version = kind.versions.get()
    return RecordFactory(
        **{
            "record_type": kind,
            "type_version": version,
            "submitted_by": version.submitters.get(),
            "severity_class": "",
            "decided_on": timezone.localdate() - timedelta(days=AGO),
        }
        | facts
    )


def tax_breach(**facts) -> CreditRecord:
    """Late filing: five points off, of which four come back when it is corrected within 30 days."""
    return seeded_record("tax-breach", **{"details": {"breach": "late-filing", "tax_amount": "9000"}} | facts)


def customs_level(**facts) -> CreditRecord:
    return seeded_record(
        "customs-credit-status",
        **{"details": {"customs_status": "dishonest", "customs_code": "3300000001"}} | facts,
    )


def case_about(record: CreditRecord, state: str, **known) -> Case:
    """A repair about such a record, as it stands in a state, with the day or the level that the department found."""
    is_tax = record.record_type.code == "tax-breach"
    day = record.decided_on + timedelta(days=10)
    found = (
        {"details.corrected_on": ["", day.isoformat()]}
        if is_tax
        else {"details.customs_status": ["dishonest", "regular"]}
    )
    filed = {} if state == "draft" else {"sector_rule": "tax-2025-12-points" if is_tax else "customs-282"}
    proposed = {"correction": found} if state == "proposed" else {}
    claimed = {"corrected_on": day} if is_tax else {}
    return CaseFactory(record=record, state=state, **filed | proposed | claimed | known)
