from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_failed_sign_ins"),
        ("communications", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("due_at"), models.F("id"), condition=models.Q(("deleted_at", None)), name="task_all_by_due"
            ),
        ),
    ]
