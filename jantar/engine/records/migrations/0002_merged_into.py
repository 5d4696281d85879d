import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0002_kept'),
        ('records', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Moved',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_type', models.CharField(max_length=50)),
                ('source', models.CharField(max_length=63)),
                ('pointer', models.CharField(max_length=63)),
                ('row_id', models.BigIntegerField()),
                ('was', models.BigIntegerField()),
                ('became', models.BigIntegerField()),
                ('operation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moved', to='history.operation')),
            ],
            options={
                'verbose_name': 'moved row',
                'verbose_name_plural': 'moved rows',
            },
        ),
    ]
