from importlib import import_module

from django.db import migrations, models

noted = import_module("entities.sharing.migrations.0002_changes_are_noted_by_the_database")
before = import_module("entities.sharing.migrations.0005_more_that_happens_to_a_record_is_told")

#: A body corrects a record by another one. Should a row be changed all the same, who keeps a copy hears of that too.
SAYS = (
    "record_type_id, submitted_by_id, document_number, title, facts, legal_basis, authority, severity_class,"
    " penalty_kinds, amount, decided_on, published_on, details"
)


def _of(row: str) -> str:
    return ", ".join(f"{row}.{column.strip()}" for column in SAYS.split(","))


AMENDED = f"WHEN ({_of('n')}) IS DISTINCT FROM ({_of('o')}) THEN 'amended'"

NOTING_REMOVED_RECORDS = """
CREATE FUNCTION sharing_note_removed_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sharing_change (kind, entity_id, record_id)
    SELECT 'withdrawn', entity_id, id FROM old_rows WHERE status = 'published' ORDER BY id;
    RETURN NULL;
END $$;

CREATE TRIGGER sharing_notes_removed_records AFTER DELETE ON entities_creditrecord
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION sharing_note_removed_records();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0023_one_number_however_it_is_written"),
        ("sharing", "0006_files_that_are_being_made"),
    ]

    operations = [
        migrations.AlterField(
            model_name="change",
            name="kind",
            field=models.CharField(
                choices=[
                    ("published", "New record"),
                    ("corrected", "Correction"),
                    ("objected", "Under objection"),
                    ("objection_lifted", "Objection settled"),
                    ("suspended", "Disclosure suspended"),
                    ("disclosed", "Disclosed again"),
                    ("withheld", "No longer disclosed to the public"),
                    ("stated", "The entity's statement changed"),
                    ("dated", "Publicity changed"),
                    ("amended", "What it says was put right"),
                    ("moved", "Moved to another entity"),
                    ("replaced", "Replaced by a correction"),
                    ("repaired", "Ended by repair"),
                    ("expired", "Publicity period over"),
                    ("withdrawn", "Withdrawn"),
                    ("annulled", "Without basis"),
                    ("renamed", "Entity renamed"),
                    ("status", "Status of the entity changed"),
                    ("facts", "Registered facts changed"),
                    ("merged", "Merged or separated"),
                    ("graded", "Another grade"),
                ],
                max_length=20,
                verbose_name="what changed",
            ),
        ),
        migrations.RunSQL(
            noted.changed_records(
                of_ended=before.ANNULLED, of_those_in_force=before.HIDDEN, otherwise=AMENDED
            ),
            noted.changed_records(of_ended=before.ANNULLED, of_those_in_force=before.HIDDEN),
        ),
        migrations.RunSQL(
            NOTING_REMOVED_RECORDS,
            noted.undoing(
                "sharing_notes_removed_records", "entities_creditrecord", "sharing_note_removed_records"
            ),
        ),
    ]
