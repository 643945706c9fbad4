"""Addresses of accounts."""

from django.urls import include, path, re_path

from accounts.views import api_keys, health, notifications, people, profile, settings, signing_in
from accounts.views.demonstration import remove_demo
from accounts.views.home import home
from accounts.views.invitation import invitation
from accounts.views.language import language
from accounts.views.link import link
from accounts.views.sign_up import sign_up

own = [
    path("", home, name="home"),
    path("accounts/sign-up/", sign_up, name="sign_up"),
    path("accounts/link/<str:token>/", link, name="link"),
    path("accounts/invitation/<str:token>/", invitation, name="invitation"),
    path("accounts/switch/", profile.switch, name="switch"),
    path("me/profile/", profile.profile, name="profile"),
    path("me/theme/", profile.theme, name="theme"),
    path("sw.js", notifications.worker, name="push_worker"),
    path("me/notifications/devices/", notifications.devices, name="devices"),
    path("me/notifications/devices/<uuid:device>/removal/", notifications.device_removal, name="device_removal"),
    path("me/notifications/", notifications.choice, name="reminder_choice"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/count/", notifications.count, name="notification_count"),
    path("notifications/seen/", notifications.all_seen, name="notifications_seen"),
    path("notifications/<uuid:notification>/", notifications.opening, name="notification"),
    path("settings/demonstration/removal/", remove_demo, name="remove_demo"),
    path("settings/", settings.settings, name="settings"),
    path("settings/organisation/", settings.organisation, name="organisation"),
    path("settings/api-keys/", api_keys.api_keys, name="api_keys"),
    path("settings/api-keys/<uuid:api_key>/revocation/", api_keys.revocation, name="api_key_revocation"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/invitations/", people.invitations, name="invitations"),
    path(
        "settings/people/invitations/<uuid:invitation>/message/", people.invitation_message, name="invitation_message"
    ),
    path(
        "settings/people/invitations/<uuid:invitation>/withdrawal/",
        people.invitation_withdrawal,
        name="invitation_withdrawal",
    ),
    path("settings/people/<uuid:member>/", people.member, name="member"),
    path("settings/people/<uuid:member>/deactivation/", people.member_deactivation, name="member_deactivation"),
    path("settings/people/<uuid:member>/reactivation/", people.member_reactivation, name="member_reactivation"),
]

# The pages of allauth that JiNi uses, under the names that allauth asks for. Its other pages do not exist here.
signing = [
    path("login/", signing_in.sign_in, name="account_login"),
    path("logout/", signing_in.sign_out, name="account_logout"),
    path("inactive/", signing_in.inactive, name="account_inactive"),
    path("signup/", sign_up, name="account_signup"),
    path("confirm-email/", signing_in.check_mail, name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", signing_in.confirm_email, name="account_confirm_email"),
    path("reauthenticate/", signing_in.reauthenticate, name="account_reauthenticate"),
    path("password/change/", signing_in.change_password, name="account_change_password"),
    path("password/set/", signing_in.set_password, name="account_set_password"),
    path("password/reset/", signing_in.reset_password, name="account_reset_password"),
    path("password/reset/done/", signing_in.reset_password_sent, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        signing_in.reset_password_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", signing_in.reset_password_done, name="account_reset_password_from_key_done"),
]

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("i18n/setlang/", language, name="set_language"),
    path("accounts/", include(signing)),
    path("", include((own, "accounts"))),
]
