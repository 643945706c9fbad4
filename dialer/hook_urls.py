"""Addresses that providers post to; `HookMiddleware` asks these alone."""

from django.urls import URLPattern, re_path

from dialer.views import hooks, hooks_incoming, recordings, voicemail

_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_LEG = r"agent|customer|third-[1-9]\d?"
CALL = rf"hooks/(?P<provider>simulator|twilio|exotel)/(?P<organisation>{_ID})/(?P<token>{_ID})/"
HOOK = rf"{CALL}(?P<leg>{_LEG})/"
INCOMING = rf"hooks/(?P<provider>simulator|twilio|exotel)/(?P<organisation>{_ID})/incoming/"
urlpatterns: list[URLPattern] = [
    re_path(f"^{HOOK}status/$", hooks.status, name="hook_status"),
    re_path(f"^{HOOK}answer/$", hooks.answer, name="hook_answer"),
    re_path(f"^{HOOK}digits/$", hooks.digits, name="hook_digits"),
    re_path(f"^{CALL}recording/$", hooks.recording, name="hook_recording"),
    re_path(f"^{INCOMING}$", hooks_incoming.arrived, name="hook_incoming"),
    re_path(f"^{INCOMING}over/$", hooks_incoming.over, name="hook_incoming_over"),
    re_path(f"^{INCOMING}(?P<token>{_ID})/voicemail/$", hooks_incoming.voicemail, name="hook_incoming_voicemail"),
    re_path(f"^{INCOMING}(?P<token>{_ID})/message/$", hooks_incoming.message, name="hook_incoming_message"),
    re_path(f"^{INCOMING}(?P<token>{_ID})/joining/$", hooks_incoming.joining, name="hook_incoming_joining"),
    re_path(f"^{CALL}machine/$", hooks.machine, name="hook_machine"),
    re_path(r"^hooks/announcements/(?P<signed>[\w:-]+)/$", recordings.announcement, name="hook_announcement"),
    re_path(r"^hooks/sounds/(?P<signed>[\w:-]+)/$", voicemail.sound, name="hook_sound"),
]
