from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="jobrun",
            name="attempts_before",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
