from django.db import migrations


class Migration(migrations.Migration):
    """Numbers are compared folded, which the other index serves."""

    dependencies = [("contacts", "0004_names_by_index")]

    operations = [migrations.RemoveIndex(model_name="party", name="party_by_reg_number")]
