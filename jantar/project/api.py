"""The REST API of the whole product: routes of record types, and of what stands beside the engine's API."""

from jantar.engine.api.build import build_api
from jantar.engine.records.registry import registry
from jantar.engine.webhooks.api import SCHEMAS as WEBHOOK_SCHEMAS
from jantar.engine.webhooks.api import webhooks_router
from jantar.project.exports_api import export_files_router, exports_router
from jantar.project.imports_api import IMPORT_SCHEMA, imports_router

api = build_api(schemas={"Import": IMPORT_SCHEMA, **WEBHOOK_SCHEMAS})
api.add_router("/imports", imports_router())
api.add_router("/webhooks", webhooks_router())
api.add_router("/jobs", export_files_router())
for record_type in registry.all():
    api.add_router(f"/{record_type.name}", exports_router(record_type))
