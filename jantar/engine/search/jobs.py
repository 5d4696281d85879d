"""Words that no record holds any more are forgotten every night."""

from django.utils.translation import gettext_lazy as _

from jantar.engine.search.indexing import tidy_words
from jantar.platform.jobs import job, schedule


@job("search.tidy_words", _("Forget words that no record holds"), internal=True)
def forget_words() -> None:
    tidy_words()


schedule(forget_words, "30 2 * * *")
