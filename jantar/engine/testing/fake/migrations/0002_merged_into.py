from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fake', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='book',
            name='merged_into',
            field=models.BigIntegerField(editable=False, null=True, verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='shelf',
            name='merged_into',
            field=models.BigIntegerField(editable=False, null=True, verbose_name='merged into'),
        ),
    ]
