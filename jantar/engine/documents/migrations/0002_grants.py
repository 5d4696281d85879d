"""Roles that exist may do with company-wide documents what they may do with the records of some type."""

from django.db import migrations

ADD = """
INSERT INTO permissions_grant (role_id, record_type, action, scope)
SELECT role_id, 'documents', action, max(scope) FROM permissions_grant
WHERE record_type <> '*' AND action <> 'import' GROUP BY role_id, action
ON CONFLICT DO NOTHING
"""
TAKE = "DELETE FROM permissions_grant WHERE record_type = 'documents'"


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("permissions", "0001_initial")]

    operations = [migrations.RunSQL(ADD, TAKE)]
