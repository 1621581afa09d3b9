"""The lists of boards in the order of their columns: the few who moved are sorted, not looked for among everybody."""

import json
from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict

from entities.models import Entity
from evaluation import lists
from evaluation.boards.models import CountedRating
from tests.factories import MemberFactory, install_shipped_schemes

pytestmark = pytest.mark.django_db
MANY, MOVED = 6_000, 12


@pytest.fixture(scope="module")
def asked(rows_of_the_module):
    """`asked("name")`: the list of those who rose this week, narrowed, of many of whom few did."""
    scheme = install_shipped_schemes()["city-comprehensive"].scheme
    entities = Entity.objects.bulk_create(
        Entity(name_zh=f"云汀{n}号", name_key=f"{n * 7919 % 1000003:07d}", credit_code=f"91339702MA{n:08d}")
        for n in range(MANY)
    )
    CountedRating.objects.bulk_create(
        CountedRating(
            entity=entity,
            scheme=scheme,
            name_key=entity.name_key,
            district="汀东区" if n % 2 else "汀西区",
            section="C",
            status="active",
            place=1,
            points=80_00 + n % 900,
            as_of=date(2026, 1, 1),
            records_counted=3,
            week_place=2 if n % (MANY // MOVED) == 1 else 1,
            week_points=70_00,
            month_place=1,
            year_place=1,
            weeks=[],
        )
        for n, entity in enumerate(entities)
    )
    with connection.cursor() as cursor:
        # Of tables that were empty when they were last looked at, the planner believes that they still are.
        cursor.execute(f"ANALYZE {CountedRating._meta.db_table}, {Entity._meta.db_table}")
    user = MemberFactory(role="supervisor")

    def listed(sort: str, count: int | None):
        query = QueryDict(f"show=rose&period=week&district=汀东区&section=C&sort={sort}")
        return lists.listed(lists.asked(user, query), sort, count)

    return listed


@pytest.mark.parametrize("sort", ["name", "-name", "-points", "grade", "district", "day"])
def test_few_who_moved_are_found_by_the_index_of_movers_whatever_the_order(asked, sort):
    (plan,) = json.loads(asked(sort, MOVED)[:25].explain(format="json"))
    used = json.dumps(plan)
    assert "counted_rose_week" in used, used
    assert "counted_by" not in used, used


def test_the_order_is_the_same_whether_sorted_or_read_from_an_index(asked):
    for sort in ("name", "-name", "-points"):
        few, many = (list(asked(sort, count).values_list("pk", flat=True)) for count in (MOVED, None))
        assert few == many
        assert len(few) == MOVED


def test_many_who_moved_are_read_in_the_order_of_an_index(asked):
    assert "counted_by_name" in asked("name", lists.FEW + 1)[:25].explain()
