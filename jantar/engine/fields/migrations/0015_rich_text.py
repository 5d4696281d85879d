from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fields', '0014_files_of_fields'),
    ]

    operations = [
        migrations.AlterField(
            model_name='customfield',
            name='kind',
            field=models.CharField(choices=[('text', 'Text'), ('long_text', 'Long text'), ('rich_text', 'Rich text'), ('number', 'Number'), ('integer', 'Whole number'), ('money', 'Amount of money'), ('percent', 'Percent'), ('duration', 'Duration'), ('boolean', 'Yes or no'), ('date', 'Date'), ('datetime', 'Date and time'), ('choice', 'One of a list'), ('multi_choice', 'Several of a list'), ('tags', 'Tags'), ('country', 'Country'), ('address', 'Address'), ('record', 'Record'), ('records', 'Several records'), ('user', 'Colleague'), ('team', 'Team'), ('email', 'E-mail'), ('phone', 'Phone'), ('web', 'Web address'), ('file', 'File'), ('image', 'Image'), ('formula', 'Formula'), ('rollup', 'Roll-up')], max_length=20, verbose_name='kind'),
        ),
    ]
