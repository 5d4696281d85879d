"""Previews of office files; those attached before are read again by the hourly job."""

from django.db import migrations, models


def read_again(apps, schema_editor):
    contents = apps.get_model("documents", "Content").objects
    contents.filter(kind__in=["words", "sheet", "slides"]).update(reading="waiting")


class Migration(migrations.Migration):
    dependencies = [("documents", "0007_handing")]

    operations = [
        migrations.AddField("content", "preview", models.JSONField(null=True)),
        migrations.RunPython(read_again, migrations.RunPython.noop),
    ]
