import django.db.models.deletion
from django.db import migrations, models

#: What the view gave; it can be asked for again.
LAST_INSPECTIONS = """
    CREATE VIEW supervision_last_inspection AS
    SELECT record.entity_id, record.submitted_by_id AS body_id, max(record.decided_on) AS day
    FROM entities_creditrecord AS record
    WHERE record.record_type_id = (SELECT id FROM entities_recordtype WHERE code = 'inspection-result')
        AND record.status IN ('published', 'expired', 'repaired')
        AND record.archived_on IS NULL
    GROUP BY record.entity_id, record.submitted_by_id
"""
#: Archiving tells nobody of a changed record, and a body that goes changes none: they leave their marks by themselves.
LEAVE_MARKS = """
CREATE FUNCTION supervision_mark_archived_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO boards_countmark (entity_id) VALUES (NEW.entity_id);
    RETURN NULL;
END $$;
CREATE TRIGGER supervision_mark_archived_record AFTER UPDATE OF archived_on ON entities_creditrecord
    FOR EACH ROW WHEN (NEW.archived_on IS DISTINCT FROM OLD.archived_on)
    EXECUTE FUNCTION supervision_mark_archived_record();
CREATE FUNCTION supervision_mark_succession() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO boards_countmark (entity_id) SELECT DISTINCT entity_id FROM supervision_lastinspection;
    RETURN NULL;
END $$;
CREATE TRIGGER supervision_mark_succession AFTER UPDATE OF is_active, successor_id ON entities_submittingbody
    FOR EACH ROW WHEN (ROW(NEW.is_active, NEW.successor_id) IS DISTINCT FROM ROW(OLD.is_active, OLD.successor_id))
    EXECUTE FUNCTION supervision_mark_succession();
"""
LEAVE_NO_MARKS = """
DROP FUNCTION supervision_mark_archived_record() CASCADE;
DROP FUNCTION supervision_mark_succession() CASCADE;
"""
#: What is there already: by its own body at once, by the one that answers for a body that is gone by the first worker.
READ_WHAT_IS_THERE = """
INSERT INTO supervision_lastinspection (entity_id, body_id, day)
SELECT record.entity_id, record.submitted_by_id, max(record.decided_on)
FROM entities_creditrecord AS record
WHERE record.record_type_id = (SELECT id FROM entities_recordtype WHERE code = 'inspection-result')
    AND record.status IN ('published', 'expired', 'repaired')
    AND record.archived_on IS NULL
GROUP BY record.entity_id, record.submitted_by_id;
INSERT INTO boards_countmark (entity_id)
SELECT DISTINCT last.entity_id FROM supervision_lastinspection AS last
JOIN entities_submittingbody AS body ON body.id = last.body_id AND NOT body.is_active;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("boards", "0003_counts_by_department"),
        ("entities", "0023_one_number_however_it_is_written"),
        ("supervision", "0002_random_draws"),
    ]

    operations = [
        migrations.RunSQL("DROP VIEW supervision_last_inspection", LAST_INSPECTIONS),
        migrations.DeleteModel(name="LastInspection"),
        migrations.CreateModel(
            name="LastInspection",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entity_id", "body_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                (
                    "body",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entities.submittingbody",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="last_inspections",
                        to="entities.entity",
                    ),
                ),
            ],
            options={
                "verbose_name": "last inspection",
                "indexes": [
                    models.Index(fields=["body", "day"], include=("entity",), name="last_inspections_by_day")
                ],
            },
        ),
        migrations.RunSQL(LEAVE_MARKS, LEAVE_NO_MARKS),
        migrations.RunSQL(READ_WHAT_IS_THERE, migrations.RunSQL.noop),
    ]
