from django.db import migrations, models

WAS = "status, legal_form, region_code, district, industry_code, size, registered_on"
NOW = f"{WAS}, head_office_id"


def keeping(names: str) -> str:
    """The trigger that keeps what was known of an entity before it is changed, in place of the one that is there."""
    old, new = (", ".join(f"{row}.{name}" for name in names.split(", ")) for row in ("OLD", "NEW"))
    return f"""
        DROP TRIGGER evaluation_entitypast_keep ON entities_entity;
        CREATE OR REPLACE FUNCTION evaluation_entitypast_keep() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO evaluation_entitypast (entity_id, until, {names}) VALUES (OLD.id, clock_timestamp(), {old});
            RETURN NULL;
        END $$;
        CREATE TRIGGER evaluation_entitypast_keep AFTER UPDATE OF {names} ON entities_entity FOR EACH ROW
        WHEN (true AND ROW({old}) IS DISTINCT FROM ROW({new})) EXECUTE FUNCTION evaluation_entitypast_keep();
        """


class Migration(migrations.Migration):
    """What had changed before keeps no head office: no scheme of those days asked for one."""

    dependencies = [
        ("evaluation", "0006_tables_of_peers"),
        ("entities", "0020_head_offices_stand_in_no_circle"),
    ]

    operations = [
        migrations.AddField(
            model_name="entitypast", name="head_office_id", field=models.BigIntegerField(null=True)
        ),
        migrations.RunSQL(keeping(NOW), keeping(WAS)),
    ]
