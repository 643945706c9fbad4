"""The statuses and reasons a new organisation starts with."""

from leads.models import FollowUpSettings, Status, StatusReason

# (English, Hindi, kind, colour); the first one is for new leads. Names become the organisation's own at once.
STATUSES = [
    ("New", "नया", Status.Kind.OPEN, Status.Colour.BLUE),
    ("Contacted", "बात हुई", Status.Kind.OPEN, Status.Colour.PURPLE),
    ("Interested", "रुचि है", Status.Kind.OPEN, Status.Colour.TEAL),
    ("On hold", "रुका हुआ", Status.Kind.ON_HOLD, Status.Colour.AMBER),
    ("Won", "सौदा पक्का", Status.Kind.WON, Status.Colour.GREEN),
    ("Lost", "नहीं बना", Status.Kind.LOST, Status.Colour.GREY),
    ("Invalid", "अमान्य", Status.Kind.INVALID, Status.Colour.RED),
]
# (English, Hindi); the last one is the fallback.
REASONS = [
    ("Too expensive", "दाम ज़्यादा लगा"),
    ("Bought elsewhere", "कहीं और से ले लिया"),
    ("No need now", "अभी ज़रूरत नहीं"),
    ("Cannot reach", "संपर्क नहीं हो रहा"),
    ("Other", "कोई और वजह"),
]


def give_statuses() -> None:
    """Give the organisation of the open scope the default statuses, unless it has some."""
    if not Status.objects.exists():
        Status.objects.bulk_create(
            Status(
                name=name,
                name_hi=name_hi,
                kind=kind,
                colour=colour,
                position=position,
                is_initial=position == 0,
                requires_reason=kind == Status.Kind.LOST,
            )
            for position, (name, name_hi, kind, colour) in enumerate(STATUSES)
        )
    if not StatusReason.objects.exists():
        StatusReason.objects.bulk_create(
            StatusReason(name=name, name_hi=name_hi, position=position, is_fallback=position == len(REASONS) - 1)
            for position, (name, name_hi) in enumerate(REASONS)
        )


def give_follow_up_settings() -> None:
    """Give the organisation of the open scope its settings of follow-ups, unless it has them."""
    if not FollowUpSettings.objects.exists():
        FollowUpSettings.objects.create()
