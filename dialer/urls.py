"""Addresses of dialer."""

from django.urls import URLPattern, URLResolver, path

from dialer import hook_urls
from dialer.views import (
    call_log,
    calling,
    calling_rules,
    campaigns,
    devices,
    dispositions,
    inbox,
    lists,
    telephony,
    today,
    why,
    wrap_up,
)

app_name = "dialer"
urlpatterns: list[URLPattern | URLResolver] = [
    path("today/", today.today, name="today"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.campaign_new, name="campaign_new"),
    path("campaigns/<uuid:campaign>/", campaigns.campaign, name="campaign"),
    path("campaigns/<uuid:campaign>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path("campaigns/<uuid:campaign>/calling/", calling_rules.campaign_calling, name="campaign_calling"),
    path("campaigns/<uuid:campaign>/state/<str:state>/", campaigns.campaign_state, name="campaign_state"),
    path("campaigns/<uuid:campaign>/lists/new/", lists.list_new, name="list_new"),
    path("campaigns/<uuid:campaign>/lists/<uuid:campaign_list>/", lists.list_edit, name="list_edit"),
    path(
        "campaigns/<uuid:campaign>/lists/<uuid:campaign_list>/state/<str:state>/", lists.list_state, name="list_state"
    ),
    path("queue/next/", today.next_lead, name="next"),
    path("leads/<uuid:lead>/call/", calling.start_call, name="start_call"),
    path("leads/<uuid:lead>/why/", why.why, name="why"),
    path("leads/<uuid:lead>/call-panel/", calling.panel, name="panel"),
    path("calls/", call_log.calls, name="calls"),
    path("calls/export.csv", call_log.export, name="calls_csv"),
    path("calls/<uuid:call>/", call_log.call, name="call"),
    path("calls/<uuid:call>/outcome/", call_log.outcome, name="outcome"),
    path("calls/active/", calling.active_call, name="active_call"),
    path("calls/<uuid:call>/hangup/", calling.hang_up, name="hang_up"),
    path("calls/<uuid:call>/note/", calling.note, name="note"),
    path("calls/<uuid:call>/disposition/", wrap_up.disposition, name="disposition"),
    path("calls/<uuid:call>/disposition/undo/", wrap_up.undo, name="undo"),
    path("settings/dispositions/", dispositions.dispositions, name="dispositions"),
    path("settings/dispositions/new/", dispositions.disposition, name="disposition_new"),
    path("settings/dispositions/<uuid:disposition>/", dispositions.disposition, name="disposition_edit"),
    path("settings/calling/", calling_rules.calling_settings, name="calling_settings"),
    path("me/devices/", devices.own_devices, name="own_devices"),
    path("me/devices/<uuid:own_phone>/revocation/", devices.own_device_revocation, name="own_device_revocation"),
    path("settings/devices/", devices.devices, name="devices"),
    path("settings/devices/<uuid:phone>/revocation/", devices.device_revocation, name="device_revocation"),
    path("settings/telephony/", telephony.telephony, name="telephony"),
    path("settings/telephony/test/", telephony.telephony_test, name="telephony_test"),
    path("settings/telephony/inbox/", inbox.inbox, name="inbox"),
    path("settings/telephony/inbox/<uuid:post>/", inbox.post, name="post"),
    path("settings/telephony/inbox/days/<str:day>/replay/", inbox.day_replay, name="day_replay"),
    path("settings/telephony/replays/<uuid:replay>/", inbox.replay, name="replay"),
    path("settings/telephony/replays/<uuid:replay>/stop/", inbox.replay_stop, name="replay_stop"),
    path("calls/<uuid:call>/replay/", inbox.call_replay, name="call_replay"),
    *hook_urls.urlpatterns,
]
