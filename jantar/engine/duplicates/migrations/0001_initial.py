import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Pair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_type', models.CharField(max_length=50)),
                ('first_id', models.BigIntegerField()),
                ('second_id', models.BigIntegerField()),
                ('points', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('later', 'Later'), ('different', 'Not the same')], default='open', max_length=10)),
                ('found_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'pair',
                'verbose_name_plural': 'pairs',
                'indexes': [models.Index(fields=['record_type', 'state', '-points', 'id'], name='duplicates_pair_queue')],
                'constraints': [models.UniqueConstraint(fields=('record_type', 'first_id', 'second_id'), name='duplicates_pair_once')],
            },
        ),
    ]
