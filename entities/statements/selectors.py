"""Reads of statements, for the pages of records and for whoever lists records."""

from django.db.models import OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from entities.models import CreditRecord
from entities.statements.models import Statement


def statement_beside(user, record: CreditRecord) -> Statement | None:
    """The statement beside a record as far as this user may read it, hidden ones included where it concerns them."""
    return Statement.objects.visible_to(user).filter(record=record).select_related("hidden_by").first()


def with_statement(records: QuerySet[CreditRecord]) -> QuerySet[CreditRecord]:
    """The same records, each with `statement`: the text that is shown beside it to everybody who sees it, or ""."""
    shown = Statement.objects.public().filter(record=OuterRef("pk")).values("text")
    return records.annotate(statement=Coalesce(Subquery(shown[:1]), Value(""), output_field=TextField()))
