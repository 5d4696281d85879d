from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0003_in_jantar")]

    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["root", "at", "root_id"], name="history_change_since"),
        )
    ]
