"""Dates, numbers and money follow the reader's language."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from credit_platform.ui import formats

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("write", "value", "english", "chinese"),
    [
        (formats.day, DAY, "20 Nov 2026", "2026-11-20"),
        (formats.day_short, DAY, "20 Nov", "11月20日"),
        (formats.day_long, DAY, "20 November 2026", "2026年11月20日"),
        (formats.weekday_long, DAY, "Friday 20 November 2026", "2026年11月20日 星期五"),
        (formats.moment, datetime(2026, 11, 19, 16, 30, tzinfo=UTC), "20 Nov 2026 00:30", "2026-11-20 00:30"),
        (formats.number, 1284006, "1,284,006", "1,284,006"),
        (formats.yuan, 32000, "32,000 yuan", "3.2万元"),
        (formats.yuan, Decimal("8000.00"), "8,000 yuan", "0.8万元"),
        (formats.yuan, 50, "50 yuan", "50元"),
        (formats.yuan, Decimal(120000000), "120,000,000 yuan", "12,000万元"),
        (formats.points, 4, "+4.0", "+4.0"),
        (formats.points, -6.4, "−6.4", "−6.4"),
        (formats.points, 0, "0.0", "0.0"),
        (formats.points, -0.04, "0.0", "0.0"),
        (formats.score, 68.94, "68.9", "68.9"),
        (formats.percent, 0.9721, "97.2%", "97.2%"),
        (formats.file_size, 0, "0 B", "0 B"),
        (formats.file_size, 219136, "214 KB", "214 KB"),
        (formats.file_size, 14_890_000, "14.2 MB", "14.2 MB"),
        (formats.file_size, 4 * 1024**3, "4.0 GB", "4.0 GB"),
    ],
)
def test_the_readers_language_decides(write, value, english, chinese):
    with override("en"):
        assert write(value) == english
    with override("zh-hans"):
        assert write(value) == chinese


@pytest.mark.parametrize(
    "write", [formats.day, formats.moment, formats.number, formats.yuan, formats.score, formats.points]
)
def test_nothing_is_written_for_nothing(write):
    assert write(None) == ""
