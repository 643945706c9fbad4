"""What reports delete by themselves when its time is over."""

from jini.lib.purging import Purge

PURGES = (Purge("figures", "reports.DayFigures", "day"),)
