from django.urls import path

from jantar.modules.communications.pages import answers, outside, reminders

app_name = "communications"
urlpatterns = [
    path("invitation/", answers.answer, name="answer"),
    path("reminders/", reminders.show, name="reminders"),
    path("reminders/<int:pk>/dismiss/", reminders.dismiss, name="reminder_dismiss"),
    path("reminders/<int:pk>/later/", reminders.later, name="reminder_later"),
    path("account/calendars/", outside.show, name="outside_calendars"),
    path("account/calendars/<int:pk>/remove/", outside.remove, name="outside_remove"),
    path("account/calendars/<int:pk>/again/", outside.ask_again, name="outside_again"),
    path("account/reminders/", reminders.settings, name="reminder_settings"),
]
