"""The gates of folders follow their places and their access, whoever changes these: a form, a merge, an undo."""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION documents_set_gates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH RECURSIVE tree (id, gates, path) AS (
        SELECT f.id, coalesce(p.gates, '{}') || CASE f.access WHEN 'open' THEN '{}' ELSE ARRAY[f.id] END, ARRAY[f.id]
        FROM documents_folder f LEFT JOIN documents_folder p ON p.id = f.parent_id WHERE f.id = NEW.id
        UNION ALL
        SELECT c.id, tree.gates || CASE c.access WHEN 'open' THEN '{}' ELSE ARRAY[c.id] END, tree.path || c.id
        FROM documents_folder c JOIN tree ON c.parent_id = tree.id WHERE NOT c.id = ANY (tree.path)
    )
    UPDATE documents_folder f SET gates = tree.gates FROM tree WHERE tree.id = f.id AND f.gates <> tree.gates;
    RETURN NULL;
END $$;
CREATE TRIGGER documents_set_gates AFTER INSERT OR UPDATE OF parent_id, access ON documents_folder
FOR EACH ROW EXECUTE FUNCTION documents_set_gates();
"""
GONE = "DROP TRIGGER documents_set_gates ON documents_folder; DROP FUNCTION documents_set_gates();"


class Migration(migrations.Migration):
    dependencies = [("documents", "0005_folder_grants")]

    operations = [migrations.RunSQL(TRIGGER, GONE)]
