"""What teams hold about people: who leads whom, and who was at work when."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from jini.lib.personal_data import Basis, Declared, Export, Kind, Purpose, Seen, Table, Whose

setting = partial(
    Table,
    whose=Whose.ORGANISATION,
    purpose=Purpose.TEAM,
    basis=Basis.NONE,
    keep="settings",
    seen=Seen.EVERYBODY,
    export=(Export.ORGANISATION,),
)
at_work = partial(
    Table,
    whose=Whose.USER,
    purpose=Purpose.TEAM,
    basis=Basis.EMPLOYMENT,
    keep="employee",
    seen=Seen.MANAGERS,
    export=(Export.MINE, Export.ORGANISATION),
    about={Whose.USER: "member__user"},
)

DECLARED: tuple[Declared, ...] = (
    setting(
        "teams.PauseCode",
        _("Reasons for a break"),
        columns={Kind.TECHNICAL: "id organisation", Kind.SETTING: "name name_hi position longest_minutes is_active"},
    ),
    at_work(
        "teams.Presence",
        _("When somebody was at work, on a break or on a call"),
        columns={
            Kind.TECHNICAL: "id organisation member",
            Kind.EMPLOYEE: "state pause_code started_at ended_at because",
        },
    ),
    at_work(
        "teams.Target",
        _("Goals of people"),
        columns={Kind.TECHNICAL: "id organisation member", Kind.EMPLOYEE: "metric value"},
    ),
    setting(
        "teams.Team",
        _("Teams"),
        columns={Kind.TECHNICAL: "id organisation parent", Kind.SETTING: "name"},
    ),
    at_work(
        "teams.TeamMembership",
        _("Who belongs to which team"),
        columns={Kind.TECHNICAL: "id organisation member", Kind.EMPLOYEE: "team is_lead"},
    ),
)
