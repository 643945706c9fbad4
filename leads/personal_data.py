"""What leads hold about the people whom an organisation calls, and about who works on them."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from jini.lib.personal_data import Basis, Declared, Erase, Export, FileStore, Kind, Purpose, Seen, Table, Whose

of_lead = partial(
    Table,
    whose=Whose.LEAD,
    purpose=Purpose.LEADS,
    basis=Basis.INSTRUCTION,
    keep="leads",
    seen=Seen.LEAD_TEAM,
    export=(Export.LEAD, Export.ORGANISATION),
    about={Whose.LEAD: "lead"},
)
setting = partial(
    Table,
    whose=Whose.ORGANISATION,
    purpose=Purpose.LEADS,
    basis=Basis.NONE,
    keep="settings",
    seen=Seen.EVERYBODY,
    export=(Export.ORGANISATION,),
)
# Copies on the way in: what is in them becomes leads or is dropped.
import_ = partial(
    Table,
    whose=Whose.CALLER,
    purpose=Purpose.LEADS,
    basis=Basis.INSTRUCTION,
    keep="imports",
    seen=Seen.MANAGERS,
    why_not="a copy on the way; the leads that came of it are exported",
)
JOB = "id organisation state total done started_at finished_at created_at created_by cursor"

DECLARED: tuple[Declared, ...] = (
    of_lead(
        "leads.Lead",
        _("Leads"),
        about={Whose.LEAD: "pk"},
        number="phone",
        columns={
            Kind.TECHNICAL: "id organisation assigned_to assigned_at import_batch created_at created_by deleted_at "
            "deleted_by merged_into erased_at updated_at version last_disposition_id",
            Kind.IDENTITY: "name phone email",
            Kind.ADDRESS: "address city region pin",
            Kind.LEAD: "language other_languages source legal_ground value score custom status lost_reason won_at",
            Kind.CALLS: "attempts connected first_called_at last_called_at",
            Kind.CONTENT: "search_text",
        },
        but={
            "search_text": {"seen": Seen.PROGRAM, "export": (), "why_not": "made of the other columns for the search"}
        },
    ),
    of_lead(
        "leads.LeadPhone",
        _("Further numbers of leads"),
        number="phone",
        columns={Kind.TECHNICAL: "id organisation lead is_active position", Kind.IDENTITY: "phone kind"},
    ),
    of_lead(
        "leads.LeadTag",
        _("Tags of leads"),
        columns={Kind.TECHNICAL: "id organisation lead", Kind.LEAD: "tag"},
    ),
    of_lead(
        "leads.LeadFile",
        _("Files on leads"),
        columns={
            Kind.TECHNICAL: "id organisation lead bytes content_type sha256 added_by added_at removed_by removed_at",
            Kind.CONTENT: "name file",
        },
    ),
    of_lead(
        "leads.Activity",
        _("History and notes of leads"),
        about={Whose.LEAD: "lead", Whose.USER: "actor__user"},
        columns={Kind.TECHNICAL: "id organisation lead", Kind.LEAD: "kind at actor details", Kind.CONTENT: "text"},
    ),
    of_lead(
        "leads.FollowUp",
        _("Follow-ups"),
        about={Whose.LEAD: "lead", Whose.USER: "assigned_to__user"},
        columns={
            Kind.TECHNICAL: "id organisation lead assigned_to assigned_at created_at created_by done_by",
            Kind.LEAD: "open_to kind due_at done_at cancelled_at",
            Kind.CONTENT: "note",
        },
    ),
    of_lead(
        "leads.Consent",
        _("Consents of leads"),
        purpose=Purpose.PROOF,
        basis=Basis.DUTY,
        keep="consents",
        erase=Erase.KEEP,
        ground="DPDP Act 2023, section 6(10): that calls were agreed to is for whoever called to prove",
        columns={
            Kind.TECHNICAL: "id organisation lead by recorded_at",
            Kind.PROOF: "purpose channel state source obtained_at valid_until",
            Kind.CONTENT: "wording evidence",
        },
        but={"wording": {"erase": Erase.BLANK}, "evidence": {"erase": Erase.BLANK}},
    ),
    of_lead(
        "leads.LikelyDuplicate",
        _("Leads that may be one person"),
        why_not="worked out of the leads and worked out again",
        export=(),
        columns={
            Kind.TECHNICAL: "id organisation lead other score state found_at dismissed_at dismissed_by",
            Kind.LEAD: "reasons",
        },
    ),
    of_lead(
        "leads.LeadMerge",
        _("Merged leads, to take the merge back"),
        about={Whose.LEAD: "keep"},
        export=(Export.ORGANISATION,),
        columns={
            Kind.TECHNICAL: "id organisation keep gone merged_at merged_by undone_at undone_by",
            Kind.LEAD: "moved",
        },
    ),
    of_lead(
        "leads.BulkJob",
        _("Actions over many leads"),
        whose=Whose.USER,
        purpose=Purpose.TEAM,
        keep="jobs",
        seen=Seen.MANAGERS,
        export=(Export.ORGANISATION,),
        about={Whose.USER: "created_by__user"},
        columns={
            Kind.TECHNICAL: f"{JOB} step counts failure undone_at undone_by file file_until",
            Kind.EMPLOYEE: "action query params",
        },
    ),
    of_lead(
        "leads.BulkRow",
        _("What an action over many leads changed on each"),
        keep="jobs",
        seen=Seen.MANAGERS,
        export=(),
        why_not="holds what was before, to take the action back",
        columns={Kind.TECHNICAL: "id organisation job lead state reason", Kind.LEAD: "before after"},
    ),
    import_(
        "leads.ImportBatch",
        _("Imported lists"),
        columns={
            Kind.TECHNICAL: f"{JOB} step source like file file_bytes format header_signature counts failure undone_at",
            Kind.SETTING: "mapping options",
            Kind.LEAD: "file_name header preview",
        },
    ),
    import_(
        "leads.ImportRow",
        _("Rows of imported lists that were refused or changed a lead"),
        columns={
            Kind.TECHNICAL: "id organisation batch number verdict lead",
            Kind.LEAD: "original before errors",
        },
    ),
    import_(
        "leads.ImportKept",
        _("Leads that the undoing of an import left"),
        columns={Kind.TECHNICAL: "id organisation batch lead why fields"},
    ),
    setting(
        "leads.SavedMapping",
        _("Columns of lists, by name"),
        columns={Kind.TECHNICAL: "id organisation created_at created_by", Kind.SETTING: "name fields options"},
    ),
    setting(
        "leads.ImportSource",
        _("Addresses that are asked for lists"),
        seen=Seen.MANAGERS,
        columns={
            Kind.TECHNICAL: "id organisation created_at created_by next_at asked_at etag content_hash failure failures "
            "last_batch",
            Kind.SETTING: "name every_hours at fields options is_active",
            Kind.SECRET: "url",
        },
        but={
            "url": {
                "basis": Basis.AGREEMENT,
                "keep": "credentials",
                "export": (),
                "why_not": "whoever knows the address can read the list behind it",
            }
        },
    ),
    setting(
        "leads.CustomField",
        _("Fields that an organisation added"),
        columns={
            Kind.TECHNICAL: "id organisation",
            Kind.SETTING: "name name_hi number kind choices position is_required is_active",
        },
    ),
    setting(
        "leads.DuplicateSettings",
        _("What makes two leads look like one person"),
        columns={
            Kind.TECHNICAL: "id organisation seen_until seen_lead looked_at",
            Kind.SETTING: "by_number by_email by_name name_percent",
        },
    ),
    setting(
        "leads.FollowUpSettings",
        _("Rules of follow-ups"),
        columns={Kind.TECHNICAL: "id organisation", Kind.SETTING: "anyone_after_minutes callbacks_per_hour"},
    ),
    setting(
        "leads.Status",
        _("Steps of the pipeline"),
        columns={
            Kind.TECHNICAL: "id organisation",
            Kind.SETTING: "name name_hi kind colour position is_active requires_reason is_initial",
        },
    ),
    setting(
        "leads.StatusReason",
        _("Reasons for losing a lead"),
        columns={Kind.TECHNICAL: "id organisation", Kind.SETTING: "name name_hi position is_active is_fallback"},
    ),
    setting(
        "leads.Tag",
        _("List of tags"),
        columns={Kind.TECHNICAL: "id organisation", Kind.SETTING: "name"},
    ),
    of_lead(
        "leads.SavedView",
        _("Saved views of the list of leads"),
        whose=Whose.USER,
        purpose=Purpose.TEAM,
        basis=Basis.EMPLOYMENT,
        keep="employee",
        seen=Seen.EVERYBODY,
        export=(Export.MINE, Export.ORGANISATION),
        about={Whose.USER: "owner__user"},
        columns={
            Kind.TECHNICAL: "id organisation owner team created_at",
            Kind.EMPLOYEE: "name query sharing",
        },
    ),
    of_lead(
        "leads.ViewMark",
        _("Which views somebody pinned"),
        whose=Whose.USER,
        purpose=Purpose.TEAM,
        basis=Basis.EMPLOYMENT,
        keep="employee",
        seen=Seen.ONLY_SELF,
        export=(Export.MINE,),
        about={Whose.USER: "member__user"},
        columns={Kind.TECHNICAL: "id organisation member view", Kind.EMPLOYEE: "is_pinned is_default"},
    ),
    FileStore(
        folder="lead-files",
        what=_("Files on leads"),
        fields=("leads.LeadFile.file",),
        kind=Kind.CONTENT,
        whose=Whose.LEAD,
        purpose=Purpose.LEADS,
        basis=Basis.INSTRUCTION,
        keep="leads",
        seen=Seen.LEAD_TEAM,
        export=(Export.LEAD, Export.ORGANISATION),
    ),
    FileStore(
        folder="imports",
        what=_("Imported lists"),
        fields=("leads.ImportBatch.file",),
        kind=Kind.LEAD,
        whose=Whose.CALLER,
        purpose=Purpose.LEADS,
        basis=Basis.INSTRUCTION,
        keep="imports",
        seen=Seen.MANAGERS,
        why_not="a copy on the way; the leads that came of it are exported",
    ),
    FileStore(
        folder="exports",
        what=_("Exported lists"),
        fields=("leads.BulkJob.file",),
        kind=Kind.LEAD,
        whose=Whose.LEAD,
        purpose=Purpose.LEADS,
        basis=Basis.INSTRUCTION,
        keep="exports",
        seen=Seen.MANAGERS,
        why_not="an export itself",
        erase=Erase.DELETE,
    ),
)
