"""What a new installation starts with, and what later upgrades leave to the company."""

import pytest

from jantar.engine.permissions.models import Role
from jantar.engine.testing.actors import make_user
from jantar.modules.sales.models import Pipeline, Stage
from jantar.platform.accounts.models import User
from jantar.project.cli import build_parser
from jantar.project.commands import user
from jantar.project.first_run import ROLES, prepare, speak

pytestmark = pytest.mark.django_db


def test_a_new_installation_has_the_ready_made_roles_and_a_pipeline():
    Role.objects.all().delete()
    Pipeline.objects.all().delete()
    prepare()
    assert set(Role.objects.values_list("key", flat=True)) == set(ROLES)
    assert Pipeline.objects.get().stages.count() == 6


def test_an_upgrade_brings_no_deleted_role_back():
    Role.objects.filter(key="marketer").delete()
    prepare()
    assert not Role.objects.filter(key="marketer").exists()


def test_an_upgrade_goes_through_when_the_company_has_a_role_of_the_same_name():
    Role.objects.filter(key="seller").delete()
    own = Role.objects.create(name="Seller")
    prepare()
    assert list(Role.objects.filter(name="Seller")) == [own]


def names() -> tuple[set[str], str, list[str]]:
    pipeline = Pipeline.objects.get()
    roles = set(Role.objects.values_list("name", flat=True))
    return roles, pipeline.name, list(pipeline.stages.order_by("position").values_list("name", flat=True))


@pytest.mark.parametrize(
    ("language", "role", "pipeline", "stage"),
    [("hu", "Értékesítő", "Új üzletek", "Ajánlat elküldve"), ("pl", "Handlowiec", "Nowa sprzedaż", "Oferta wysłana")],
)
def test_a_new_installation_speaks_the_language_of_the_company(settings, language, role, pipeline, stage):
    Role.objects.all().delete()
    Pipeline.objects.all().delete()
    settings.COMPANY_LANGUAGE = language
    prepare()
    roles, name, stages = names()
    assert (role in roles, name, stages[2]) == (True, pipeline, stage)
    assert len(roles) == len(ROLES)


def test_ready_made_names_change_with_the_language_until_somebody_works_with_them():
    Stage.objects.filter(name="Negotiation").update(name="Haggling")
    speak("hu")
    speak("cs")
    roles, name, stages = names()
    assert ("Obchodník" in roles, name) == (True, "Nové obchody")
    assert stages == ["Kontaktováno", "Potřeby zjištěny", "Nabídka odeslána", "Haggling", "Vyhráno", "Prohráno"]
    make_user("Eva")
    speak("pl")
    assert names() == (roles, name, stages)


def test_the_language_of_the_first_user_is_that_of_the_company(capsys):
    for name, language in (("eva", "sk"), ("jan", "pl")):
        user._add(
            build_parser().parse_args(["user", "add", f"{name}@example.com", "--name", name, "--language", language]),
            "Kukurica-17-klas",
        )
    assert names()[2][0] == "Kontaktované"
    assert list(User.objects.order_by("pk").values_list("language", flat=True)) == ["sk", "pl"]
