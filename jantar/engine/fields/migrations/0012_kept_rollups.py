import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fields', '0011_several_records'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('definition', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='kept', to='fields.customfield')),
            ],
            options={
                'verbose_name': 'kept roll-up',
                'verbose_name_plural': 'kept roll-ups',
            },
        ),
    ]
