from django.urls import path, re_path

from jantar.engine.webhooks import pages

app_name = "webhooks"

ROOT = "settings/webhooks/"
urlpatterns = [
    path(ROOT, pages.show_list, name="list"),
    path(f"{ROOT}new/", pages.edit, name="new"),
    path(f"{ROOT}<int:pk>/", pages.log, name="log"),
    path(f"{ROOT}<int:pk>/edit/", pages.edit, name="edit"),
    path(f"{ROOT}<int:pk>/messages/<int:delivery_pk>/", pages.show_message, name="message"),
    path(f"{ROOT}<int:pk>/redeliver/", pages.redeliver, name="redeliver"),
    path(f"{ROOT}<int:pk>/secret/", pages.rotate, name="rotate"),
    re_path(rf"^{ROOT}(?P<pk>\d{{1,18}})/(?P<verb>pause|resume|test|delete)/$", pages.act, name="act"),
]
