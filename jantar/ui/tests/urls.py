from django.urls import include, path

urlpatterns = [path("ui/", include("jantar.ui.urls"))]
