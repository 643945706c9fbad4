"""Teams, what their people are doing, and what is asked of them."""

from teams.models.presence import PauseCode, Presence
from teams.models.target import Target
from teams.models.team import Team, TeamMembership

__all__ = ["PauseCode", "Presence", "Target", "Team", "TeamMembership"]
