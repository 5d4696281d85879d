from django.urls import path

from jantar.modules.sales import pages

app_name = "sales"
urlpatterns = [path("deals/pipeline/", pages.show_pipeline, name="pipeline")]
