"""What reports hold about people: figures of each telecaller and day, worked out of the calls."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from jini.lib.personal_data import Basis, Declared, Erase, Export, Kind, LogField, Purpose, Seen, Table, Whose

repaired = partial(
    LogField,
    kind=Kind.TECHNICAL,
    whose=Whose.NOBODY,
    purpose=Purpose.OPERATE,
    basis=Basis.NONE,
    keep="logs",
    seen=Seen.OPERATOR,
    erase=Erase.NONE,
)

DECLARED: tuple[Declared, ...] = (
    Table(
        "reports.DayFigures",
        _("Figures of a telecaller and a day"),
        whose=Whose.USER,
        purpose=Purpose.TEAM,
        basis=Basis.EMPLOYMENT,
        keep="figures",
        seen=Seen.MANAGERS,
        export=(Export.MINE, Export.ORGANISATION),
        about={Whose.USER: "telecaller__user"},
        erase=Erase.PSEUDONYM,
        columns={
            Kind.TECHNICAL: "id organisation telecaller computed_at",
            Kind.EMPLOYEE: "day total_calls connected_calls contact_calls unique_leads_called talk_time ring_time "
            "after_call_work handled_calls conversions by_hour by_disposition by_campaign leads_by_gap",
        },
    ),
    Table(
        "reports.DirtyDay",
        _("Days whose figures are worked out again"),
        whose=Whose.NOBODY,
        purpose=Purpose.OPERATE,
        basis=Basis.NONE,
        keep="jobs",
        seen=Seen.PROGRAM,
        why_not="holds ids and days alone",
        columns={Kind.TECHNICAL: "id organisation day telecaller noted_at"},
    ),
    repaired(name="organisation", what=_("id of an organisation")),
    repaired(name="day", what=_("a day")),
    repaired(name="telecaller", what=_("id of a telecaller's place")),
    repaired(name="figures", what=_("which figures were put right, with both numbers")),
)
