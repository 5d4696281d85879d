"""HTML of strangers becomes a small set of tags; whatever it is, nothing of it runs and nothing said is lost."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jantar.kit.rich_text import (
    LONGEST_HTML,
    MARKS,
    TAGS,
    TooMuchHtml,
    formatted,
    from_text,
    looks_like_html,
    plain_text,
    safe,
)

LINK = '<a href="{}" rel="noopener noreferrer">{}</a>'


def html(source: str) -> str:
    found = formatted(source)
    assert found is not None
    assert found.html == found.kept == safe(found.html)
    return found.html


@pytest.mark.capability("C130")
@pytest.mark.parametrize(
    ("hostile", "clean"),
    [
        ("a<script>alert(1)</script>b", "<p>ab</p>"),
        ("a<SCRIPT SRC=//evil.example/x.js></SCRIPT >b", "<p>a"),
        ("<p onclick='alert(1)' style='color:red' class=x id=y>a</p>", "<p>a</p>"),
        ('<img src=x onerror="alert(1)">a', "<p>a</p>"),
        ("a<svg onload=alert(1)><script>alert(1)</script></svg>b", "<p>ab</p>"),
        ('<a href="javascript:alert(1)">a</a>', "<p>a</p>"),
        ('<a href="jav&#x09;ascript:alert(1)">a</a>', "<p>a</p>"),
        ('<a href=" &#14; javascript:alert(1)">a</a>', "<p>a</p>"),
        ('<a href="data:text/html,<script>alert(1)</script>">a</a>', "<p>"),
        ('<a href="vbscript:x">a</a><a href="//evil.example">b</a><a href="/settings/">c</a>', "<p>abc</p>"),
        ('<iframe src="https://evil.example">x</iframe>a<object data=x>y</object>', "<p>a</p>"),
        ("<form action=/><input name=q value=v><button>Go</button></form>", "<p>Go</p>"),
        ("<style>p{position:fixed}</style><link rel=stylesheet href=x><base href=//evil.example>a", "<p>a</p>"),
        ("<<script>script>alert(1)<</script>/script>", "<p>&lt;/script&gt;</p>"),
        ("<p title='<script>alert(1)</script>'>a</p>", "<p"),
        ("<b/onmouseover=alert(1)>a</b>", "<p><strong>a</strong></p>"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("a\x00<scr\x00ipt>alert(1)</script>b", "<p>ab</p>"),
        ("<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>a", "<p>"),
        ("a<!-- x --><!--><img src=x onerror=alert(1)>-->b", "<p>a--&gt;b</p>"),
    ],
)
def test_nothing_runs(hostile: str, clean: str) -> None:
    found = formatted(hostile)
    kept = found.html if found else ""
    assert kept.startswith(clean) if not clean.endswith("</p>") else kept == clean
    assert not any(
        word in tag for tag in re.findall("<[^>]*>", kept) for word in ("script", "onerror", "style", "src=")
    )


@pytest.mark.parametrize(
    ("source", "clean"),
    [
        ("plain", "<p>plain</p>"),
        ("<b>x</b> <i>y</i> <ins>z</ins> <del>w</del>", "<p><strong>x</strong> <em>y</em> <u>z</u> <s>w</s></p>"),
        ("<b>x<i>y</b>z</i>", "<p><strong>x<em>y</em></strong><em>z</em></p>"),
        ("<h1>a</h1><h2>b</h2><h5>c</h5>", "<h3>a</h3><h3>b</h3><h4>c</h4>"),
        ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
        ("a<br>b<br/>c", "<p>a<br>b<br>c</p>"),
        ("<ul><li>1<li>2<ol><li>3</ol></ul>4",
         "<ul><li><p>1</p></li><li><p>2</p><ol><li><p>3</p></li></ol></li></ul><p>4</p>"),
        ("<li>a</li>", "<ul><li><p>a</p></li></ul>"),
        ("<table><tr><td>a<td>b</tr><tr><td>c</table>", "<p>a | b</p><p>c</p>"),
        ("<pre>a\n  b</pre>", "<pre><code>a\n  b</code></pre>"),
        ("<p>a</p><hr><p>b</p>", "<p>a</p><hr><p>b</p>"),
        ("<blockquote>a<blockquote>b", "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>"),
        ("<b style='font-weight:normal'><p>a <b>b</b></p></b>", "<p>a <strong>b</strong></p>"),
        ("<p>a</p><p></p><p>b</p><p></p><p> </p>", "<p>a</p><p></p><p>b</p>"),
        ("<p>a\n   b</p>\n  <p>c</p>", "<p>a b</p><p>c</p>"),
        ("1 < 2 && 3 > 2 <3", "<p>1 &lt; 2 &amp;&amp; 3 &gt; 2 &lt;3</p>"),
        ("<p>unfinished <b", "<p>unfinished &lt;b</p>"),
        ("<a href='https://a.example/?x=1&amp;y=\"2'>a</a>",
         f"<p>{LINK.format('https://a.example/?x=1&amp;y=&quot;2', 'a')}</p>"),
        ("<a href=MAILTO:a@b.example>a</a>", f"<p>{LINK.format('MAILTO:a@b.example', 'a')}</p>"),
        ("<a href=tel:+420601>a<b>b</b></a>", f"<p>{LINK.format('tel:+420601', 'a<strong>b</strong>')}</p>"),
    ],
)  # fmt: skip
def test_what_is_meant_is_kept_in_one_form(source: str, clean: str) -> None:
    assert html(source) == clean
    assert html(clean) == clean


@pytest.mark.parametrize(
    ("table", "clean"),
    [
        ("<tr><td>A1</td><td>B1</td></tr><tr><td>A2</td><td>B2</td></tr>", "<p>A1 | B1</p><p>A2 | B2</p>"),
        ("<thead><tr><th>A<th>B<tbody><tr>\n<td> 1 </td>\n<td> 2</td>\n</tr>\n", "<p>A | B</p><p>1 | 2</p>"),
        ("<tr><td><p>A </p></td><td><div><p><b>B</b></p></div></td></tr>", "<p>A | <strong>B</strong></p>"),
        ("<tr><td><p>A<p>a</p></td><td><p>B<p>b</p></td></tr>", "<p>A</p><p>a | B</p><p>b</p>"),
        ("<tr><td>A</td><td><br></td><td>&nbsp;</td><td>D</td><td></td></tr>", "<p>A | | | D</p>"),
        ("<tr><td><p></p></td><td><b>B</b></td></tr>", "<p>| <strong>B</strong></p>"),
        ("<tr><td><b>A</b></td><td><b>B</b></td></tr>", "<p><strong>A</strong> | <strong>B</strong></p>"),
        ("<tr><td></td><td> </td></tr><tr><td>A</td></tr>", "<p>A</p>"),
        ("<tr><td>A</td><td><h1>B</h1><p>b</p></td><td>C</td></tr>", "<p>A</p><h3>B</h3><p>b | C</p>"),
        ("<tr><td>A</td><td><ul><li>B</ul></td><td>C</td></tr>", "<p>A</p><ul><li><p>B</p></li></ul><p>C</p>"),
        ("<tr><td>A</td><td><table><tr><td>x<td>y</table></td><td>C</td></tr>", "<p>A</p><p>x | y</p><p>C</p>"),
    ],
)  # fmt: skip
def test_a_row_of_a_table_is_a_line(table: str, clean: str) -> None:
    assert html(f"<p>before</p><table>{table}</table><p>after</p>") == f"<p>before</p>{clean}<p>after</p>"
    assert html(clean) == clean


@pytest.mark.parametrize("source", ["", " ", "<p></p>", "<p>&nbsp;</p>", "<p><br></p>", "<ul><li></li></ul>", "<hr>"])
def test_an_empty_editor_is_no_value(source: str) -> None:
    assert formatted(source) is None


def test_the_text_says_lists_and_links() -> None:
    found = formatted(
        "<h3>Plan</h3><ol><li>one<ul><li>deep</li></ul></li><li>two</li></ol><blockquote>said</blockquote>"
        "<p>a<br>b</p><p>see <a href='https://a.example/'>a.example</a>, <a href='https://a.example/x'>that</a></p>"
    )
    assert found is not None
    assert found.text.split("\n") == [
        "Plan", "1. one", "  • deep", "2. two", "said", "a", "b", "see a.example, that (https://a.example/x)"
    ]  # fmt: skip


def test_plain_text_goes_in_and_out_as_it_is() -> None:
    text = "First <line>\n\nThird & last; 1 < 2"
    found = from_text(text)
    assert found is not None
    assert (found.text, found.is_plain) == (text, True)
    assert found.html == "<p>First &lt;line&gt;</p><p></p><p>Third &amp; last; 1 &lt; 2</p>"


@pytest.mark.parametrize(
    ("text", "is_html"),
    [
        ("<p>a</p>", True), ("a <b>b</b> c", True), ("a<br>b", True), ("a<BR />b", True), ("<DIV>a</DIV>", True),
        ("a < b and c > d", False), ("<anna@firm.example>", False), ("x <p y", False), ("</p>", False), ("<3", False),
        ("Dear <name>, </name>", False),
    ],
)  # fmt: skip
def test_html_is_told_from_text_with_signs(text: str, is_html: bool) -> None:
    assert looks_like_html(text) == is_html


@pytest.mark.parametrize(
    "piece",
    ["<b>", "<blockquote>", "<ul><li>", "<", "</", "<!--", "<a href='", "<p ", "<b>x<p>", "&", "<b x=1><p>y", "<svg>",
     "<a><b><i><u><s><code>x</code></s>", "<td>x", "<td>", "<tr><td><p>x</p><td>"],
)  # fmt: skip
def test_it_takes_time_in_proportion_to_its_length(piece: str) -> None:
    started = time.process_time()
    formatted(piece * (LONGEST_HTML // len(piece) // 5))
    assert time.process_time() - started < 5


def test_what_is_too_long_is_not_looked_at() -> None:
    with pytest.raises(TooMuchHtml):
        formatted("x" * (LONGEST_HTML + 1))


SIGNS = ["x", " ", "\n", "&lt;", "&nbsp;", "<", ">", '"', "<!--", "-->"]
OTHERS = [
    "<div>",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "<td>",
    "</td>",
    "<script>",
    "</script>",
    '<a href="https://a.example">',
]
PIECES = [*(f"<{tag}>" for tag in sorted(TAGS)), *(f"</{tag}>" for tag in sorted(TAGS)), *OTHERS, *SIGNS]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_cleaning_what_is_clean_changes_nothing(source: str) -> None:
    found = formatted(source)
    if found is not None:
        assert formatted(found.html) == found
        assert plain_text(found.html) == found.text
        assert all(found.html.count(f"<{mark}>") <= found.html.count(f"</{mark}>") for mark in MARKS)
