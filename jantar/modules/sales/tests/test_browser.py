"""Sales in a real browser."""

from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_team, make_user


def test_the_pipeline_page_opens_without_script_errors(open_page):
    page = open_page(make_user("Anna", make_team("North"), scope=Scope.TEAM), "/deals/pipeline/")
    assert page.get_by_role("heading", name="Pipeline value", level=1).is_visible()
