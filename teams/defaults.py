"""The pause codes and targets a new organisation starts with."""

from teams.models import PauseCode, Target

# Name, name in Hindi, and after how many minutes whoever is away counts as gone.
PAUSE_CODES = [("Tea", "चाय", 30), ("Lunch", "भोजन", 90), ("Meeting", "बैठक", None), ("Training", "प्रशिक्षण", None)]
# A day of one telecaller; common figures of Indian telecalling teams, to be changed in settings.
TARGETS = {
    Target.Metric.TOTAL_CALLS: 80,
    Target.Metric.CONNECTED_CALLS: 35,
    Target.Metric.TALK_TIME: 150,
    Target.Metric.CONVERSIONS: 3,
}


def give_pause_codes() -> None:
    """Give the organisation of the open scope the default pause codes and targets, unless it has some."""
    if not PauseCode.objects.exists():
        PauseCode.objects.bulk_create(
            PauseCode(name=name, name_hi=name_hi, longest_minutes=longest, position=position)
            for position, (name, name_hi, longest) in enumerate(PAUSE_CODES)
        )
    if not Target.objects.exists():
        Target.objects.bulk_create(Target(metric=metric, value=value) for metric, value in TARGETS.items())
