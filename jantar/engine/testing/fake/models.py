"""A small library with books: what the engine is tested on. It has a column of every kind."""

from django.db import models

from jantar.engine.fields.model_fields import (
    CountryField,
    MinutesField,
    MoneyField,
    PercentField,
    PhoneField,
    TagsField,
)
from jantar.engine.records.models import Record


class Shelf(Record):
    name = models.CharField("name", max_length=100, unique=True)
    city = models.CharField("city", max_length=100, blank=True, default="")
    capacity = models.PositiveIntegerField("capacity", null=True, blank=True)

    class Meta:
        verbose_name = "shelf"
        verbose_name_plural = "shelves"

    def __str__(self) -> str:
        return self.name


class Book(Record):
    title = models.CharField("title", max_length=200)
    title_column = "title"
    shelf = models.ForeignKey(Shelf, null=True, blank=True, on_delete=models.SET_NULL, related_name="books")
    summary = models.TextField("summary", blank=True, default="")
    pages = models.PositiveIntegerField("pages", null=True, blank=True)
    weight = models.DecimalField("weight", max_digits=8, decimal_places=3, null=True, blank=True)
    discount = PercentField("discount", null=True, blank=True)
    price = MoneyField("price")
    lent = models.BooleanField("lent", default=False)
    genre = models.CharField(
        "genre",
        max_length=20,
        blank=True,
        default="",
        choices=[("novel", "Novel"), ("poetry", "Poetry"), ("law", "Law")],
    )
    labels = TagsField(verbose_name="labels")
    formats = TagsField(
        verbose_name="formats",
        base_field=models.CharField(
            max_length=10, choices=[("paper", "Paper"), ("audio", "Audio"), ("ebook", "E-book")]
        ),
    )
    published_on = models.DateField("published", null=True, blank=True)
    lent_at = models.DateTimeField("lent at", null=True, blank=True)
    reading_time = MinutesField("reading time", null=True, blank=True)
    author_email = models.EmailField("e-mail of the author", blank=True, default="")
    phone = PhoneField(verbose_name="phone")
    website = models.URLField("web site", blank=True, default="")
    country = CountryField(verbose_name="country")

    class Meta:
        verbose_name = "book"
        verbose_name_plural = "books"

    def __str__(self) -> str:
        return self.title


class Copy(models.Model):
    """A part of a book."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="copies")
    number = models.CharField("number", max_length=20)
    is_main = models.BooleanField("main", default=False)

    class Meta:
        verbose_name = "copy"
        verbose_name_plural = "copies"
        constraints = [
            models.UniqueConstraint(
                fields=["book", "number"], name="fake_copy_number", violation_error_message="This number is taken."
            ),
            models.UniqueConstraint(fields=["book"], condition=models.Q(is_main=True), name="fake_copy_one_main"),
        ]

    def __str__(self) -> str:
        return self.number
