"""The checks of codes against real ones, good and bad."""

import csv
import json
from collections import Counter

import pytest

from entities import codes

pytestmark = pytest.mark.real_data

#: What the published vectors expect, in this project's words: (valid, kind of the first problem).
EXPECTED = {
    "91350100M000100Y43": (True, None),
    "91350100M000100Y4Z": (False, "alphabet"),
    "91110000600037341L": (True, None),
    "91110000600037341N": (False, "check_character"),
    "9111000060003IOZSV": (False, "alphabet"),
    "A1110000600037341L": (False, "check_character"),
    "12345": (False, "length"),
    "91360702MA65390994": (True, "inner_check_character"),
    "91230200828466230G": (False, "check_character"),
    "91310115741615025": (False, "length"),
}


def test_the_published_vectors_come_out_as_published(real_data_dir):
    vectors = json.loads((real_data_dir / "uscc_test_vectors" / "vectors.json").read_text(encoding="utf-8"))
    found = {}
    for vector in vectors:
        code = codes.normalise(vector["code"])
        problems = codes.problems_of(code)
        found[code] = (codes.is_valid(code), problems[0].kind if problems else None)
    assert found == EXPECTED


def test_two_hundred_known_codes_pass_both_checks(real_data_dir):
    known = (real_data_dir / "uscc_test_vectors" / "stdnum_valid_200.txt").read_text(encoding="utf-8").split()
    columns = codes.check_many(known)
    assert len(known) == columns.outer.sum() == columns.inner.sum() == 200
    assert all(codes.is_valid(code) for code in known)


def test_real_rows_with_wrong_codes_are_told_what_is_wrong(real_data_dir):
    path = real_data_dir / "cn_enterprise_registration" / "invalid_codes_half.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    told = Counter()
    for row in rows:
        first = codes.problems_of(codes.normalise(row["code"]))[0]
        told[row["class"], first.kind, first.is_error] += 1
    assert told == {
        ("len15-digits(old reg/tax no)", "length", True): 1531,
        ("len15-digits(old reg/tax no)", "old_number", True): 173,
        ("len13", "length", True): 201,
        ("uscc-check-ok-orgcode-check-bad", "inner_check_character", False): 35,
        ("uscc-check-bad-orgcode-ok", "check_character", True): 21,
        ("both-checks-bad", "check_character", True): 2,
        ("len11", "length", True): 9,
        ("len10", "old_number", True): 3,
        ("len12", "length", True): 2,
        ("len1", "length", True): 2,
        ("len24", "length", True): 1,
    }
