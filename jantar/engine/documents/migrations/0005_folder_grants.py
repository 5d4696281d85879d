"""Roles that exist may do with company-wide folders what they may do with company-wide documents."""

from django.db import migrations

ADD = """
INSERT INTO permissions_grant (role_id, record_type, action, scope)
SELECT role_id, 'folders', action, scope FROM permissions_grant WHERE record_type = 'documents'
ON CONFLICT DO NOTHING
"""
TAKE = "DELETE FROM permissions_grant WHERE record_type = 'folders'"


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_folders")]

    operations = [migrations.RunSQL(ADD, TAKE)]
