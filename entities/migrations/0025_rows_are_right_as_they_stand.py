from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0024_what_the_planner_knows_of_numbers"),
    ]

    operations = [
        migrations.AddField(
            model_name="submissionrow",
            name="is_confirmed",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Somebody said so of a row in which two things contradict each other.",
                verbose_name="right as it stands",
            ),
        ),
        migrations.AlterField(
            model_name="submissionrow",
            name="question",
            field=models.CharField(
                blank=True,
                help_text=(
                    "code_other_name, organisation_code, name, name_other_code, head_office, unregistered, unknown, "
                    "as_it_stands"
                ),
                max_length=20,
                verbose_name="what is asked",
            ),
        ),
    ]
