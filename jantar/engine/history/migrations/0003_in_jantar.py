from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0002_kept")]

    operations = [
        migrations.AlterField(
            model_name="operation",
            name="cause",
            field=models.CharField(
                choices=[
                    ("page", "In Jantar"),
                    ("api", "API"),
                    ("import", "Import"),
                    ("bulk", "Bulk edit"),
                    ("merge", "Merge"),
                    ("automation", "Automation"),
                    ("undo", "Undo"),
                    ("system", "Jantar"),
                ],
                max_length=10,
                verbose_name="cause",
            ),
        )
    ]
