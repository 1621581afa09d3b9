from django.db import migrations, models


class Migration(migrations.Migration):
    """What was typed until now stays as the Chinese matter; its English is empty, and pages then show the Chinese."""

    dependencies = [("commitments", "0002_what_was_handed_in_by_mistake")]

    operations = [
        migrations.RenameField(model_name="commitmenttemplate", old_name="matter", new_name="matter_zh"),
        migrations.AlterField(
            model_name="commitmenttemplate",
            name="matter_zh",
            field=models.CharField(
                help_text="Such as a licence given on a promise.",
                max_length=120,
                verbose_name="matter in Chinese",
            ),
        ),
        migrations.AddField(
            model_name="commitmenttemplate",
            name="matter_en",
            field=models.CharField(blank=True, max_length=120, verbose_name="matter in English"),
        ),
        migrations.AlterModelOptions(
            name="commitmenttemplate",
            options={
                "ordering": ("matter_zh", "code", "-valid_from"),
                "verbose_name": "template of a commitment",
            },
        ),
    ]
