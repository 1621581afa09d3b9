"""Nothing that hangs on a record is forgotten when the record goes."""

from entities.retention.hanging import Fate, all_hanging, relations_to_records


def test_every_relation_to_a_record_says_what_becomes_of_it():
    assert {one.relation for one in all_hanging()} == relations_to_records()


def test_what_stays_says_why():
    assert all(one.why for one in all_hanging() if one.fate == Fate.STAYS)
