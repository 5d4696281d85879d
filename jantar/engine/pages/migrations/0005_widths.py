from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pages', '0004_default_view'),
    ]

    operations = [
        migrations.AddField(
            model_name='savedview',
            name='widths',
            field=models.JSONField(default=dict),
        ),
    ]
