"""How long a member has to put things right: the lead office's dated rule, and what holds where it set none."""

from dataclasses import dataclass
from datetime import date, timedelta

from associations.forewarning.models import Counting, NoticeTerm
from credit_platform.common.working_days import WorkingCalendar, working_days_after


@dataclass(frozen=True, slots=True)
class Term:
    """So many days. `is_set` tells a rule of the lead office from the value that the platform starts with."""

    days: int
    counting: str
    is_set: bool

    def ends(self, told_on: date, calendar: WorkingCalendar) -> date:
        """The last day; the day of telling does not count."""
        if self.counting == Counting.CALENDAR:
            return told_on + timedelta(days=self.days)
        return working_days_after(told_on, self.days, calendar).day


#: No law that was read names a number. Long enough to do something, and for the lead office to replace.
START = Term(15, Counting.WORKING, is_set=False)


def term_on(day: date) -> Term:
    """What holds on that day."""
    found = NoticeTerm.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    return Term(found.days, found.counting, is_set=True) if found else START
