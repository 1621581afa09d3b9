import django.contrib.postgres.fields
from django.db import migrations, models

#: They ship with what is new in them, and are written again after this.
OF_GRADES = ("tax-2021-31-grade", "tax-2021-31-direct", "tax-2025-12-grade", "tax-2025-12-direct")


def write_them_anew(apps, schema_editor) -> None:
    apps.get_model("repair", "SectorRule").objects.filter(code__in=OF_GRADES).delete()


class Migration(migrations.Migration):
    dependencies = [("repair", "0014_what_comparing_found_is_told")]

    operations = [
        migrations.AddField(
            model_name="sectorrule",
            name="absent_field",
            field=models.SlugField(
                blank=True,
                default="",
                help_text="It fits only where this field says nothing.",
                max_length=60,
                verbose_name="absent field",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="sectorrule",
            name="barred",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60),
                blank=True,
                default=list,
                help_text="What the department cannot put in the place of the level that ends.",
                size=None,
                verbose_name="shut out",
            ),
        ),
        migrations.RunPython(write_them_anew, migrations.RunPython.noop),
    ]
