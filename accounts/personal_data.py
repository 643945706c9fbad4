"""What accounts, and the libraries that only accounts knows, hold about people."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from jini.lib.browser_data import Kept
from jini.lib.personal_data import (
    Basis,
    CacheKey,
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

WORDLESS = "holds ids, states and times alone"
OF_THE_LIBRARY = "a list of the framework, the same in every installation"

person = partial(
    Table,
    whose=Whose.USER,
    purpose=Purpose.ACCOUNT,
    basis=Basis.AGREEMENT,
    keep="account",
    seen=Seen.SELF,
    export=(Export.MINE, Export.ORGANISATION),
)
own = partial(
    Table,
    whose=Whose.USER,
    purpose=Purpose.NOTIFY,
    basis=Basis.AGREEMENT,
    keep="account",
    seen=Seen.ONLY_SELF,
    export=(Export.MINE,),
)
program = partial(
    Table,
    whose=Whose.NOBODY,
    purpose=Purpose.OPERATE,
    basis=Basis.NONE,
    keep="jobs",
    seen=Seen.PROGRAM,
    why_not=WORDLESS,
)
# Empty in this product: rights come from the role alone.
framework = partial(program, keep="settings", why_not=OF_THE_LIBRARY, erase=Erase.NONE)
SECRETS = "a secret in an export would open the door to whoever finds the file"
BEARER = "id organisation member created_at last_used_at used_in_minute revoked_at revoked_by"

TABLES = (
    person(
        "accounts.User",
        _("Account of a person"),
        about={Whose.USER: "pk"},
        erase=Erase.PSEUDONYM,
        columns={
            Kind.TECHNICAL: "id is_superuser is_staff is_active language theme uses_shortcuts erased_at",
            Kind.IDENTITY: "first_name last_name email phone",
            Kind.SECURITY: "last_login date_joined",
            Kind.SECRET: "password",
        },
        but={
            "password": {
                "keep": "secrets",
                "seen": Seen.PROGRAM,
                "export": (),
                "why_not": SECRETS,
                "erase": Erase.BLANK,
            },
            "phone": {"erase": Erase.BLANK},
            "last_login": {"purpose": Purpose.SECURITY, "erase": Erase.BLANK},
        },
    ),
    person(
        "account.EmailAddress",
        _("E-mail addresses of an account"),
        about={Whose.USER: "user"},
        columns={Kind.TECHNICAL: "id user verified primary", Kind.IDENTITY: "email"},
    ),
    program(
        "account.EmailConfirmation",
        _("Links that confirm an e-mail address"),
        whose=Whose.USER,
        purpose=Purpose.SECURITY,
        basis=Basis.AGREEMENT,
        keep="invitations",
        why_not=SECRETS,
        about={Whose.USER: "email_address__user"},
        columns={Kind.TECHNICAL: "id email_address created sent", Kind.SECRET: "key"},
    ),
    person(
        "accounts.Membership",
        _("Place of a person in an organisation"),
        purpose=Purpose.TEAM,
        basis=Basis.EMPLOYMENT,
        keep="employee",
        about={Whose.USER: "user"},
        erase=Erase.PSEUDONYM,
        columns={
            Kind.TECHNICAL: "id organisation user former_number",
            Kind.EMPLOYEE: "role created_at deactivated_at",
            Kind.IDENTITY: "phone",
        },
        but={"phone": {"erase": Erase.BLANK}},
    ),
    Table(
        "accounts.Organisation",
        _("Organisation"),
        whose=Whose.ORGANISATION,
        purpose=Purpose.CONTRACT,
        basis=Basis.AGREEMENT,
        keep="organisation",
        seen=Seen.ADMINS,
        export=(Export.ORGANISATION,),
        columns={
            Kind.TECHNICAL: "id state is_demo created_at ends_at",
            Kind.SETTING: "time_zone calls_a_day",
            Kind.IDENTITY: "name phone",
            Kind.ADDRESS: "address city region pin",
            Kind.REGISTRATION: "gstin pan",
        },
        but={"gstin": {"keep": "registration"}, "pan": {"keep": "registration"}},
    ),
    person(
        "accounts.Invitation",
        _("Invitations to join"),
        purpose=Purpose.TEAM,
        keep="invitations",
        seen=Seen.ADMINS,
        # Whoever is invited has no account yet; the address is all there is.
        whose=Whose.CALLER,
        export=(Export.ORGANISATION,),
        columns={
            Kind.TECHNICAL: "id organisation invited_by created_at expires_at accepted_at withdrawn_at",
            Kind.IDENTITY: "email",
            Kind.EMPLOYEE: "role",
            Kind.SECRET: "token_digest",
        },
        but={"token_digest": {"seen": Seen.PROGRAM, "export": (), "why_not": SECRETS}},
    ),
    program(
        "accounts.SignInLink",
        _("One-time links to sign in (demonstration only)"),
        whose=Whose.USER,
        purpose=Purpose.ACCOUNT,
        basis=Basis.AGREEMENT,
        keep="invitations",
        why_not=SECRETS,
        about={Whose.USER: "user"},
        columns={Kind.TECHNICAL: "id user expires_at used_at", Kind.SECRET: "token_digest"},
    ),
    program(
        "sessions.Session",
        _("Sign-ins that are open"),
        whose=Whose.USER,
        purpose=Purpose.ACCOUNT,
        basis=Basis.AGREEMENT,
        keep="sessions",
        why_not=SECRETS,
        # The framework keeps the person inside the text; `Session.get_decoded()` has them under `_auth_user_id`.
        about={Whose.USER: ""},
        columns={Kind.SECRET: "session_key session_data", Kind.TECHNICAL: "expire_date"},
    ),
    Table(
        "accounts.ApiKey",
        _("Keys of the API"),
        whose=Whose.ORGANISATION,
        purpose=Purpose.SECURITY,
        basis=Basis.AGREEMENT,
        keep="secrets",
        seen=Seen.ADMINS,
        export=(Export.ORGANISATION,),
        columns={
            Kind.TECHNICAL: f"{BEARER} created_by token_end",
            Kind.SETTING: "name",
            Kind.SECRET: "token_digest",
        },
        but={"token_digest": {"seen": Seen.PROGRAM, "export": (), "why_not": SECRETS}},
    ),
    Table(
        "accounts.AuditEntry",
        _("Record of important actions"),
        whose=Whose.USER,
        purpose=Purpose.SECURITY,
        basis=Basis.DUTY,
        keep="security",
        seen=Seen.ADMINS,
        export=(Export.MINE, Export.ORGANISATION),
        about={Whose.USER: "actor__user"},
        erase=Erase.KEEP,
        ground="DPDP Rules 2025, rule 6(1)(e): logs for one year; the person in it is a pseudonym by then",
        columns={Kind.TECHNICAL: "id organisation", Kind.SECURITY: "at verb actor subject_type subject_id details"},
    ),
    own(
        "accounts.Notification",
        _("Notices under the bell"),
        keep="notices",
        about={Whose.USER: "member__user"},
        columns={
            Kind.TECHNICAL: "id organisation member once",
            Kind.EMPLOYEE: "kind details url created_at seen_at mailed_at pushed_at",
        },
    ),
    own(
        "accounts.PushSubscription",
        _("Browsers that show notices"),
        keep="secrets",
        basis=Basis.CONSENT,
        about={Whose.USER: "member__user"},
        columns={
            Kind.TECHNICAL: "id organisation member created_at",
            Kind.SECRET: "endpoint endpoint_digest keys",
        },
        export=(),
        why_not="with them anybody could send messages to the person's browser",
    ),
    own(
        "accounts.ReminderChoice",
        _("How somebody wants to be reminded"),
        about={Whose.USER: "member__user"},
        columns={Kind.TECHNICAL: "id organisation member", Kind.SETTING: "by_bell by_mail by_push minutes_before"},
    ),
    program(
        "accounts.DueTask",
        _("Work that is due"),
        columns={
            Kind.TECHNICAL: "id task queue organisation subject_id due_at lease_until attempts version last_error"
        },
    ),
    Table(
        "admin.LogEntry",
        _("What was done on the pages of the installation's operator"),
        whose=Whose.USER,
        purpose=Purpose.SECURITY,
        basis=Basis.DUTY,
        keep="security",
        seen=Seen.OPERATOR,
        export=(Export.MINE,),
        about={Whose.USER: "user"},
        erase=Erase.KEEP,
        ground="DPDP Rules 2025, rule 6(1)(e): logs for one year",
        columns={
            Kind.TECHNICAL: "id content_type",
            Kind.SECURITY: "action_time user object_id object_repr action_flag change_message",
        },
    ),
    framework("accounts.User_groups", _("Groups of people (unused)"), columns={Kind.TECHNICAL: "id user group"}),
    framework(
        "accounts.User_user_permissions",
        _("Rights of single people (unused)"),
        columns={Kind.TECHNICAL: "id user permission"},
    ),
    framework("auth.Permission", _("List of rights"), columns={Kind.TECHNICAL: "id name content_type codename"}),
    framework("auth.Group", _("Groups (unused)"), columns={Kind.TECHNICAL: "id name"}),
    framework(
        "auth.Group_permissions", _("Rights of groups (unused)"), columns={Kind.TECHNICAL: "id group permission"}
    ),
    framework("contenttypes.ContentType", _("List of tables"), columns={Kind.TECHNICAL: "id app_label model"}),
    framework("django_migrations", _("Versions of the database"), columns={Kind.TECHNICAL: "id app name applied"}),
    program(
        "jini_cache",
        _("Counters against guessing passwords"),
        whose=Whose.CALLER,
        purpose=Purpose.SECURITY,
        basis=Basis.DUTY,
        keep="limits",
        why_not="counters of a day, found by a digest or an internet address",
        columns={Kind.SECURITY: "cache_key value", Kind.TECHNICAL: "expires"},
    ),
)

server = partial(
    LogField,
    kind=Kind.TECHNICAL,
    whose=Whose.NOBODY,
    purpose=Purpose.OPERATE,
    basis=Basis.NONE,
    keep="logs",
    seen=Seen.OPERATOR,
    erase=Erase.NONE,
)

queue = partial(
    CacheKey,
    place="Redis",
    what=_("Nudges for work that is due: ids alone"),
    kind=Kind.TECHNICAL,
    whose=Whose.NOBODY,
    purpose=Purpose.OPERATE,
    basis=Basis.NONE,
    keep="jobs",
    seen=Seen.PROGRAM,
)

OTHERS: tuple[Declared, ...] = (
    CacheKey(
        prefix="allauth:rl:",
        what=_("Counters against guessing passwords: how often an internet address or an account tried"),
        kind=Kind.SECURITY,
        whose=Whose.CALLER,
        purpose=Purpose.SECURITY,
        basis=Basis.DUTY,
        keep="limits",
        seen=Seen.PROGRAM,
        why_not="counters of a day",
    ),
    *(queue(prefix=name) for name in ("telephony", "default", "bulk", "_kombu.", "unacked")),
    FileStore(
        folder="backups (deploy/backup.sh)",
        what=_("Backups of the database and the files"),
        kind=Kind.CONTENT,
        whose=Whose.ORGANISATION,
        purpose=Purpose.OPERATE,
        basis=Basis.DUTY,
        keep="backups",
        seen=Seen.OPERATOR,
        why_not="copies of what the export holds",
    ),
    LogField(
        name="access log of the web server",
        what=_("Internet address, time and page of each request"),
        kind=Kind.SECURITY,
        whose=Whose.USER,
        purpose=Purpose.SECURITY,
        basis=Basis.DUTY,
        keep="logs",
        seen=Seen.OPERATOR,
        why_not="found by time and address alone; the installation's operator answers a request",
        erase=Erase.KEEP,
        ground="DPDP Rules 2025, rule 6(1)(e): logs for one year",
    ),
    server(name="queue", what=_("name of a queue")),
    server(name="task", what=_("name of a task")),
    server(name="due_task", what=_("id of a task")),
    server(name="count", what=_("how many")),
    server(name="code", what=_("code of an error, which its page shows")),
    server(name="subscription", what=_("id of a browser that shows notices")),
)

DECLARED: tuple[Declared, ...] = (*TABLES, *OTHERS)

TAB = _("until the tab is closed")
IN_BROWSERS = (
    Kept("sessionid", _("keeps you signed in"), _("7 days, or until the browser is closed"), is_needed=True),
    Kept("csrftoken", _("proves that a form comes from JiNi's own page"), _("1 year"), is_needed=True),
    Kept("django_language", _("remembers the language you chose"), _("until the browser is closed"), is_needed=True),
    Kept("messages", _("shows a message once, on the next page"), _("until the next page"), is_needed=True),
    Kept(
        "htmx-current-path-for-history",
        _("knows the page you are on, for the Back button"),
        TAB,
        is_needed=True,
        place="sessionStorage",
    ),
    Kept("draft:*", _("keeps a text that you have not saved yet"), TAB, is_needed=True, place="sessionStorage"),
)
