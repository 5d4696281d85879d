import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('api', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SpentMinute',
            fields=[
                ('token', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='accounts.apitoken')),
                ('minute', models.BigIntegerField()),
                ('requests', models.IntegerField()),
            ],
        ),
        migrations.RunSQL("ALTER TABLE api_spentminute SET UNLOGGED", migrations.RunSQL.noop),
    ]
