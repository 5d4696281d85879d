from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

#: The pages of one's account: name, label and address.
ACCOUNT = (
    ("notifications", _("Notifications"), "pages:account_notifications"),
    ("watches", _("Watches"), "pages:watches"),
    ("calendar", _("Calendar"), "pages:account_calendar"),
    ("hours", _("Working hours"), "pages:account_hours"),
)


class PagesConfig(AppConfig):
    name = "jantar.engine.pages"
    label = "pages"

    def ready(self) -> None:
        from jantar.engine.history import operations
        from jantar.engine.pages.following.channels import register_channels
        from jantar.engine.pages.lists.led_filters import follow_merges
        from jantar.engine.pages.lists.pinned_views import pinned_items
        from jantar.engine.pages.navigation import allowed, register_types
        from jantar.engine.pages.quality import load_mine, sees_quality
        from jantar.engine.pages.settings.shared import register_settings
        from jantar.engine.pages.settings.switching import is_on
        from jantar.engine.pages.today import TodayPanel, add_panel
        from jantar.ui.navigation import NavArea, NavItem, navigation

        operations.listen(follow_merges)
        navigation.add(NavItem("today", _("Today"), "pages:home", icon="sun", area="main", order=0, shortcut="h"))
        navigation.add(
            NavItem(
                "quality", _("Data quality"), "pages:quality", icon="clipboard-check", area="main", order=10,
                visible=sees_quality,
            )
        )  # fmt: skip
        register_channels()
        navigation.add_area(NavArea("pinned", _("Pinned"), order=5))
        navigation.add_source(pinned_items)
        register_types()
        navigation.add(
            NavItem(
                "company_files", _("Company files"), "pages:company_files", icon="folder", area="files", order=900,
                visible=allowed("see", "documents"),
            )
        )  # fmt: skip
        register_settings()
        navigation.add(NavItem("acts", _("Recent changes"), "pages:acts", icon="history", order=45), place="user")
        navigation.add_gate(is_on)
        add_panel(TodayPanel("quality", "pages/today_quality.html", load_mine, order=90, side=True))
        for order, (name, label, address) in enumerate(ACCOUNT, start=30):
            navigation.add(NavItem(name, label, address, order=order), place="account")
        navigation.link(palette="pages:palette", notifications="pages:notifications_bell")
