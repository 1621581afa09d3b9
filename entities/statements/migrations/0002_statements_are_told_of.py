from django.db import migrations

#: Whoever keeps a copy of a record that is in force shows what its entity says of it, and ceases to.
NOTE = """
CREATE FUNCTION statements_note_what_is_shown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.state = 'shown') IS DISTINCT FROM (TG_OP = 'UPDATE' AND OLD.state = 'shown') THEN
        INSERT INTO sharing_change (kind, entity_id, record_id)
        SELECT 'stated', entity_id, id FROM entities_creditrecord
        WHERE id = NEW.record_id AND status = 'published';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER statements_tell_what_is_shown AFTER INSERT OR UPDATE ON statements_statement
FOR EACH ROW EXECUTE FUNCTION statements_note_what_is_shown();
"""
UNDO = """
DROP TRIGGER statements_tell_what_is_shown ON statements_statement;
DROP FUNCTION statements_note_what_is_shown();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0005_more_that_happens_to_a_record_is_told"),
        ("statements", "0001_statements_beside_records"),
    ]

    operations = [migrations.RunSQL(NOTE, UNDO)]
