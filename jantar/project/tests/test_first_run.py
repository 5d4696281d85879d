"""What a new installation starts with, and what later upgrades leave to the company."""

import pytest

from jantar.engine.permissions.models import Role
from jantar.modules.sales.models import Pipeline
from jantar.project.first_run import ROLES, prepare

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
