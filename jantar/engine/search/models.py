"""The search index. Triggers write it; nothing else does."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Entry(models.Model):
    """One record as it is found.

    `start` holds the words of the title in order, `words` one lexeme for each word and key, made of the name of
    the type, a mark and the word ("people=novak"), so that one index answers each type from its own postings.
    """

    pk = models.CompositePrimaryKey("type", "record_id")
    type = models.CharField(max_length=50, db_collation="C")
    record_id = models.BigIntegerField()
    title = models.TextField()
    subtitle = models.TextField()
    start = models.TextField(db_collation="C")
    words = SearchVectorField()

    class Meta:
        indexes = [
            models.Index(fields=["type", "start", "record_id"], name="search_entry_by_start"),
            GinIndex(fields=["words"], name="search_entry_by_words"),
        ]

    def __str__(self) -> str:
        return self.title


class Word(models.Model):
    """A word that stands in some record: what misspelt words are compared with. A word can stand here twice."""

    word = models.CharField(max_length=40, db_collation="C", db_index=True)

    class Meta:
        indexes = [GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_word_by_trigram")]

    def __str__(self) -> str:
        return self.word
