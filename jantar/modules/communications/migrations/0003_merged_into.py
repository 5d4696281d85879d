from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('communications', '0002_tasks_by_due'),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='merged_into',
            field=models.BigIntegerField(editable=False, null=True, verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='task',
            name='merged_into',
            field=models.BigIntegerField(editable=False, null=True, verbose_name='merged into'),
        ),
    ]
