from django.urls import path

from jantar.modules.communications.pages import answers, reminders

app_name = "communications"
urlpatterns = [
    path("invitation/", answers.answer, name="answer"),
    path("reminders/", reminders.show, name="reminders"),
    path("reminders/<int:pk>/dismiss/", reminders.dismiss, name="reminder_dismiss"),
    path("reminders/<int:pk>/later/", reminders.later, name="reminder_later"),
    path("account/reminders/", reminders.settings, name="reminder_settings"),
]
