from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sales', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='deal',
            name='merged_into',
            field=models.BigIntegerField(editable=False, null=True, verbose_name='merged into'),
        ),
    ]
