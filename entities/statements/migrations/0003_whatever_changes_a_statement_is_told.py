from django.db import migrations

#: A statement is never rewritten, and goes along with a correction. Whatever else befalls one that is shown, who keeps
#: a copy of its record hears of it, of the record that it left as well.
NOTE = """
CREATE FUNCTION statements_note_what_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sharing_change (kind, entity_id, record_id)
    SELECT 'stated', entity_id, id FROM entities_creditrecord
    WHERE id IN (OLD.record_id, CASE TG_OP WHEN 'UPDATE' THEN NEW.record_id END) AND status = 'published';
    RETURN NULL;
END $$;

CREATE TRIGGER statements_tell_what_is_another AFTER UPDATE ON statements_statement FOR EACH ROW
WHEN (
    OLD.state = 'shown' AND NEW.state = 'shown' AND (OLD.text, OLD.record_id) IS DISTINCT FROM (NEW.text, NEW.record_id)
) EXECUTE FUNCTION statements_note_what_is_another();

CREATE TRIGGER statements_tell_what_is_removed AFTER DELETE ON statements_statement FOR EACH ROW
WHEN (OLD.state = 'shown') EXECUTE FUNCTION statements_note_what_is_another();
"""
UNDO = """
DROP TRIGGER statements_tell_what_is_removed ON statements_statement;
DROP TRIGGER statements_tell_what_is_another ON statements_statement;
DROP FUNCTION statements_note_what_is_another();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("statements", "0002_statements_are_told_of"),
    ]

    operations = [migrations.RunSQL(NOTE, UNDO)]
