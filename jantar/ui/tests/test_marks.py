from jantar.ui import html


def test_an_avatar_holds_the_initials_of_a_name():
    assert 'data-initials="ŻŁ"' in html.avatar("Żaneta Łukasiewicz")
    assert 'data-initials="JD"' in html.avatar("Ing. Jiří Dvořák, CSc.")
    assert 'data-initials="Ö"' in html.avatar("ödön")
    assert 'data-initials="?"' in html.avatar("  — ")


def test_an_avatar_keeps_its_colour_and_is_no_text_for_screen_readers():
    assert html.avatar("Anna Nowak") == html.avatar("Anna Nowak")
    assert 'aria-hidden="true"' in html.avatar("Anna Nowak")
    assert {html.stable_tone(str(number)) for number in range(60)} == set(html._AVATAR_TONES)


def test_what_users_write_is_escaped():
    assert "<script>" not in html.badge("<script>")
    assert "<b>" not in html.avatar("<b> <i>")
    assert '"><' not in html.badge("x", tone='"><img>')


def test_an_icon_without_a_label_is_hidden_from_screen_readers():
    assert 'aria-hidden="true"' in html.icon("phone")
    assert 'role="img" aria-label="Telefón"' in html.icon("phone", label="Telefón")
    assert html.icon("") == ""
