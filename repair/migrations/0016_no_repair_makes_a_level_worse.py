from django.db import migrations, models

#: The worst level of GACC Order 282: a repair that is granted cannot end there. No text says so, the platform does.
CODE, WORST = "customs-282", "seriously-dishonest"
OWN = "That a repair ends in no worse level is this platform's own rule."


def bar_the_worst(apps, schema_editor) -> None:
    rules = apps.get_model("repair", "SectorRule").objects
    for rule in rules.filter(code=CODE).exclude(barred__contains=[WORST]):
        rule.barred = [*rule.barred, WORST]
        rule.source = f"{rule.source} {OWN}"
        rule.save(update_fields=("barred", "source"))


class Migration(migrations.Migration):
    dependencies = [("repair", "0015_grades_given_directly")]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="sector_rule",
            field=models.SlugField(
                blank=True,
                db_default="",
                help_text="By which rule of tax or customs it was filed; none: by the rules of publicity.",
                max_length=60,
                verbose_name="rule of its sector",
            ),
        ),
        migrations.RunPython(bar_the_worst, migrations.RunPython.noop),
    ]
