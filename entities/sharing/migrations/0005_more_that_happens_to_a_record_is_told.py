from importlib import import_module

from django.db import migrations, models

noted = import_module("entities.sharing.migrations.0002_changes_are_noted_by_the_database")

#: What has ended already and loses its basis afterwards is told of too: others may have kept it as history.
ANNULLED = "WHEN n.status = 'annulled' AND o.status <> 'annulled' THEN 'annulled'"
#: Whoever had read what is withheld now may still do so, or has to take it out.
HIDDEN = """
            WHEN n.suspended AND NOT o.suspended THEN 'suspended'
            WHEN o.suspended AND NOT n.suspended THEN 'disclosed'
            WHEN n.withheld AND NOT o.withheld THEN 'withheld'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0015_records_without_basis"),
        ("sharing", "0004_other_grades_are_changes"),
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
            noted.changed_records(of_ended=ANNULLED, of_those_in_force=HIDDEN), noted.changed_records()
        ),
    ]
