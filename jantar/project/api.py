"""The REST API of the whole product: routes of record types, and of what stands beside the engine's API."""

from jantar.engine.api.build import build_api
from jantar.project.imports_api import IMPORT_SCHEMA, imports_router

api = build_api(schemas={"Import": IMPORT_SCHEMA})
api.add_router("/imports", imports_router())
