"""Wordings as decisions use them: read once and asked without a query; and as the lead office keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from credit_platform.common.errors import Missing
from repair.models import Case
from repair.policies import works_on_cases
from repair.wordings.models import Wording


@dataclass(frozen=True, slots=True)
class WordingBook:
    """All approved wordings, each with its days."""

    wordings: tuple[Wording, ...]

    def offered(self, uses: Iterable[str], *, case: Case, on: date) -> list[Wording]:
        """Those in force on the day for these uses in this case."""
        wanted = set(uses)
        return [one for one in self.wordings if one.use in wanted and one.fits(case) and one.holds_on(on)]

    def by_code(self, code: str, *, on: date) -> Wording | None:
        """The wording of a code that is in force on the day."""
        return next((one for one in self.wordings if one.code == code and one.holds_on(on)), None)

    def remedy(self, use: str, *, on: date) -> str:
        """What a decision of the day says of the remedies, in the reader's language."""
        return next((one.text for one in self.wordings if one.use == use and one.holds_on(on)), "")


def wording_book() -> WordingBook:
    """The wordings as the table now has them, in one small query."""
    return WordingBook(tuple(Wording.objects.filter(state=Wording.State.APPROVED)))


def kept(*, user) -> QuerySet[Wording]:
    """All wordings with their versions and drafts, for whoever works on cases; `Missing` for anybody else."""
    if not works_on_cases(user):
        raise Missing
    return Wording.objects.select_related("written_by", "approved_by")


def wording_for(*, user, wording_id: int) -> Wording:
    """One wording; `Missing` for who does not work on cases, and where there is none."""
    found = kept(user=user).filter(pk=wording_id).first()
    if found is None:
        raise Missing
    return found


def versions_of(*, user, code: str) -> list[Wording]:
    """All rows of a code, a draft first, then the newest."""
    rows = kept(user=user).filter(code=code)
    return sorted(rows, key=lambda one: (one.state == Wording.State.APPROVED, -one.valid_from.toordinal()))
