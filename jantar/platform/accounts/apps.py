from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "jantar.platform.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from jantar.ui.navigation import NavItem, navigation

        navigation.add(NavItem("account", _("Your account"), "accounts:profile", icon="user"), place="user")
        for order, (key, label) in enumerate(
            (("profile", _("Profile")), ("password", _("Password")), ("tokens", _("API tokens")))
        ):
            navigation.add(NavItem(key, label, f"accounts:{key}", order=order * 10), place="account")
        navigation.link(
            sign_in="accounts:sign_in",
            sign_in_fragment="accounts:sign_in_part",
            sign_out="accounts:sign_out",
            session="accounts:session",
            theme="accounts:theme",
            language="accounts:language",
        )
