from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "jantar.platform.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from jantar.ui.navigation import NavItem, navigation

        navigation.add(NavItem("account", _("Your account"), "accounts:profile", icon="user"), place="user")
        navigation.link(
            sign_in="accounts:sign_in",
            sign_in_fragment="accounts:sign_in_part",
            sign_out="accounts:sign_out",
            session="accounts:session",
            theme="accounts:theme",
            language="accounts:language",
        )
