from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "jantar.engine.search"
    label = "search"

    def ready(self) -> None:
        from jantar.engine.records import database, listing
        from jantar.engine.search import checks  # noqa: F401
        from jantar.engine.search.indexing import index_sql
        from jantar.engine.search.searching import search_condition

        database.EXTRA.append(index_sql)
        listing.use_search(search_condition)
