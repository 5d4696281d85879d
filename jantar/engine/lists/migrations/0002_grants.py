"""Everybody who has a role may have lists: hand-picked ones are tools of their owners."""

from django.db import migrations

ADD = """
INSERT INTO permissions_grant (role_id, record_type, action, scope)
SELECT permissions_role.id, 'lists', action, 4
FROM permissions_role, unnest(ARRAY['see', 'create', 'edit', 'delete', 'export', 'bulk']) action
ON CONFLICT DO NOTHING
"""
TAKE = "DELETE FROM permissions_grant WHERE record_type = 'lists'"


class Migration(migrations.Migration):
    dependencies = [("lists", "0001_initial"), ("permissions", "0001_initial")]

    operations = [migrations.RunSQL(ADD, TAKE)]
