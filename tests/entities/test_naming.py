"""How names are compared and abbreviated."""

import pytest
from hypothesis import given, strategies as st

from entities import naming


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("金盛包装（南昌）有限公司", "金盛包装(南昌)有限公司"),
        ("杭萧钢构(江西）有限公司 ", "杭萧钢构〔江西〕有限公司"),
        ("ＡＢＣ食品　有限公司", "abc食品有限公司"),
        ("约翰•史密斯商贸", "约翰·史密斯商贸"),
        ("甲\u200b乙\ufeff公司", "甲乙公司"),
        ("甲—乙－丙公司", "甲-乙-丙公司"),
    ],
)
def test_names_that_differ_only_in_writing_have_one_key(one, other):
    assert naming.name_key(one) == naming.name_key(other)


def test_different_names_keep_different_keys():
    assert naming.name_key("江西纳百汇药业有限公司") != naming.name_key("江西纳百川药业有限公司")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("宁波银行股份有限公司", "nbyhgfyxgs"),
        ("重庆长安汽车", "cqcaqc"),
        ("厦门国际会计师事务所", "xmgjkjssws"),
        ("余姚市旅行社", "yyslxs"),
        ("中国工商银行股份有限公司长春支行", "zggsyhgfyxgscczh"),
        ("3M中国(上海)公司", "3mzgshgs"),
    ],
)
def test_initials_follow_the_reading_of_words(name, letters):
    assert naming.initials(name) == letters


name = st.text(st.sampled_from("宁波银行重庆长会（）(A1 ·\n\u3000公司乐清音"), max_size=12)


@given(st.lists(name, min_size=1, max_size=30))
def test_many_at_once_give_what_each_alone_gives(names):
    keys = naming.name_keys(names)
    assert keys == [naming.name_key(one) for one in names]
    assert naming.initials_of_keys(keys) == [naming.initials(one) for one in names]


@given(st.text(max_size=30))
def test_any_text_has_a_key_without_blanks_and_initials_of_letters_and_digits(text):
    key = naming.name_key(text)
    assert naming.name_key(key) == key
    assert not any(sign.isspace() for sign in key)
    letters = naming.initials(text)
    assert letters == "" or (letters.isascii() and letters.isalnum() and letters == letters.lower())
