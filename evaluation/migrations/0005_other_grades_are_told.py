"""Another grade is a change of which others are told; the database notes it, for whole statements at once.

The first grade of an entity is none: it had no other before, and what led to it was told of.
"""

from django.db import migrations

NOTE_GRADES = """
CREATE FUNCTION evaluation_note_other_grades() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sharing_change (kind, entity_id, detail)
    SELECT 'graded', n.entity_id, jsonb_build_object(
        'scheme', s.code, 'name_zh', s.name_zh, 'name_en', s.name_en, 'was', n.from_grade, 'now', n.to_grade
    )
    FROM new_rows n JOIN evaluation_scheme s ON s.id = n.scheme_id
    WHERE n.from_grade <> n.to_grade AND (
        n.from_grade <> '' OR EXISTS (
            SELECT FROM evaluation_currentrating c WHERE c.entity_id = n.entity_id AND c.scheme_id = n.scheme_id
        )
    )
    ORDER BY n.id;
    RETURN NULL;
END $$;

CREATE TRIGGER evaluation_notes_other_grades AFTER INSERT ON evaluation_ratingchange
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION evaluation_note_other_grades();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("evaluation", "0004_what_was_known_before"),
        ("sharing", "0004_other_grades_are_changes"),
    ]

    operations = [
        migrations.RunSQL(
            NOTE_GRADES,
            "DROP TRIGGER evaluation_notes_other_grades ON evaluation_ratingchange; "
            "DROP FUNCTION evaluation_note_other_grades();",
        ),
    ]
