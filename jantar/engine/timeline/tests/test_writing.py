"""Notes are for their author and the people named; comments for everybody who sees the record."""

import json

import pytest
from django.db import connection

from jantar.engine.history.models import Change
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotAllowed, NotFound
from jantar.engine.records.registry import registry
from jantar.engine.search.searching import search
from jantar.engine.testing.actors import make_actor, make_team, make_user
from jantar.engine.timeline import services, stream
from jantar.engine.timeline.models import Comment, Entry, Note

pytestmark = pytest.mark.django_db
books = registry.get("books")
SECRET = "Xylofonista"


@pytest.fixture
def team():
    return make_team("North")


@pytest.fixture
def ada(team):
    return make_actor("Ada", team, scope=Scope.TEAM)


@pytest.fixture
def eva(team):
    return make_actor("Eva", team, scope=Scope.TEAM)


@pytest.fixture
def outsider():
    return make_actor("Bob", make_team("South"), scope=Scope.TEAM)


@pytest.fixture
def admin():
    return make_actor("Root", admin=True)


@pytest.fixture
def book(ada):
    return write.create(books, {"title": "Máj"}, actor=ada)


def texts(book, actor):
    return [shown.source.text for shown in stream.page(book, actor).entries if shown.source]


@pytest.mark.capability("C18")
@pytest.mark.capability("N11")
def test_a_note_is_seen_by_its_author_only_not_even_by_administrators(ada, eva, admin, book):
    services.add_note(book, text=SECRET, actor=ada)
    assert texts(book, ada) == [SECRET]
    for actor in (eva, admin, system_actor()):
        assert texts(book, actor) == []
        assert len(stream.page(book, actor, group="note").entries) == 0
        assert Note.objects.visible_to(actor).count() == 0
        assert search(SECRET, actor) == []


@pytest.mark.capability("C19")
def test_a_shared_note_is_seen_by_the_people_named_and_by_nobody_else(ada, eva, admin, book):
    note = services.add_note(book, text=SECRET, actor=ada, share_with=[eva.user_id])
    assert texts(book, eva) == [SECRET]
    assert texts(book, admin) == []
    services.share_note(note.pk, share_with=[admin.user_id], actor=ada)
    assert texts(book, eva) == []
    assert texts(book, admin) == [SECRET]


@pytest.mark.capability("N11")
def test_no_trace_of_a_note_is_left_where_others_look(ada, book):
    note = services.add_note(book, text=SECRET, actor=ada)
    services.edit_note(note.pk, text=f"{SECRET} again", actor=ada)
    services.delete_note(note.pk, actor=ada)
    services.add_note(book, text=SECRET, actor=ada)
    changes = json.dumps(list(Change.objects.values("before", "after", "source")))
    assert SECRET not in changes
    assert "timeline" not in changes
    assert SECRET not in json.dumps(list(Entry.objects.values_list("data", flat=True)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_word WHERE word = lower(%s)", [SECRET])
        assert cursor.fetchone() == (0,)


def test_a_note_can_be_edited_and_deleted_by_its_author_only(ada, eva, admin, book):
    note = services.add_note(book, text="Mine", actor=ada, share_with=[eva.user_id])
    for act in (
        lambda actor: services.edit_note(note.pk, text="Theirs", actor=actor),
        lambda actor: services.share_note(note.pk, share_with=[], actor=actor),
        lambda actor: services.delete_note(note.pk, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            act(eva)
        with pytest.raises(NotFound):
            act(admin)
    assert texts(book, eva) == ["Mine"]
    services.edit_note(note.pk, text="Better", actor=ada)
    assert texts(book, eva) == ["Better"]
    services.delete_note(note.pk, actor=ada)
    assert texts(book, ada) == texts(book, eva) == []


def test_a_note_can_be_shared_only_with_those_who_see_the_record(ada, outsider, book):
    with pytest.raises(Invalid) as refusal:
        services.add_note(book, text=SECRET, actor=ada, share_with=[outsider.user_id])
    assert refusal.value.errors == {"share_with": ["Bob may not see this record."]}
    with pytest.raises(Invalid) as refusal:
        services.add_note(book, text=SECRET, actor=ada, share_with=[10**9])
    assert refusal.value.errors == {"share_with": ["There is no such user."]}
    assert not Note.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("add", [services.add_note, services.add_comment])
def test_empty_and_huge_texts_are_refused_and_nothing_is_stored(ada, book, add):
    with pytest.raises(Invalid) as refusal:
        add(book, text=" \n ", actor=ada)
    assert refusal.value.errors == {"text": ["Please write something."]}
    with pytest.raises(Invalid) as refusal:
        add(book, text="x" * 5_000_000, actor=ada)
    assert refusal.value.errors == {"text": ["At most 20000 characters fit here; this has 5000000."]}
    assert not Note.objects.exists()
    assert not Comment.objects.exists()


@pytest.mark.parametrize("add", [services.add_note, services.add_comment])
def test_nobody_writes_on_a_record_they_do_not_see(outsider, book, add):
    with pytest.raises(NotFound):
        add(book, text="Hello", actor=outsider)


def test_a_comment_is_seen_by_everybody_who_sees_the_record(ada, eva, admin, outsider, book):
    comment = services.add_comment(book, text="Hello\0 all", actor=ada)
    assert texts(book, eva) == texts(book, admin) == ["Hello all"]
    assert Comment.objects.visible_to(outsider).count() == 0
    with pytest.raises(NotAllowed):
        services.edit_comment(comment.pk, text="?", actor=eva)
    with pytest.raises(NotFound):
        services.delete_comment(comment.pk, actor=outsider)
    services.edit_comment(comment.pk, text="Hi", actor=ada)
    assert texts(book, eva) == ["Hi"]
    services.delete_comment(comment.pk, actor=ada)
    assert texts(book, eva) == []


def test_a_disabled_colleague_can_be_named_no_more(ada, team, book):
    gone = make_user("Gone", team, scope=Scope.TEAM)
    gone.is_active = False
    gone.save()
    assert actor_for(gone)
    with pytest.raises(Invalid):
        services.add_note(book, text="x", actor=ada, share_with=[gone.pk])
