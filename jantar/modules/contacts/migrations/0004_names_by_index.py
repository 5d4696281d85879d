import django.contrib.postgres.indexes
from django.db import migrations, models

import jantar.engine.fields.sql


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0003_import_keys'),
        ('fields', '0002_functions'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='party',
            index=models.Index(jantar.engine.fields.sql.Fold(models.F('name')), models.F('id'), condition=models.Q(('deleted_at', None)), name='party_by_name'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(jantar.engine.fields.sql.Fold(models.F('name')), name='gin_trgm_ops'), condition=models.Q(('deleted_at', None)), name='party_name_contains'),
        ),
    ]
