from django.urls import path

from jantar.platform.mail import pages

app_name = "mail"

urlpatterns = [
    path("settings/mail/", pages.show_list, name="list"),
    path("settings/mail/test/", pages.send_test, name="test"),
    path("settings/mail/<int:pk>/", pages.show_mail, name="mail"),
    path("settings/mail/<int:pk>/again/", pages.send_again, name="again"),
]
