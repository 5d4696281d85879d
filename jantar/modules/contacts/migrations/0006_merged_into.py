from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0005_one_index_of_registrations'),
    ]

    operations = [
        migrations.AddField(
            model_name='party',
            name='merged_into',
            field=models.BigIntegerField(editable=False, null=True, verbose_name='merged into'),
        ),
    ]
