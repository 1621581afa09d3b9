from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarYear(models.Model):
    """A year whose holidays and make-up days the State Council has published."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    source = models.CharField(_("source"), max_length=200)

    def __str__(self) -> str:
        return str(self.year)


class CalendarException(models.Model):
    """A day that differs from Monday to Friday: a holiday, or a weekend day worked to make up for one."""

    day = models.DateField(_("day"), primary_key=True)
    year = models.ForeignKey(CalendarYear, on_delete=models.CASCADE, related_name="exceptions")
    is_working = models.BooleanField(_("working day"))
    name = models.CharField(_("name"), max_length=60)

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
