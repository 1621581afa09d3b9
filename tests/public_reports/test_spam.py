"""What looks like advertising or noise is told from what somebody has to say."""

import pytest

from credit_platform.portal.public_reports.spam import Sign, judge

REAL = "11月3日在河岸路7号买的牛奶已过期两周，店家拒绝退货。I bought milk there that was two weeks over its date."


def test_what_somebody_has_to_say_has_no_sign():
    assert judge(REAL, seconds=40).signs == ()


@pytest.mark.parametrize(
    ("text", "more", "sign"),
    [
        (REAL, {"trap": "https://spam.example"}, Sign.TRAP),
        (REAL, {"seconds": 0.4}, Sign.QUICK),
        (REAL, {"seen_before": True}, Sign.SEEN),
        ("专业信用修复代办，包过", {}, Sign.ADVERTISING),
        ("看 www.a.com 和 http://b.cn 上的照片，店家售卖过期牛奶", {}, Sign.ADDRESSES),
        ("啊" * 40, {}, Sign.RUNS),
        ("坏店", {}, Sign.SHORT),
    ],
)
def test_each_sign_is_found(text, more, sign):
    assert sign in judge(text, **more).signs


@pytest.mark.parametrize(
    ("text", "more"),
    [(REAL, {"trap": "x"}), (REAL, {"seconds": 1}), ("代开发票，加微信", {}), (REAL, {"seen_before": True})],
)
def test_one_strong_sign_puts_aside(text, more):
    assert judge(text, **more).is_put_aside


@pytest.mark.parametrize("text", ["坏店", "See www.shop.com and http://b.cn for the photographs of the milk"])
def test_one_weak_sign_does_not(text):
    assert not judge(text, seconds=30).is_put_aside


def test_how_long_the_form_was_open_may_be_unknown():
    assert Sign.QUICK not in judge(REAL, seconds=None).signs
