"""The REST API of the whole product: routes of record types, and of what stands beside the engine's API."""

from jantar.engine.api.build import build_api

api = build_api()
