import pytest
from hypothesis import given
from hypothesis import strategies as st

from jantar.kit.text import around_difference, create_fold_sql, fold, initials, slug, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Łódź", "lodz"),
        ("Příliš žluťoučký kůň", "prilis zlutoucky kun"),
        ("ÁRVÍZTŰRŐ tükörfúrógép", "arvizturo tukorfurogep"),
        ("Ľubomír Ďurčanský, Ŕ ĺ Ô", "lubomir durcansky, r l o"),
        ("Zażółć gęślą jaźń", "zazolc gesla jazn"),
        ("Straße ẞ", "strasse ss"),
        ("Ærø Œuvre Þór Ðað", "aero oeuvre thor dad"),
        ("Đorđe Ħal Ŧa Iıİi Ŋa ĳs Ĳ", "dorde hal ta iiii na ijs ij"),
        ("Nguyễn Ưu", "nguyen uu"),
        ("e\u0301 Ř R\u030c", "e r r"),
        ("Ǆ ǅ Ǽ ﬁ ﬄ", "dz dz ae fi ffl"),
        ("Ελλάδα ΟΔΟΣ οδός", "ελλαδα οδοσ οδοσ"),
        ("Ёлка Йод", "елка иод"),
        ("10\u00a0000\u202fm²  O’Neil – a\u00adb", "10 000 m2  o'neil - ab"),
        ("100% 'a' \\ \"b\"", "100% 'a' \\ \"b\""),
        ("", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


TEXT = st.text(
    st.one_of(
        st.characters(min_codepoint=1, max_codepoint=0x24F),
        st.characters(min_codepoint=1, exclude_categories=["Cs"]),
        st.sampled_from("ßẞæÆǽœþĳŉ\u0301\u030c\u00ad'’%\\łŁđøıİ"),
    )
)


@given(TEXT)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(TEXT)
def test_ascii_shortcut_equals_the_table(text):
    assert fold(text) + "" == fold(text + "\u0301")


def test_every_letter_folds_alike_in_python_and_postgres(fold_in_sql):
    codes = [code for code in range(1, 0x3000) if not 0xD800 <= code < 0xE000]
    codes += range(0xFB00, 0xFB07)
    texts = [f"a{chr(code)}B" for code in codes]
    assert fold_in_sql(texts) == [fold(text) for text in texts]


@given(texts=st.lists(TEXT, max_size=20))
def test_texts_fold_alike_in_python_and_postgres(fold_in_sql, texts):
    assert fold_in_sql(texts) == [fold(text) for text in texts]


def test_sql_passes_through_drivers_that_expand_percent_signs():
    assert "%" not in create_fold_sql()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kovářská 12/3, Brno", ["kovarska", "12", "3", "brno"]),
        ("O'Neil_x", ["o", "neil", "x"]),
        (" -- ", []),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jan Novák", "JN"),
        ("Ing. Šárka Říhová, CSc.", "ŠŘ"),
        ("Anna Maria Nowak", "AN"),
        ("Škoda", "Š"),
        ("élan vital", "ÉV"),
        ("Dr.", "D"),
        ("", ""),
        ("- &", ""),
    ],
)
def test_initials(name, expected):
    assert initials(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Žluťoučký kůň s.r.o.", "zlutoucky-kun-s-r-o"), ("Łódź – 2026", "lodz-2026"), ("Ελλάδα", "")],
)
def test_slug(text, expected):
    assert slug(text) == expected


def test_long_texts_are_shown_where_they_begin_to_differ() -> None:
    assert around_difference("a b", "a c", 10) == ("a b", "a c")
    assert around_difference("x" * 30 + "old", "x" * 30 + "new", 8) == ("…xxold", "…xxnew")
    assert around_difference("", "y" * 12, 8) == ("", "yyyyyyyy…")
