from django.db import migrations

#: Puts old values over another; given the newest first, the earliest stands in the end.
OVERLAY = "CREATE AGGREGATE jantar_overlay(jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, PARALLEL = SAFE)"


class Migration(migrations.Migration):
    dependencies = [("history", "0004_since")]

    operations = [migrations.RunSQL(OVERLAY, "DROP AGGREGATE jantar_overlay(jsonb)")]
