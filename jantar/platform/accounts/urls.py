from django.urls import path

from jantar.platform.accounts import pages

app_name = "accounts"

urlpatterns = [
    path("sign-in/", pages.sign_in, name="sign_in"),
    path("sign-in/part/", pages.sign_in_part, name="sign_in_part"),
    path("sign-out/", pages.sign_out, name="sign_out"),
    path("session/", pages.session_state, name="session"),
    path("account/", pages.edit_profile, name="profile"),
    path("account/password/", pages.change_password, name="password"),
    path("account/tokens/", pages.tokens, name="tokens"),
    path("account/tokens/<int:pk>/revoke/", pages.revoke_token, name="revoke_token"),
    path("account/theme/", pages.set_theme, name="theme"),
    path("account/language/", pages.set_language, name="language"),
]
