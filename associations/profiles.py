"""What an association notes of itself: its charter, its industry, and who holds its offices."""

import re
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from associations import policies
from associations.models import Association, Officer
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing

INDUSTRY = re.compile(r"[A-T]\d{0,4}")


@dataclass(frozen=True, slots=True)
class Profile:
    """The charter by name and articles, the industry in words and by the codes of GB/T 4754."""

    charter: str
    charter_adopted_on: date | None
    industry_scope: str
    industry_codes: tuple[str, ...]

    def problems(self) -> dict[str, list[str]]:
        """Everything wrong with it, at once, by field."""
        found: dict[str, list[str]] = {}
        if not self.charter.strip():
            found["charter"] = [_("Name the charter and the articles by which you keep records of members.")]
        if self.charter_adopted_on and self.charter_adopted_on > timezone.localdate():
            found["charter_adopted_on"] = [_("This day has not come yet.")]
        if strange := [code for code in self.industry_codes if not INDUSTRY.fullmatch(code)]:
            found["industry_codes"] = [_("“%(code)s” is no industry code.") % {"code": strange[0]}]
        return found


@transaction.atomic
def change_profile(*, by, association_id: int, profile: Profile) -> Association:
    """Note what the association says of itself. Saying the same again changes nothing."""
    association = locked_association(association_id)
    policies.may_keep_profile(by, association).require()
    if problems := profile.problems():
        raise InvalidInput(problems)
    fields = {
        "charter": profile.charter.strip(),
        "charter_adopted_on": profile.charter_adopted_on,
        "industry_scope": profile.industry_scope.strip(),
        "industry_codes": sorted(set(profile.industry_codes)),
    }
    changed = [name for name, value in fields.items() if getattr(association, name) != value]
    if changed:
        for name in changed:
            setattr(association, name, fields[name])
        association.save(update_fields=changed)
        audit.record(actor=by, verb="associations.profile.changed", target=association, fields=changed)
    return association


@transaction.atomic
def name_officer(*, by, association_id: int, name: str, office: str, since: date) -> Officer:
    """Note who holds an office. Naming the same again changes nothing and returns who is there already."""
    association = locked_association(association_id)
    policies.may_keep_profile(by, association).require()
    name, office = name.strip(), office.strip()
    problems = {
        field: [_("Nothing stands here; this field must be filled in.")]
        for field, value in (("name", name), ("office", office))
        if not value
    }
    if since > timezone.localdate():
        problems["since"] = [_("This day has not come yet.")]
    if problems:
        raise InvalidInput(problems)
    there = Officer.objects.filter(association=association, name=name, office=office, until=None).first()
    if there:
        return there
    officer = Officer.objects.create(association=association, name=name, office=office, since=since)
    audit.record(actor=by, verb="associations.officer.named", target=officer, since=str(since))
    return officer


@transaction.atomic
def end_office(*, by, officer_id: int, until: date) -> Officer:
    """Note that somebody has left an office. Ending it again on the same day changes nothing."""
    officer = (
        Officer.objects.select_for_update(of=("self",))
        .select_related("association__body")
        .filter(pk=officer_id)
        .first()
    )
    if officer is None:
        raise Missing
    policies.may_keep_profile(by, officer.association).require()
    if officer.until == until:
        return officer
    if until < officer.since:
        raise InvalidInput({"until": [_("An office does not end before it began.")]})
    if until > timezone.localdate():
        raise InvalidInput({"until": [_("This day has not come yet.")]})
    officer.until = until
    officer.save(update_fields=("until",))
    audit.record(actor=by, verb="associations.officer.ended", target=officer, until=str(until))
    return officer


def locked_association(association_id: int) -> Association:
    """The association under lock. Raises `Missing` where there is none."""
    association = (
        Association.objects.select_for_update(of=("self",))
        .select_related("body")
        .filter(pk=association_id)
        .first()
    )
    if association is None:
        raise Missing
    return association
