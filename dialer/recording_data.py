"""What recordings hold about the people who are heard in them; part of `dialer.personal_data`."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from jini.lib.personal_data import (
    Basis,
    Declared,
    Erase,
    Export,
    FileStore,
    Kind,
    LogField,
    Purpose,
    Seen,
    Table,
    Whose,
)

of_recording = partial(
    Table,
    whose=Whose.LEAD,
    purpose=Purpose.CALLS,
    basis=Basis.INSTRUCTION,
    keep="recordings",
    seen=Seen.LEAD_TEAM,
    export=(Export.LEAD, Export.ORGANISATION),
)
BOTH = {Whose.LEAD: "call__lead", Whose.USER: "call__telecaller__user"}
log = partial(
    LogField,
    kind=Kind.TECHNICAL,
    whose=Whose.NOBODY,
    purpose=Purpose.OPERATE,
    basis=Basis.NONE,
    keep="logs",
    seen=Seen.OPERATOR,
    erase=Erase.NONE,
)

RECORDINGS: tuple[Declared, ...] = (
    of_recording(
        "dialer.Recording",
        _("Recordings of calls"),
        columns={
            Kind.TECHNICAL: "id organisation call provider provider_id state wanted asked_at absent_because fault tries "
            "file bytes sha256 content_type kept_at deleted_at_provider_at at_provider_until erased_at erased_by "
            "erased_because",
            Kind.CALLS: "started_at seconds channels announcement",
        },
        about=BOTH,
        erase=Erase.PROVIDER,
    ),
    of_recording(
        "dialer.CallerMessage",
        _("What callers said onto the voicemail"),
        columns={
            Kind.TECHNICAL: "id organisation incoming provider provider_id state asked_at absent_because fault tries "
            "file bytes sha256 content_type kept_at deleted_at_provider_at erased_at erased_by erased_because",
            Kind.CALLS: "started_at seconds channels",
        },
        about={Whose.LEAD: "incoming__lead", Whose.USER: "incoming__answered_by__user"},
        erase=Erase.PROVIDER,
    ),
    FileStore(
        folder="recordings",
        what=_("What was said in recorded calls and onto the voicemail"),
        kind=Kind.CONTENT,
        whose=Whose.LEAD,
        purpose=Purpose.CALLS,
        basis=Basis.INSTRUCTION,
        keep="recordings",
        seen=Seen.LEAD_TEAM,
        export=(Export.LEAD, Export.ORGANISATION),
        erase=Erase.PROVIDER,
    ),
    of_recording(
        "dialer.RecordingPlay",
        _("Who listened to a recording"),
        whose=Whose.USER,
        purpose=Purpose.SECURITY,
        basis=Basis.EMPLOYMENT,
        seen=Seen.MANAGERS,
        export=(Export.MINE, Export.ORGANISATION),
        columns={Kind.TECHNICAL: "id organisation recording member", Kind.SECURITY: "at until"},
        about={Whose.USER: "member__user"},
    ),
    of_recording(
        "dialer.RecordingWish",
        _("Who does not want to be recorded"),
        purpose=Purpose.LIMITS,
        keep="leads",
        columns={
            Kind.TECHNICAL: "id organisation lead noted_by withdrawn_by",
            Kind.PROOF: "noted_at withdrawn_at",
            Kind.CONTENT: "reason",
        },
        about={Whose.LEAD: "lead"},
    ),
    Table(
        "dialer.RecordingSettings",
        _("Whether calls are recorded"),
        whose=Whose.ORGANISATION,
        purpose=Purpose.CALLS,
        basis=Basis.NONE,
        keep="settings",
        seen=Seen.EVERYBODY,
        export=(Export.ORGANISATION,),
        columns={
            Kind.TECHNICAL: "id organisation sound_bytes sound_sha256",
            Kind.SETTING: "is_on announcement voice sound days_at_provider",
        },
    ),
    FileStore(
        folder="announcements",
        what=_("The sound that tells customers of the recording"),
        fields=("dialer.RecordingSettings.sound",),
        kind=Kind.SETTING,
        whose=Whose.ORGANISATION,
        purpose=Purpose.CALLS,
        basis=Basis.NONE,
        keep="settings",
        seen=Seen.EVERYBODY,
        export=(Export.ORGANISATION,),
    ),
    Table(
        "dialer.SimulatedRecording",
        _("Invented recordings of the demonstration"),
        whose=Whose.NOBODY,
        purpose=Purpose.OPERATE,
        basis=Basis.NONE,
        keep="jobs",
        seen=Seen.PROGRAM,
        why_not="holds ids, states and times alone",
        columns={Kind.TECHNICAL: "id organisation token number url started_at ended_at pauses sent deleted_at"},
    ),
    of_recording(
        "dialer.MessageDrop",
        _("Messages left on answering machines"),
        keep="calls",
        columns={
            Kind.TECHNICAL: "id organisation call message left_by state code",
            Kind.CALLS: "left_at",
        },
        about=BOTH,
    ),
    Table(
        "dialer.VoicemailMessage",
        _("Messages for answering machines"),
        whose=Whose.ORGANISATION,
        purpose=Purpose.CALLS,
        basis=Basis.NONE,
        keep="settings",
        seen=Seen.EVERYBODY,
        export=(Export.ORGANISATION,),
        columns={
            Kind.TECHNICAL: "id organisation bytes sha256 content_type added_at added_by removed_at removed_by",
            Kind.SETTING: "name file",
        },
    ),
    FileStore(
        folder="voicemail",
        what=_("Messages for answering machines"),
        fields=("dialer.VoicemailMessage.file",),
        kind=Kind.SETTING,
        whose=Whose.ORGANISATION,
        purpose=Purpose.CALLS,
        basis=Basis.NONE,
        keep="settings",
        seen=Seen.EVERYBODY,
        export=(Export.ORGANISATION,),
    ),
    log(name="recording", what=_("id of a recording")),
    log(name="fault", what=_("what was wrong with a recording")),
    log(name="bytes", what=_("how large a file is")),
)
