from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunicationsConfig(AppConfig):
    name = "jantar.modules.communications"
    label = "communications"
    verbose_name = _("Communication")

    def ready(self) -> None:
        from jantar.engine.history import operations
        from jantar.engine.pages.calendar.page import is_offered
        from jantar.engine.permissions import modules
        from jantar.engine.records.calendars import register_outside
        from jantar.engine.timeline import composer
        from jantar.modules.communications import today  # noqa: F401 - puts its panel on the Today page
        from jantar.modules.communications.outside_calendars import outside_entries
        from jantar.modules.communications.pages.composing import LogActivity
        from jantar.modules.communications.telling import register_kinds
        from jantar.modules.communications.undone import place_again
        from jantar.ui.navigation import NavArea, NavItem, navigation

        about = _("Calls, meetings, visits, letters, tasks and the calendar.")
        modules.register(modules.Module("communications", _("Communication"), about, self.name, needs=("contacts",)))
        navigation.add_area(NavArea("communications", _("Communication"), order=30))
        navigation.add(
            NavItem(
                "calendar", _("Calendar"), "pages:calendar", icon="calendar", area="communications", order=90,
                shortcut="k", visible=is_offered,
            )
        )  # fmt: skip
        navigation.add(
            NavItem("reminders", _("Reminders"), "communications:reminder_settings", order=35), place="account"
        )
        navigation.add(
            NavItem("outside-calendars", _("Calendars elsewhere"), "communications:outside_calendars", order=36),
            place="account",
        )
        register_outside(outside_entries)
        navigation.link(reminders="communications:reminders")
        register_kinds()
        operations.listen(place_again)
        composer.register(LogActivity(), first=True)
