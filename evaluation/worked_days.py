"""The days on which offices work, as a scheme writes them: how many lie between two days, and which day is the so-manieth.

Pure. What lies before the first or after the last day that is written is not known.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from evaluation.columns import Bools, Days, Ints


@dataclass(frozen=True)
class WorkedDays:
    """Monday to Friday from the first to the last day, but for the days off, and some days of weekends."""

    first: date
    last: date
    off: tuple[date, ...]
    worked: tuple[date, ...]

    @cached_property
    def is_worked_on(self) -> Bools:
        """For each day from the first on whether offices work."""
        days = np.arange(np.datetime64(self.first), np.datetime64(self.last) + 1)
        works: Bools = np.is_busday(days)
        for several, whether in ((self.off, False), (self.worked, True)):
            works[self._places(np.array(several, "M8[D]"))] = whether
        return works

    @cached_property
    def so_far(self) -> Ints:
        """For each day how many are worked up to it, itself among them."""
        return np.cumsum(self.is_worked_on)

    def _places(self, days: Days) -> Ints:
        return (days - np.datetime64(self.first)).astype(np.int64)

    def is_worked(self, day: date) -> bool:
        """Whether it is known of the day that offices work on it."""
        return self.first <= day <= self.last and bool(self.is_worked_on[(day - self.first).days])

    def between(self, since: Days, until: Days) -> tuple[Ints, Bools]:
        """How many worked days lie after each day up to and with another, negative where that lies before; and where that is
        not known.
        """
        places = [self._places(days) for days in (since, until)]
        known = [(place >= 0) & (place < len(self.so_far)) for place in places]
        begins, ends = (
            self.so_far[np.where(has, place, 0)] for place, has in zip(places, known, strict=True)
        )
        unknown = ~(known[0] & known[1])
        return np.where(unknown, 0, ends - begins), unknown

    def days_reaching(self, day: date, after: int) -> tuple[date, date] | None:
        """The first and the last day since which so many days were worked by the end of a day that is one of them."""
        wanted = self.so_far[(day - self.first).days] - after
        low = int(np.searchsorted(self.so_far, wanted, side="left"))
        high = int(np.searchsorted(self.so_far, wanted, side="right")) - 1
        return None if high < low else (self._day(low), self._day(high))

    def day_after(self, since: date, after: int) -> date | None:
        """The worked day that is the so-manieth after a day; None where it is not known."""
        if not self.first <= since <= self.last:
            return None
        wanted = self.so_far[(since - self.first).days] + after
        place = int(np.searchsorted(self.so_far, wanted, side="left"))
        reached = place < len(self.so_far) and self.so_far[place] == wanted and self.is_worked_on[place]
        return self._day(place) if reached else None

    def _day(self, place: int) -> date:
        day: date = (np.datetime64(self.first) + place).item()
        return day
