"""PostgreSQL takes no statistics of an expression from a partial index: without any it expects a million rows for two
thousand phone numbers and reads the whole table, as an import would that looks for who is there already."""

from django.db import migrations

EXPRESSIONS = {
    "party_folded_name": "jantar_fold(name)",
    "party_folded_family": "jantar_fold(family_name)",
    "party_folded_given": "jantar_fold(given_name)",
    "party_folded_phone": "jantar_fold(phone)",
    "party_folded_registration": "jantar_fold(registration_number)",
    "party_folded_vat": "jantar_fold(vat_number)",
}


class Migration(migrations.Migration):
    dependencies = [("contacts", "0008_job_title")]

    operations = [
        *(
            migrations.RunSQL(
                f"CREATE STATISTICS {name} ON ({expression}) FROM contacts_party", f"DROP STATISTICS IF EXISTS {name}"
            )
            for name, expression in EXPRESSIONS.items()
        ),
        migrations.RunSQL("ANALYZE contacts_party", migrations.RunSQL.noop),
    ]
