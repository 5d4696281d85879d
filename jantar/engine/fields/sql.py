"""SQL expressions that fields and filters are built from."""

from django.db.models import BooleanField, Func, TextField


class Fold(Func):
    """Lower case without accents, as `jantar.kit.text.fold` gives it; what text is compared and sorted by."""

    function = "jantar_fold"
    output_field = TextField()


class NotTrue(Func):
    """The opposite of a condition in which NULL counts as false."""

    template = "((%(expressions)s) IS NOT TRUE)"
    output_field = BooleanField()
    conditional = True
