"""The channel of a team: who reads it, what is found in it, what addresses in its messages say."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.errors import Invalid, NotAllowed
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import NotFound
from jantar.engine.testing.actors import make_actor, make_team, make_user
from jantar.engine.testing.fake.records import books
from jantar.engine.timeline import services, stream
from jantar.engine.timeline.channels import channels_of, find_messages, load_channel
from jantar.engine.timeline.marking import marked, record_at
from jantar.engine.timeline.mentions import Mentions
from jantar.engine.timeline.models import Comment

pytestmark = pytest.mark.django_db
SECRET = "Xylofonista"


@pytest.fixture
def north():
    return make_team("North")


@pytest.fixture
def ada(north):
    return make_actor("Ada", north, scope=Scope.TEAM)


@pytest.fixture
def eva(north):
    return make_actor("Eva", north, scope=Scope.TEAM)


@pytest.fixture
def bob():
    return make_actor("Bob", make_team("South"), scope=Scope.ALL)


@pytest.fixture
def root():
    return make_actor("Root", admin=True)


def texts(team, actor, **options):
    return [one.source.text for one in stream.page(team, actor, **options).entries]


@pytest.mark.capability("C27")
def test_members_write_and_answer_in_the_channel_of_their_team(north, ada, eva):
    message = services.add_comment(north, text="Who goes to the fair?", actor=ada)
    services.reply(message.pk, text="I do", actor=eva)
    assert texts(north, ada) == texts(north, eva) == ["I do", "Who goes to the fair?"]
    shown = stream.page(north, eva).entries
    assert [one.sentence for one in shown] == ["Eva", "Ada"]
    assert shown[0].extra["begins"] == message


@pytest.mark.capability("C27")
def test_who_is_not_in_the_team_reads_nothing_administrators_neither(north, ada, bob, root):
    message = services.add_comment(north, text=SECRET, actor=ada)
    for outsider in (bob, root, system_actor()):
        with pytest.raises(NotFound):
            load_channel(north.pk, outsider)
        with pytest.raises((NotFound, NotAllowed)):
            services.add_comment(north, text="Hello", actor=outsider)
        with pytest.raises(NotFound):
            services.reply(message.pk, text="Hello", actor=outsider)
        with pytest.raises(NotFound):
            services.edit_comment(message.pk, text="Hello", actor=outsider)
        assert texts(north, outsider) == []
        assert find_messages(SECRET, outsider, 10) == []
        assert SECRET not in str(channels_of(outsider))
    assert [one.text for one in Comment.objects.all()] == [SECRET]


def test_an_administrator_in_the_team_reads_it(north, ada):
    boss = make_actor("Boss", north, admin=True)
    services.add_comment(north, text="Hello", actor=ada)
    assert texts(north, boss) == ["Hello"]


def test_the_tree_of_teams_reads_downwards_only(north):
    below = make_team("North coast", parent=north)
    ada = make_actor("Ada", north, scope=Scope.TEAM)
    low = make_actor("Low", below, scope=Scope.TEAM)
    services.add_comment(north, text="From above", actor=ada)
    services.add_comment(below, text="From below", actor=low)
    assert (texts(below, ada), texts(north, low)) == (["From below"], [])
    assert [(one.team.name, one.is_own) for one in channels_of(ada)] == [("North", True), ("North coast", False)]
    assert [one.team.name for one in channels_of(low)] == ["North coast"]


def test_who_left_the_team_no_longer_reads_what_they_wrote(north, ada):
    message = services.add_comment(north, text="Hello", actor=ada)
    left = make_user("Ida", north)
    services.add_comment(north, text="Bye", actor=actor_for(left))
    left.memberships.all().delete()
    actor = actor_for(left)
    assert texts(north, actor) == []
    with pytest.raises(NotFound):
        services.delete_comment(message.pk, actor=actor)


def test_only_the_author_changes_a_message(north, ada, eva):
    message = services.add_comment(north, text="Hello", actor=ada)
    with pytest.raises(NotAllowed):
        services.edit_comment(message.pk, text="Changed", actor=eva)
    services.edit_comment(message.pk, text="Hello all", actor=ada)
    assert texts(north, eva) == ["Hello all"]
    services.delete_comment(message.pk, actor=ada)
    assert texts(north, eva) == []


def test_who_may_not_read_the_channel_cannot_be_named_in_it(north, ada, bob):
    with pytest.raises(Invalid) as refused:
        services.add_comment(north, text="@Bob", actor=ada, mentions=Mentions(users=frozenset({bob.user_id})))
    assert refused.value.errors == {"text": ["Bob can't read this channel and can't be told. Take the name out."]}
    assert Comment.objects.count() == 0


def test_twenty_messages_a_page_and_what_is_newer(north, ada):
    for number in range(23):
        services.add_comment(north, text=str(number), actor=ada)
    page = stream.page(north, ada)
    assert [one.source.text for one in page.entries] == [str(n) for n in range(22, 2, -1)]
    assert texts(north, ada, before=page.older) == ["2", "1", "0"]
    newest = page.entries[0].cursor
    assert stream.newer(north, ada, after=newest) == []
    services.add_comment(north, text="new", actor=ada)
    assert [one.source.text for one in stream.newer(north, ada, after=newest)] == ["new"]


def test_a_page_costs_the_same_for_one_message_and_for_twenty(north, ada, django_assert_num_queries):
    book = write.create(books, {"title": "Máj"}, actor=ada)
    text = f"See http://localhost:8000/books/{book.pk}/"
    services.add_comment(north, text=text, actor=ada)
    with django_assert_num_queries(4):
        stream.page(north, ada)
    for _number in range(25):
        services.add_comment(north, text=text, actor=ada)
    with django_assert_num_queries(4):
        stream.page(north, ada)


def test_a_page_of_a_long_channel_comes_from_one_index(north, ada):
    services.add_comment(north, text="Hello", actor=ada)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE timeline_place")
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = stream.places(stream.key_of_stream(north), ada, "", None)[:21]
        assert "timeline_place_of_record" in rows.explain()


@pytest.mark.capability("C27")
def test_messages_are_found_by_beginnings_of_words_without_accents(north, ada, eva):
    services.add_comment(north, text="Nabídka pro Škodu je hotová.", actor=ada)
    services.add_comment(north, text="Oběd?", actor=ada)
    gone = services.add_comment(north, text="Nabídka zrušena", actor=ada)
    services.delete_comment(gone.pk, actor=ada)
    found = find_messages("nabid skod", eva, 10)
    assert [(one.text, one.author.full_name, one.team) for one in found] == [
        ("Nabídka pro Škodu je hotová.", "Ada", "North")
    ]
    assert find_messages("nabid obed", eva, 10) == []
    assert find_messages("  ", eva, 10) == find_messages("& | !", eva, 10) == []


@pytest.mark.parametrize("asked", ["eva@jantar.example", "jantar", "monday", "2026", "example.com", "price"])
def test_messages_are_found_by_words_between_any_signs(north, ada, asked):
    text = "Write to eva@jantar.example by Fair/Monday on PO-2026: https://example.com/price?x=1"
    services.add_comment(north, text=text, actor=ada)
    assert len(find_messages(asked, ada, 10)) == 1


def test_finding_messages_asks_the_index(north, ada):
    services.add_comment(north, text="Hello", actor=ada)
    with CaptureQueriesContext(connection) as asked:
        assert len(find_messages("hel", ada, 10)) == 1
    [statement] = [one["sql"] for one in asked if "to_tsquery" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        assert "timeline_words_of_message" in str(cursor.fetchall())


@pytest.mark.capability("C27")
def test_an_address_of_a_record_becomes_its_title_for_who_may_see_it(north, ada):
    book = write.create(books, {"title": "<Máj>"}, actor=ada)
    other = make_actor("Ota", north, scope=Scope.OWN)
    address = f"http://localhost:8000/books/{book.pk}/"
    services.add_comment(north, text=f"Look ({address}), https://example.com/a?b=1&c=2.", actor=ada)
    [seen], [hidden] = stream.page(north, ada).entries, stream.page(north, other).entries
    outside = (
        '<a href="https://example.com/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow">'
        "https://example.com/a?b=1&amp;c=2</a>."
    )
    link = f'<a href="/books/{book.pk}/">'
    assert seen.extra["text"] == f"Look ({link}&lt;Máj&gt;</a>), {outside}"
    assert hidden.extra["text"] == f"Look ({link}{address}</a>), {outside}"


def test_addresses_elsewhere_are_not_taken_for_ours():
    assert record_at("https://example.com/books/5/") is None
    assert record_at("http://localhost:8000/accounts/5/") is None
    assert record_at("http://localhost:8000/books/5/edit/") is None
    assert record_at("http://[/books/5/") is None
    assert str(record_at("http://localhost/books/5?tab=x#y")) == "books/5"
    assert marked('javascript:alert(1) "<b>"', []) == "javascript:alert(1) &quot;&lt;b&gt;&quot;"
