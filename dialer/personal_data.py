"""What the dialler holds about the people who are called and the people who call them."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from dialer.log_data import LOGS
from dialer.recording_data import RECORDINGS
from jini.lib.personal_data import Basis, Declared, Erase, Export, Kind, Purpose, Seen, Table, Whose

SECRETS = "a secret in an export would open the door to whoever finds the file"

of_call = partial(
    Table,
    whose=Whose.LEAD,
    purpose=Purpose.CALLS,
    basis=Basis.INSTRUCTION,
    keep="calls",
    seen=Seen.LEAD_TEAM,
    export=(Export.MINE, Export.LEAD, Export.ORGANISATION),
    about={Whose.LEAD: "lead", Whose.USER: "telecaller__user"},
)
of_telecaller = partial(
    Table,
    whose=Whose.USER,
    purpose=Purpose.CALLS,
    basis=Basis.EMPLOYMENT,
    keep="calls",
    seen=Seen.MANAGERS,
    export=(Export.MINE, Export.ORGANISATION),
    about={Whose.USER: "member__user"},
)
setting = partial(
    Table,
    whose=Whose.ORGANISATION,
    purpose=Purpose.CALLS,
    basis=Basis.NONE,
    keep="settings",
    seen=Seen.EVERYBODY,
    export=(Export.ORGANISATION,),
)
# Places in a queue and counts: worked out of the leads, and gone with them.
working = partial(
    Table,
    whose=Whose.NOBODY,
    purpose=Purpose.OPERATE,
    basis=Basis.NONE,
    keep="jobs",
    seen=Seen.PROGRAM,
    why_not="holds ids, states and times alone",
)
JOB = "id organisation state total done started_at finished_at"
BEARER = "id organisation member created_at last_used_at used_in_minute revoked_at revoked_by token_end"

CALLS = (
    of_call(
        "dialer.Call",
        _("Calls"),
        columns={
            Kind.TECHNICAL: "id organisation lead telecaller campaign seen_at closed_at customer_leg agent_leg "
            "lost_leg policy_version recording_rule answered_by",
            Kind.CALLS: "direction mode provider phone caller_id status agent_status customer_status failure "
            "started_at ringing_at answered_at ended_at ring_seconds talk_seconds counted_seconds hang_up_asked_at "
            "fell_back_at wrap_up_seconds",
            Kind.LEAD: "disposition",
            Kind.CONTENT: "note",
        },
    ),
    of_call(
        "dialer.CallCharge",
        _("What calls cost"),
        about={Whose.LEAD: "call__lead", Whose.USER: "telecaller__user"},
        columns={
            Kind.TECHNICAL: "id organisation call incoming participant telecaller settled_at",
            Kind.CALLS: "is_call day state seconds amount rate price currency",
        },
    ),
    of_call(
        "dialer.CallEvent",
        _("What telephone companies told of calls"),
        # Found by the token of the call, which is its id; no key leads there, since posts come before calls are known.
        whose=Whose.CALLER,
        about={},
        keep="posts",
        seen=Seen.MANAGERS,
        export=(Export.ORGANISATION,),
        columns={
            Kind.TECHNICAL: "id organisation provider event_key call_token leg received_at copies verdict decided_at",
            Kind.CALLS: "payload",
        },
        erase=Erase.PROVIDER,
    ),
    of_call(
        "dialer.CallScript",
        _("Which script was read in a call"),
        about={Whose.LEAD: "call__lead", Whose.USER: "call__telecaller__user"},
        columns={Kind.TECHNICAL: "id organisation call", Kind.CALLS: "version path"},
    ),
    of_call(
        "dialer.Control",
        _("What was asked of running calls"),
        about={Whose.LEAD: "call__lead", Whose.USER: "asked_by__user"},
        columns={
            Kind.TECHNICAL: "id organisation call asked_by tries state failure answered_at",
            Kind.CALLS: "leg kind asked_at",
            Kind.SECRET: "digits",
        },
        but={"digits": {"keep": "secrets", "export": (), "why_not": "gone within a minute"}},
    ),
    of_call(
        "dialer.Participant",
        _("Third people on calls"),
        about={Whose.LEAD: "call__lead", Whose.USER: "member__user"},
        columns={
            Kind.TECHNICAL: "id organisation call asked_by number leg_id seen_at in_browser offered_at",
            Kind.CALLS: "kind member phone plan status failure asked_at joined_at left_at took_over_at counted_seconds leave_asked_at",
            Kind.SECURITY: "ip user_agent",
        },
        but={"ip": {"whose": Whose.USER}, "user_agent": {"whose": Whose.USER}, "phone": {"whose": Whose.CALLER}},
    ),
    of_call(
        "dialer.Skip",
        _("Leads that were passed over"),
        columns={
            Kind.TECHNICAL: "id organisation lead telecaller campaign",
            Kind.CALLS: "reason at",
            Kind.CONTENT: "note",
        },
    ),
    of_call(
        "dialer.CallLogImport",
        _("Call logs that came as a file"),
        whose=Whose.USER,
        about={Whose.USER: "telecaller__user"},
        keep="imports",
        seen=Seen.MANAGERS,
        export=(),
        why_not="a copy on the way; the calls that came of it are exported",
        columns={
            Kind.TECHNICAL: f"{JOB} telecaller created_by created_at counts",
            Kind.SETTING: "mapping",
            Kind.CALLS: "file_name header rows refused",
        },
    ),
    of_call(
        "dialer.DeviceCall",
        _("Calls that a telecaller's own phone told of"),
        about={Whose.LEAD: "call__lead", Whose.USER: "telecaller__user"},
        columns={
            Kind.TECHNICAL: "id organisation telecaller device call joined install_id log_id received_at",
            Kind.CALLS: "phone direction logged_at seconds",
        },
    ),
    of_call(
        "dialer.IncomingCall",
        _("Calls that came in"),
        about={Whose.LEAD: "lead", Whose.USER: "answered_by__user"},
        columns={
            Kind.TECHNICAL: "id organisation provider_id lead team answered_by sent_at told_at message_id follow_up",
            Kind.CALLS: "provider called caller state started_at answered_at ended_at missed message_seconds",
        },
    ),
    of_telecaller(
        "dialer.IncomingRing",
        _("Whose phone rang for a call that came in"),
        columns={
            Kind.TECHNICAL: "id organisation incoming member status leg gives_up_at in_browser",
            Kind.CALLS: "started_at answered_at ended_at outcome",
        },
    ),
    working(
        "dialer.SimulatedCall",
        _("Invented calls of the demonstration"),
        columns={Kind.TECHNICAL: "id organisation token events deliveries settings tones sent announces created_at"},
    ),
)

DEVICES = (
    of_telecaller(
        "dialer.Device",
        _("Telecallers' own phones"),
        keep="secrets",
        columns={
            Kind.TECHNICAL: BEARER,
            Kind.EMPLOYEE: "name hardware_id app_version reported clock_skew synced_at",
            Kind.SECRET: "token_digest",
        },
        but={"token_digest": {"seen": Seen.PROGRAM, "export": (), "why_not": SECRETS}},
    ),
    of_telecaller(
        "dialer.PairingCode",
        _("Codes that bring a phone in"),
        keep="invitations",
        seen=Seen.PROGRAM,
        export=(),
        why_not=SECRETS,
        columns={Kind.TECHNICAL: "id organisation member expires_at used_at", Kind.SECRET: "code_digest"},
    ),
    of_telecaller(
        "dialer.CallingChoice",
        _("How a telecaller's calls start"),
        keep="employee",
        columns={Kind.TECHNICAL: "id organisation member", Kind.EMPLOYEE: "mode"},
    ),
    of_telecaller(
        "dialer.Softphone",
        _("Browsers that are phones"),
        keep="employee",
        columns={
            Kind.TECHNICAL: "id organisation member identity tab tokens_from tokens",
            Kind.EMPLOYEE: "state seen_at",
        },
    ),
    working(
        "dialer.DeviceBatch",
        _("What a phone sent, counted"),
        columns={
            Kind.TECHNICAL: "id organisation device key body_digest received_at accepted duplicates personal refused "
            "answer"
        },
    ),
)

CAMPAIGNS = (
    setting(
        "dialer.Campaign",
        _("Campaigns"),
        columns={
            Kind.TECHNICAL: "id organisation state created_at created_by",
            Kind.SETTING: "name priority opens_at closes_at maximum_attempts fresh_every keep_hours mode may_skip "
            "countdown_seconds wrap_up_seconds purpose number recorded detects_machines",
        },
    ),
    of_telecaller(
        "dialer.CampaignMember",
        _("Who calls a campaign"),
        purpose=Purpose.TEAM,
        keep="employee",
        columns={Kind.TECHNICAL: "id organisation campaign member", Kind.EMPLOYEE: "handed"},
    ),
    setting(
        "dialer.CampaignList",
        _("Lists of a campaign"),
        columns={
            Kind.TECHNICAL: "id organisation campaign state filled_at ordering_from after",
            Kind.SETTING: "name share order ends_on",
        },
    ),
    setting(
        "dialer.RetryRule",
        _("When somebody is called again"),
        columns={Kind.TECHNICAL: "id organisation campaign", Kind.SETTING: "disposition delay_minutes attempts"},
    ),
    setting(
        "dialer.LeftOut",
        _("Outcomes that a campaign leaves out"),
        columns={Kind.TECHNICAL: "id organisation campaign", Kind.SETTING: "disposition"},
    ),
    working(
        "dialer.QueueEntry",
        _("Places of leads in the queue"),
        columns={
            Kind.TECHNICAL: "id organisation lead campaign list rank due_at attempts reserved_for kept_until leased_to "
            "lease_until call_at seconds_left finished_at finished_because"
        },
    ),
    working(
        "dialer.CampaignCount",
        _("Counts of a campaign's leads"),
        columns={Kind.TECHNICAL: f"{JOB} campaign upto run found found_at"},
    ),
    working(
        "dialer.CountedLead",
        _("Which lead of a campaign can be called when"),
        columns={Kind.TECHNICAL: "id organisation campaign run lead gate opens_at"},
    ),
    setting(
        "dialer.CampaignScript",
        _("Scripts of a campaign"),
        columns={Kind.TECHNICAL: "id organisation campaign script", Kind.SETTING: "language"},
    ),
    setting(
        "dialer.Script",
        _("Scripts"),
        columns={
            Kind.TECHNICAL: "id organisation version created_at created_by removed_at",
            Kind.SETTING: "name language",
        },
    ),
    setting(
        "dialer.ScriptVersion",
        _("Versions of scripts"),
        columns={Kind.TECHNICAL: "id organisation script number made_at made_by", Kind.SETTING: "content"},
    ),
)

SETTINGS = (
    setting(
        "dialer.Disposition",
        _("Outcomes of calls"),
        columns={
            Kind.TECHNICAL: "id organisation",
            Kind.SETTING: "name name_hi group icon hot_key position is_active is_human_answered is_customer_contact "
            "is_converted is_do_not_call is_not_interested is_unworkable needs_follow_up follow_up_minutes next_status "
            "reason retry_minutes retry_attempts provider_status system_code minimum_talk_seconds maximum_talk_seconds",
        },
    ),
    setting(
        "dialer.DialerSettings",
        _("Settings of calls and outcomes"),
        columns={
            Kind.TECHNICAL: "id organisation",
            Kind.SETTING: "default_mode may_dial_themselves not_connected_needs_follow_up wrap_up_seconds outcome_minutes lease_minutes "
            "hot_lead_minutes language",
        },
    ),
    setting(
        "dialer.IncomingSettings",
        _("Settings of calls that come in"),
        columns={
            Kind.TECHNICAL: "id organisation",
            Kind.SETTING: "ring_seconds keeps_hours takes_messages greeting greeting_hindi unknown_callers",
        },
    ),
    setting(
        "dialer.Dialling",
        _("Whether calls are stopped, and what a minute costs"),
        seen=Seen.ADMINS,
        columns={
            Kind.TECHNICAL: "id organisation stopped_at stopped_by",
            Kind.SETTING: "stop_reason minute_price dollar_rate",
        },
    ),
    working(
        "dialer.InstallationStop",
        _("When the operator stopped all calls"),
        columns={Kind.TECHNICAL: "id reason started_at ended_at"},
    ),
    setting(
        "dialer.TelephonyAccount",
        _("Telephone companies of the organisation"),
        seen=Seen.ADMINS,
        columns={
            Kind.TECHNICAL: "id organisation checked_at check_result",
            Kind.SETTING: "provider caller_id is_active",
            Kind.SECRET: "credentials",
        },
        but={
            "credentials": {
                "basis": Basis.AGREEMENT,
                "keep": "credentials",
                "seen": Seen.PROGRAM,
                "export": (),
                "why_not": SECRETS,
            }
        },
    ),
    setting(
        "dialer.SubAccount",
        _("Account below the one of whoever runs JiNi"),
        seen=Seen.ADMINS,
        columns={
            Kind.TECHNICAL: "id organisation asked_by asked_at sent_at failure",
            Kind.SETTING: "wanted state provider_id",
        },
    ),
    setting(
        "dialer.PhoneNumber",
        _("Numbers of the organisation"),
        columns={
            Kind.TECHNICAL: "id organisation pointing",
            Kind.SETTING: "phone label provider series is_active takes_calls team",
        },
    ),
    working(
        "dialer.InboxDay",
        _("Counts of posts of a day"),
        columns={
            Kind.TECHNICAL: "id organisation provider day posts duplicates late out_of_order unknown_status "
            "unknown_call counted_at"
        },
    ),
    working(
        "dialer.Replay",
        _("Posts merged once more"),
        columns={Kind.TECHNICAL: f"{JOB} call day counts cursor created_at created_by"},
    ),
    working(
        "dialer.ReplayDifference",
        _("What merging once more would change"),
        columns={Kind.TECHNICAL: "id organisation replay call before after"},
    ),
)

DECLARED: tuple[Declared, ...] = (*CALLS, *DEVICES, *CAMPAIGNS, *SETTINGS, *RECORDINGS, *LOGS)
