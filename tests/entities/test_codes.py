"""The checks of unified social credit codes, one by one and by the column."""

import pytest
from hypothesis import given, strategies as st
from stdnum.cn import uscc

from entities import codes
from tests.factories import invented_code

VALID = "91350100M000100Y43"
character = st.sampled_from(codes.ALPHABET)
seventeen = st.text(character, min_size=17, max_size=17)
digits_first = st.tuples(
    st.text(st.sampled_from("0123456789"), min_size=8, max_size=8), st.text(character, min_size=9, max_size=9)
).map("".join)


def kinds(code: str) -> list[str]:
    return [problem.kind for problem in codes.problems_of(code)]


def test_the_standards_own_example_is_valid_with_the_character_that_its_sum_gives():
    assert codes.is_valid(VALID)
    assert not codes.is_valid("91350100M000100Y4Z")


@pytest.mark.parametrize("first", ["A1", "N2", "Y1", "N3"])
def test_codes_of_authorities_with_a_letter_are_valid_though_the_library_refuses_them(first):
    body = f"{first}330203MX900001"
    body += codes.inner_check_character(body[8:16])
    code = body + codes.outer_check_character(body)
    assert codes.is_valid(code)
    assert not uscc.is_valid(code)
    assert kinds(code) == []


@given(digits_first)
def test_where_the_library_answers_we_answer_the_same(start):
    for last in codes.ALPHABET:
        assert codes.is_valid(start + last) == uscc.is_valid(start + last)


@given(
    st.lists(
        st.one_of(seventeen.map(lambda s: s + codes.outer_check_character(s)), st.text(max_size=20)),
        max_size=40,
    )
)
def test_the_check_by_the_column_says_what_the_check_of_one_says(texts):
    columns = codes.check_many(texts)
    assert columns.outer.tolist() == [codes.is_valid(text) for text in texts]
    assert columns.inner.tolist() == [
        set(text) <= set(codes.ALPHABET) and len(text) == 18 and codes.is_organisation_code(text[8:17])
        for text in texts
    ]


@given(seventeen, st.integers(0, 16), character)
def test_any_one_wrong_place_is_noticed(start, place, wrong):
    code = start + codes.outer_check_character(start)
    changed = code[:place] + wrong + code[place + 1 :]
    assert codes.is_valid(changed) == (changed == code)


@pytest.mark.parametrize(
    "typed", ["９１３５０１００ｍ０００１００ｙ４３", " 91 350100 m000100y43", "91350100-M000100Y4-3"]
)
def test_full_width_lower_case_blanks_and_hyphens_are_put_right(typed):
    assert codes.normalise(typed) == VALID


def test_a_right_code_with_a_wrong_organisation_code_is_a_warning_that_says_so():
    problems = codes.problems_of("91360702MA65390994")
    assert [(p.kind, p.is_error) for p in problems] == [("inner_check_character", False)]
    assert "places 9 to 17" in str(problems[0])


def test_when_only_the_last_check_fails_both_checks_are_told():
    (problem,) = codes.problems_of("91230200828466230G")
    assert problem.is_error
    assert "ask for T at place 18, not G" in str(problem)
    assert "organisation code in places 9 to 17 is whole" in str(problem)


def test_when_both_checks_fail_no_place_is_promised():
    code = invented_code(7)
    wrong = code[:9] + ("1" if code[9] != "1" else "2") + code[10:]
    (problem,) = codes.problems_of(wrong)
    assert str(problem).startswith("Two checks fail")
    assert "probably" in str(problem)


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("", "required", "There is no code here"),
        ("12345", "length", "This has 5 places"),
        ("360206550875725", "old_number", "organisation code 55087572-5"),
        ("55087572-5".replace("-", ""), "old_number", "Write the 18-place"),
        ("9111000060003IOZSV", "alphabet", "look whether it is 1"),
        ("91350100M000100Y4#", "alphabet", "digits and capital letters only"),
    ],
)
def test_each_fault_has_a_sentence_that_says_what_to_do(code, kind, says):
    (problem,) = codes.problems_of(code)
    assert problem.kind == kind and problem.is_error
    assert says in str(problem)


def test_an_unknown_region_or_authority_is_a_remark_and_no_refusal():
    start = "B1999999MX900001"
    start += codes.inner_check_character(start[8:16])
    code = start + codes.outer_check_character(start)
    assert codes.is_valid(code)
    assert kinds(code) == ["authority", "region"]
    assert not any(problem.is_error for problem in codes.problems_of(code))


def test_a_persons_identity_number_is_recognised_and_is_no_code():
    assert codes.is_identity_number("11010519491231002X")
    assert not codes.is_identity_number(VALID)


@pytest.mark.parametrize(
    ("number", "inner"),
    [
        ("360206550875725", "550875725"),
        ("550875725", "550875725"),
        ("91360200550875725X", "550875725"),
        ("360206550875726", ""),
        ("320404000020971", ""),
        ("12345", ""),
    ],
)
def test_an_organisation_code_is_taken_out_of_a_number_only_where_its_check_fits(number, inner):
    assert codes.organisation_code_of(number) == inner


@pytest.mark.parametrize("text", ["9.13303E+17", "9.1330281144619507e+16", "9e17"])
def test_a_number_that_a_spreadsheet_has_rounded_is_told_so(text):
    (problem,) = codes.problems_of(codes.normalise(text))
    assert problem.kind == "rounded"
    assert problem.is_error
