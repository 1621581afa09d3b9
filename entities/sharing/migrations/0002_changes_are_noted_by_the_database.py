"""Triggers by which the database notes every change itself, for whole statements at once."""

from django.db import migrations

NEW_RECORDS = """
CREATE FUNCTION sharing_note_new_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sharing_change (kind, entity_id, record_id)
    SELECT CASE WHEN replaces_id IS NULL THEN 'published' ELSE 'corrected' END, entity_id, id
    FROM new_rows WHERE status = 'published' ORDER BY id;
    RETURN NULL;
END $$;

CREATE TRIGGER sharing_notes_new_records AFTER INSERT ON entities_creditrecord
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sharing_note_new_records();
"""

NOTING_CHANGED_RECORDS = """
CREATE TRIGGER sharing_notes_changed_records AFTER UPDATE ON entities_creditrecord
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION sharing_note_changed_records();
"""

NOTING_CHANGED_ENTITIES = """
CREATE TRIGGER sharing_notes_changed_entities AFTER UPDATE ON entities_entity
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION sharing_note_changed_entities();
"""


def changed_records(*, of_ended: str = "", of_those_in_force: str = "", otherwise: str = "") -> str:
    """The function of the trigger; later migrations put more cases into it, which come before those that are here,
    or with `otherwise` after them."""
    return f"""
CREATE OR REPLACE FUNCTION sharing_note_changed_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sharing_change (kind, entity_id, record_id)
    SELECT kind, entity_id, id FROM (
        SELECT n.id, n.entity_id, CASE
            WHEN n.status = 'published' AND o.status <> 'published' THEN
                CASE WHEN n.replaces_id IS NULL THEN 'published' ELSE 'corrected' END
            WHEN o.status = 'published' AND n.status <> 'published' THEN n.status
            {of_ended}
            WHEN n.status <> 'published' THEN NULL
            WHEN n.entity_id <> o.entity_id THEN 'moved'
            {of_those_in_force}
            WHEN n.objected AND NOT o.objected THEN 'objected'
            WHEN o.objected AND NOT n.objected THEN 'objection_lifted'
            WHEN (n.publish_until, n.withheld, n.type_version_id)
                IS DISTINCT FROM (o.publish_until, o.withheld, o.type_version_id) THEN 'dated'
            {otherwise}
        END AS kind
        FROM new_rows n JOIN old_rows o USING (id)
    ) AS compared WHERE kind IS NOT NULL ORDER BY id;
    -- Whoever follows the entity that a record left has to hear of it as well.
    INSERT INTO sharing_change (kind, entity_id, record_id)
    SELECT 'moved', o.entity_id, o.id FROM new_rows n JOIN old_rows o USING (id)
    WHERE o.status = 'published' AND n.status = 'published' AND n.entity_id <> o.entity_id ORDER BY o.id;
    RETURN NULL;
END $$;
"""


def changed_entities(*, first: str = "") -> str:
    """The function of the trigger; a later migration puts a case before those that are here."""
    return f"""
CREATE OR REPLACE FUNCTION sharing_note_changed_entities() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sharing_change (kind, entity_id)
    SELECT kind, id FROM (
        SELECT n.id, CASE
            {first}
            WHEN n.name_zh <> o.name_zh THEN 'renamed'
            WHEN n.status <> o.status THEN 'status'
            WHEN (n.legal_form, n.region_code, n.district, n.industry_code, n.size, n.address, n.head_office_id)
                IS DISTINCT FROM
                (o.legal_form, o.region_code, o.district, o.industry_code, o.size, o.address, o.head_office_id)
                THEN 'facts'
        END AS kind
        FROM new_rows n JOIN old_rows o USING (id)
    ) AS compared WHERE kind IS NOT NULL ORDER BY id;
    RETURN NULL;
END $$;
"""


def undoing(trigger: str, table: str, function: str) -> str:
    return f"DROP TRIGGER {trigger} ON {table}; DROP FUNCTION {function}();"


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0001_initial"),
        ("sharing", "0001_changes_and_watch_lists"),
    ]

    operations = [
        migrations.RunSQL(
            NEW_RECORDS,
            undoing("sharing_notes_new_records", "entities_creditrecord", "sharing_note_new_records"),
        ),
        migrations.RunSQL(
            changed_records() + NOTING_CHANGED_RECORDS,
            undoing("sharing_notes_changed_records", "entities_creditrecord", "sharing_note_changed_records"),
        ),
        migrations.RunSQL(
            changed_entities() + NOTING_CHANGED_ENTITIES,
            undoing("sharing_notes_changed_entities", "entities_entity", "sharing_note_changed_entities"),
        ),
    ]
