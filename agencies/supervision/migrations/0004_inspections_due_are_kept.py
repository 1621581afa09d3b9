import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

#: A term runs from registration where nobody was there yet, and of that day nobody else is told.
LEAVE_MARKS = """
CREATE FUNCTION supervision_mark_registration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO boards_countmark (entity_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER supervision_mark_registration AFTER UPDATE OF registered_on ON entities_entity
    FOR EACH ROW WHEN (NEW.registered_on IS DISTINCT FROM OLD.registered_on)
    EXECUTE FUNCTION supervision_mark_registration();
"""
LEAVE_NO_MARKS = "DROP FUNCTION supervision_mark_registration() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [
        ("boards", "0003_counts_by_department"),
        ("entities", "0025_rows_are_right_as_they_stand"),
        ("evaluation", "0001_initial"),
        ("supervision", "0003_last_inspections_are_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="DueTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("whole_city", models.BooleanField()),
                (
                    "bodies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="Keys of the bodies for whose records the department answers.",
                        size=None,
                    ),
                ),
                (
                    "terms",
                    models.JSONField(
                        help_text="By place on the scale, after how many months, and nothing before which day."
                    ),
                ),
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
                    "scheme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evaluation.scheme",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scheme", "body"), name="terms_are_kept_once_for_a_department"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DueInspection",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entity_id", "terms_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.SmallIntegerField()),
                ("district", models.CharField(blank=True, max_length=60)),
                ("section", models.CharField(blank=True, max_length=1)),
                ("last_on", models.DateField(null=True)),
                ("due_on", models.DateField()),
                (
                    "entity",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="due_inspections",
                        to="entities.entity",
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.dueterms",
                    ),
                ),
            ],
            options={
                "verbose_name": "inspection due",
                "indexes": [
                    models.Index(fields=["terms", "due_on", "entity"], name="inspections_by_due_day"),
                    models.Index(
                        fields=["terms", "district", "due_on", "entity"], name="inspections_due_of_a_district"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DueCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.SmallIntegerField()),
                ("due_on", models.DateField()),
                ("never", models.BooleanField(help_text="Whether there was no inspection yet.")),
                ("count", models.IntegerField()),
                (
                    "terms",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.dueterms",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["terms", "place"], name="due_cells")],
            },
        ),
        migrations.RunSQL(LEAVE_MARKS, LEAVE_NO_MARKS),
    ]
