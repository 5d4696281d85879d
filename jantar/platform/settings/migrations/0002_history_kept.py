from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settings", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="workspace",
            name="history_months",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[(12, "1 year"), (24, "2 years"), (36, "3 years"), (60, "5 years"), (120, "10 years")],
                null=True,
                verbose_name="keep the history for",
            ),
        ),
        migrations.AddField(
            model_name="workspace",
            name="history_since",
            field=models.DateTimeField(editable=False, null=True, verbose_name="history is whole since"),
        ),
    ]
