"""The timeline in the browser: composer, stream, one's own notes and comments."""

import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.records import books
from jantar.engine.timeline import services
from jantar.engine.timeline.models import Comment, Note

pytestmark = pytest.mark.django_db
SECRET = "<b>Xylofonista</b>"
SHOWN = "&lt;b&gt;Xylofonista&lt;/b&gt;"


@pytest.fixture
def team(db):
    return make_team("North")


@pytest.fixture
def ada(team):
    return make_user("Ada", team, scope=Scope.TEAM)


@pytest.fixture
def eva(team):
    return make_user("Eva", team, scope=Scope.TEAM)


@pytest.fixture
def admin(db):
    return make_user("Root", admin=True)


@pytest.fixture
def bob(db):
    return make_user("Bob", make_team("South"), scope=Scope.TEAM)


@pytest.fixture
def book(ada):
    return write.create(books, {"title": "<i>Máj</i>"}, actor=actor_for(ada))


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.capability("C18")
@pytest.mark.capability("C19")
def test_a_note_written_in_the_composer_is_shown_to_its_readers_only(client_of, ada, eva, admin, book):
    address = f"/books/{book.pk}/timeline/"
    answer = client_of(ada).post(f"{address}note/", {"text": SECRET, "share_with": [eva.pk]})
    assert answer.status_code == 200
    assert "timeline:changed" in answer["HX-Trigger"]
    assert SECRET not in answer.content.decode()
    for reader in (ada, eva):
        assert SHOWN in text_of(client_of(reader), address)
    assert "Edit or share" in text_of(client_of(ada), address)
    assert "Edit or share" not in text_of(client_of(eva), address)
    for page in (address, f"{address}stream/?group=note", f"/books/{book.pk}/", f"/books/{book.pk}/history/"):
        answer = text_of(client_of(admin), page)
        assert "Xylofonista" not in answer
        assert "Private note" not in answer


def test_a_refused_text_stays_in_the_form(client_of, ada, bob, book):
    answer = client_of(ada).post(f"/books/{book.pk}/timeline/note/", {"text": SECRET, "share_with": [bob.pk]})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert SHOWN in page
    assert "Bob may not see this record." in page
    assert f'<option value="{bob.pk}" selected>' in page
    assert not Note.objects.exists()


def test_a_comment_is_written_changed_and_deleted_by_its_author(client_of, ada, eva, book):
    client_of(ada).post(f"/books/{book.pk}/timeline/comment/", {"text": SECRET})
    comment = Comment.objects.visible_to(actor_for(ada)).get()
    assert SHOWN in text_of(client_of(eva), f"/books/{book.pk}/timeline/")
    assert client_of(eva).post(f"/comments/{comment.pk}/", {"text": "Eva was here"}).status_code == 404
    assert client_of(ada).post(f"/comments/{comment.pk}/", {"text": " "}).status_code == 422
    assert client_of(ada).post(f"/comments/{comment.pk}/", {"text": "Better"}).status_code == 200
    assert "Better" in text_of(client_of(eva), f"/books/{book.pk}/timeline/")
    assert client_of(eva).post(f"/comments/{comment.pk}/delete/").status_code == 403
    assert client_of(ada).post(f"/comments/{comment.pk}/delete/").status_code == 200
    assert "Better" not in text_of(client_of(eva), f"/books/{book.pk}/timeline/")


def test_a_note_is_changed_and_shared_in_its_dialog(client_of, ada, eva, admin, book):
    note = services.add_note(book, text="One", actor=actor_for(ada))
    assert client_of(admin).get(f"/notes/{note.pk}/").status_code == 404
    assert "One" in text_of(client_of(ada), f"/notes/{note.pk}/")
    answer = client_of(ada).post(f"/notes/{note.pk}/", {"text": "Two", "share_with": [eva.pk]})
    assert answer.status_code == 200
    assert "Two" in text_of(client_of(eva), f"/books/{book.pk}/timeline/")
    assert client_of(eva).post(f"/notes/{note.pk}/delete/").status_code == 403
    assert client_of(ada).post(f"/notes/{note.pk}/delete/").status_code == 200
    assert not Note.objects.visible_to(actor_for(ada)).exists()


def test_who_does_not_see_the_record_finds_no_timeline(client_of, ada, bob, book):
    for page in ("", "stream/"):
        assert client_of(bob).get(f"/books/{book.pk}/timeline/{page}").status_code == 404
    assert client_of(bob).post(f"/books/{book.pk}/timeline/comment/", {"text": "x"}).status_code == 404
    assert client_of(ada).post(f"/books/{book.pk}/timeline/song/", {"text": "x"}).status_code == 404
    assert not Comment.objects.exists()


def test_older_entries_are_loaded_on_demand(client_of, ada, book):
    for number in range(25):
        services.add_comment(book, text=f"Number {number}.", actor=actor_for(ada))
    page = text_of(client_of(ada), f"/books/{book.pk}/timeline/stream/")
    assert "Number 24." in page
    assert "Number 4." not in page
    older = page.split('hx-get="')[-1].split('"')[0].replace("&amp;", "&")
    page = text_of(client_of(ada), older)
    assert "Number 4." in page
    assert "Number 24." not in page
    assert "Show older" not in page
    assert client_of(ada).get(f"/books/{book.pk}/timeline/stream/?before=x").status_code == 400
