"""A date box of a browser understands one form of a day only, whatever the reader's language is."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from entities.models import Entity
from repair.missing.forms import AskForm

ROOT = Path(__file__).resolve().parents[2]
CODE = [
    path
    for folder in ("agencies", "associations", "credit_platform", "entities", "evaluation", "repair")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "DateInput(" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_date_box_writes_its_day_as_browsers_read_it(path):
    made = re.findall(r"DateInput\((?:[^()]|\([^()]*\))*\)", path.read_text(encoding="utf-8"))
    assert made
    assert [one for one in made if 'format="%Y-%m-%d"' not in one] == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_proposed_day_stands_in_the_box_in_either_language(language):
    form = AskForm(entities=Entity.objects.none(), initial={"decided_on": date(2026, 8, 31)})
    with translation.override(language):
        assert 'value="2026-08-31"' in str(form["decided_on"])
