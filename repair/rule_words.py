"""The codes that rules name, in the reader's words: departments, types of record, and what a field of a type says."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from credit_platform.common.bilingual import in_readers_language
from credit_platform.ui.formats import listed
from entities.drafts import version_on
from entities.models import RecordType, SubmittingBody
from repair.models import DatedRule, SectorRule


@dataclass(frozen=True, slots=True)
class SectorRow:
    """A rule of tax or customs as the page of the rules shows it."""

    rule: SectorRule
    kind: str
    values: list[str]
    absent: str
    barred: list[str]


@dataclass(frozen=True, slots=True)
class Words:
    """What codes are called; a code that the registry does not know stays as it is.

    Args:
        bodies: name by code.
        kinds: name of a type of record by code.
        fields: label by type and field.
        choices: label by type, field and code.
    """

    bodies: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    fields: dict[tuple[str, str], str] = field(default_factory=dict)
    choices: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def only(self, rule: DatedRule) -> str:
        """Of which types of which department the rule speaks; "" where it speaks of all."""
        if not rule.body_code:
            return ""
        return _("%(department)s: %(types)s") % {
            "department": self.bodies.get(rule.body_code, rule.body_code),
            "types": listed(self.kinds.get(code, code) for code in rule.type_codes),
        }

    def sector(self, rule: SectorRule) -> SectorRow:
        kind, name = rule.record_type, rule.field_name
        return SectorRow(
            rule,
            self.kinds.get(kind, kind),
            [self.choices.get((kind, name, code), code) for code in rule.values],
            self.fields.get((kind, rule.absent_field), rule.absent_field),
            [self.choices.get((kind, name, code), code) for code in rule.barred],
        )


def words_of(today: date) -> Words:
    """As the catalogue and the list of departments have them today, in the language in which it is asked."""
    words = Words(bodies={body.code: str(body) for body in SubmittingBody.objects.all()})
    for kind in RecordType.objects.prefetch_related("versions"):
        words.kinds[kind.code] = str(kind)
        version = version_on(kind.versions.all(), today)
        for one in version.extra_fields if version else []:
            words.fields[kind.code, one["name"]] = in_readers_language(one["label_zh"], one["label_en"])
            for choice in one.get("choices", []):
                words.choices[kind.code, one["name"], choice["code"]] = in_readers_language(
                    choice["label_zh"], choice["label_en"]
                )
    return words
