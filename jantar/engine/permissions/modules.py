"""Modules that administrators switch on and off: off, nobody has rights to their records, administrators included.

So whatever asks for rights (pages, lists, search, counts, tabs, timeline, export, API) hides them in one place. Data,
history and granted rights stay as they are. What runs in nobody's name (`system_actor`) goes on keeping them in order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.switches import MODULE_OF_TYPE
from jantar.platform.jobs import Job
from jantar.platform.settings.models import Workspace

Text = str | Promise


@dataclass(frozen=True)
class Module:
    """`key` is the label of its Django app and the namespace of its addresses; `package` is where its code is.

    `needs` are keys of modules it can't work without; a module that `stays` can't be switched off.
    """

    key: str
    label: Text
    about: Text
    package: str
    needs: tuple[str, ...] = ()
    stays: bool = False


_modules: dict[str, Module] = {}


def register(module: Module) -> None:
    """Called by modules when Django starts, before or after their record types."""
    _modules[module.key] = module


def all_modules() -> Iterator[Module]:
    return iter(_modules.values())


def find(key: str) -> Module | None:
    return _modules.get(key)


def of_code(path: str) -> str | None:
    """The module that code (a dotted path) belongs to."""
    return next(
        (one.key for one in _modules.values() if path == one.package or path.startswith(f"{one.package}.")), None
    )


def runs_job(job: Job[Any]) -> bool:
    """Whether the module that a job comes from is on."""
    key = of_code(job.body.__module__)
    return key is None or key not in switched_off()


def needed_by(module: Module, off: frozenset[str]) -> list[Module]:
    """The modules that are on and can't work without it."""
    return [one for one in _modules.values() if module.key in one.needs and one.key not in off]


def missing_for(module: Module, off: frozenset[str]) -> list[Module]:
    """The modules that it needs and that are off."""
    return [_modules[key] for key in module.needs if key in off and key in _modules]


def switched_off() -> frozenset[str]:
    """The modules that are off; one statement. Who has an actor asks it instead."""
    found = Workspace.objects.values_list("modules_off", flat=True)
    return frozenset(key for keys in found for key in keys)


def types_off(off: frozenset[str]) -> frozenset[str]:
    """The record types of modules that are off."""
    return frozenset(name for name, key in MODULE_OF_TYPE.items() if key in off)


def switch_off(module: Module, *, actor: Actor) -> None:
    """Raises NotAllowed, or Invalid when others need it."""
    actor.require_admin()
    off = _locked()
    if module.stays:
        raise Invalid({"": [_("%(module)s can't be switched off.") % {"module": capfirst(str(module.label))}]})
    if needing := needed_by(module, off):
        names = ", ".join(str(one.label) for one in needing)
        raise Invalid({"": [_("Switch off first what needs it: %(modules)s.") % {"modules": names}]})
    _store(off | {module.key})


def switch_on(module: Module, *, actor: Actor) -> None:
    """Raises NotAllowed, or Invalid when it needs others that are off."""
    actor.require_admin()
    off = _locked()
    if missing := missing_for(module, off):
        names = ", ".join(str(one.label) for one in missing)
        raise Invalid({"": [_("Switch on first what it needs: %(modules)s.") % {"modules": names}]})
    _store(off - {module.key})


def _locked() -> frozenset[str]:
    """What is off, until the end of the transaction not changed by others."""
    Workspace.get()
    return frozenset(Workspace.objects.select_for_update().get(pk=1).modules_off)


def _store(off: frozenset[str]) -> None:
    Workspace.objects.filter(pk=1).update(modules_off=sorted(off & _modules.keys()))
