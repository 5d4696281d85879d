"""The text folding function and the extensions that search and filters use."""

from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations

from jantar.kit.text import create_fold_sql


class Migration(migrations.Migration):
    dependencies = [("fields", "0001_initial")]

    operations = [
        TrigramExtension(),
        BtreeGinExtension(),
        migrations.RunSQL(create_fold_sql(), "DROP FUNCTION jantar_fold(text)"),
    ]
