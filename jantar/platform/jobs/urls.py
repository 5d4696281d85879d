from django.urls import path

from jantar.platform.jobs import pages

app_name = "jobs"

urlpatterns = [
    path("jobs/", pages.show_list, name="list"),
    path("jobs/rows/", pages.show_rows, name="rows"),
    path("jobs/<int:pk>/progress/", pages.show_progress, name="progress"),
    path("jobs/<int:pk>/retry/", pages.retry, name="retry"),
    path("jobs/<int:pk>/cancel/", pages.cancel, name="cancel"),
]
