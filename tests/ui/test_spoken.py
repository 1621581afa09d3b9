"""Chinese passages on a page in another language say that they are Chinese, so that they are read aloud rightly."""

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe


def rendered(text, language: str = "en") -> str:
    with translation.override(language):
        return Template("{% load ui %}{{ text|spoken }}").render(Context({"text": text}))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("云汀市市场监督管理局", '<span lang="zh-CN">云汀市市场监督管理局</span>'),
        ("Warning: 未公示价目 again", 'Warning: <span lang="zh-CN">未公示价目</span> again'),
        ("2024年度纳税缴费信用级别 A", '<span lang="zh-CN">2024年度纳税缴费信用级别</span> A'),
        ("《食品安全法》第一百二十六条", '<span lang="zh-CN">《食品安全法》第一百二十六条</span>'),
        ("A < B & 甲", 'A &lt; B &amp; <span lang="zh-CN">甲</span>'),
        ("Article 7", "Article 7"),
        ("", ""),
    ],
)
def test_each_passage_is_named_and_everything_is_escaped(text, html):
    assert rendered(text) == html


def test_on_a_chinese_page_nothing_is_named():
    assert rendered("甲 & 乙", "zh-hans") == "甲 &amp; 乙"


def test_what_is_html_already_stays_as_it_is():
    assert rendered(mark_safe("<b>甲</b>")) == "<b>甲</b>"
