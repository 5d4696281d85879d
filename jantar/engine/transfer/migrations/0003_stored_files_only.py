from django.db import migrations


class Migration(migrations.Migration):
    """In a transaction of its own: the table can't be altered while changes of its rows wait for their checks."""

    dependencies = [("transfer", "0002_stored_files")]

    operations = [
        migrations.RemoveField(model_name="importrun", name="file"),
        migrations.RenameField(model_name="importrun", old_name="stored", new_name="file"),
    ]
