"""Uploaded files are kept like all others, by the files of the platform."""

import hashlib
from datetime import timedelta

import django.db.models.deletion
from django.core.files.storage import default_storage
from django.db import migrations, models

KEPT = timedelta(days=60)


def take_over(apps, schema_editor):
    """Give each uploaded file a row; its content stays where it lies."""
    stored_file = apps.get_model("files", "StoredFile")
    for run in apps.get_model("transfer", "ImportRun").objects.exclude(file=""):
        if not default_storage.exists(run.file.name):
            continue
        with default_storage.open(run.file.name) as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        run.stored = stored_file.objects.create(
            name=run.file_name[:120] or "file",
            purpose="transfer.upload",
            content_type="application/octet-stream",
            size=default_storage.size(run.file.name),
            digest=digest,
            path=run.file.name,
            owner_id=run.created_by_id,
            created_at=run.created_at,
            expires_at=run.created_at + KEPT,
        )
        run.save(update_fields=["stored"])


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_initial"),
        ("transfer", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="stored",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="files.storedfile",
                verbose_name="file",
            ),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
