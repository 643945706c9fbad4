"""What teams delete by themselves when its time is over: what was kept of people who left."""

from jini.lib.purging import Purge

LEFT = "member__deactivated_at"
PURGES = (
    Purge("employee", "teams.Presence", LEFT),
    Purge("employee", "teams.Target", LEFT),
    Purge("employee", "teams.TeamMembership", LEFT),
)
