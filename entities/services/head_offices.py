"""Head offices never stand in a circle, however many entities long: no entity is below itself.

The database holds it (`no_entity_stands_below_itself`); here it is asked first, to say so in a sentence.
"""

from django.db import connection

from entities.models import HEAD_OFFICE_LOCK

#: From an entity upwards. UNION ends a circle too, should one ever have come in.
ABOVE = """
    WITH RECURSIVE above AS (
        SELECT head_office_id AS id FROM entities_entity WHERE id = %s
        UNION
        SELECT office.head_office_id FROM above JOIN entities_entity AS office ON office.id = above.id
    )
    SELECT id FROM above WHERE id IS NOT NULL
"""


def offices_above(entity_id: int) -> frozenset[int]:
    """The head office of an entity, the head office of that one, and so on, merged ones included."""
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, [entity_id])
        return frozenset(key for (key,) in cursor.fetchall())


def hold_head_offices() -> None:
    """Let nobody else give an entity a head office until this transaction ends.

    Two who each see one half of a circle only would otherwise close it together. To be called before entities are
    locked, for the database asks for the same lock when a head office is written.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [HEAD_OFFICE_LOCK])


def is_above_or_same(entity_id: int, other_id: int) -> bool:
    """Whether the first entity stands above the second one, or is it."""
    return entity_id == other_id or entity_id in offices_above(other_id)
