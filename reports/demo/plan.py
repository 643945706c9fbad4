"""Who works in the demonstration organisations and what they work on."""

from dataclasses import dataclass, field

from accounts.permissions import Role
from dialer.scripts.content import Content
from reports.demo import words
from reports.demo.scripts import SCRIPTS


@dataclass(frozen=True)
class Person:
    """Somebody of the team; `skill` multiplies the chance that a call is answered and goes well."""

    first_name: str
    last_name: str
    role: Role
    team: str = ""
    leads_team: bool = False
    language: str = "en"
    skill: float = 1.0


@dataclass(frozen=True)
class CampaignPlan:
    """A campaign; leads of `sources` go into it. `share` is its part of the leads that come in day by day."""

    name: str
    sources: tuple[str, ...]
    teams: tuple[str, ...]
    state: str = "running"
    priority: int = 5
    maximum_attempts: int = 9
    scripts: tuple[tuple[str, Content], ...] = ()


@dataclass(frozen=True)
class Plan:
    """One demonstration organisation. `first_number` is the last five digits of its first lead's phone, 90000 xxxxx."""

    name: str
    domain: str
    fields: dict[str, str]
    people: tuple[Person, ...]
    campaigns: tuple[CampaignPlan, ...]
    leads: int
    first_number: int
    staff_number: int
    tags: tuple[str, ...]
    sources: tuple[str, ...]
    value_from_to: tuple[int, int]
    targets: dict[str, int]
    # A custom field with its choices, each in English and Hindi.
    question: tuple[str, str]
    answers: tuple[tuple[str, str], ...]
    notes: dict[str, list[str]] = field(default_factory=dict)
    # The team that each stands under.
    teams_under: dict[str, str] = field(default_factory=dict)


SOLAR = Plan(
    name="Kiran Rooftop Solar",
    domain="kiransolar.example",
    fields={
        "phone": "+919000000001",
        "address": "12 Law College Road",
        "city": "Pune",
        "region": "Maharashtra",
        "pin": "411004",
    },
    people=(
        Person("Vikram", "Desai", Role.OWNER),
        Person("Neha", "Bhatt", Role.ADMIN),
        Person("Suman", "Deshpande", Role.MANAGER, team="Sales", leads_team=True),
        Person("Arvind", "Rao", Role.MANAGER, team="South", leads_team=True),
        Person("Asha", "Kulkarni", Role.TELECALLER, team="West", skill=1.2),
        Person("Pooja", "Yadav", Role.TELECALLER, team="West", language="hi", skill=1.1),
        Person("Imran", "Sheikh", Role.TELECALLER, team="West", skill=0.85),
        Person("Meenal", "Joshi", Role.TELECALLER, team="West", skill=1.05),
        Person("Ravi", "Teja", Role.TELECALLER, team="South", skill=1.1),
        Person("Sandeep", "Rawat", Role.TELECALLER, team="South", language="hi", skill=0.9),
        Person("Deepak", "Nair", Role.TELECALLER, team="South", skill=0.95),
        Person("Farheen", "Ansari", Role.TELECALLER, team="South", skill=0.9),
    ),
    campaigns=(
        CampaignPlan(
            "Rooftop, this season",
            sources=("Website form", "Expo stall"),
            teams=("West", "South"),
            priority=7,
            scripts=SCRIPTS,
        ),
        CampaignPlan("Old enquiries", sources=("Old enquiries",), teams=("South",), priority=4),
        CampaignPlan("Housing societies", sources=("Channel partner",), teams=("West",), state="paused", priority=5),
        CampaignPlan("Summer subsidy", sources=(), teams=("West",), state="draft"),
    ),
    leads=400,
    first_number=101,
    staff_number=2,
    tags=("subsidy", "own roof", "housing society", "price asked", "senior citizen"),
    sources=("Website form", "Expo stall", "Old enquiries", "Channel partner", "Walk-in"),
    value_from_to=(60, 420),
    question=("Roof type", "छत का प्रकार"),
    answers=(("Flat", "सपाट"), ("Sloped", "ढलान वाली"), ("Tin sheet", "टिन की")),
    # What eight people can do on 400 leads within the contact rules.
    targets={"total_calls": 12, "connected_calls": 5, "talk_time": 15, "conversions": 1},
    notes=words.NOTES,
    # So that the first manager sees both teams, and the second one theirs alone.
    teams_under={"West": "Sales", "South": "Sales"},
)
COACHING = Plan(
    name="Sahyadri Coaching Classes",
    domain="sahyadri.example",
    fields={
        "phone": "+919000009001",
        "address": "3 Gangapur Road",
        "city": "Nashik",
        "region": "Maharashtra",
        "pin": "422013",
    },
    people=(
        Person("Madhavi", "Phadke", Role.OWNER),
        Person("Girish", "Pai", Role.MANAGER, team="Admissions", leads_team=True),
        Person("Shweta", "Kamble", Role.TELECALLER, team="Admissions", language="hi"),
        Person("Anil", "Thomas", Role.TELECALLER, team="Admissions", skill=0.9),
    ),
    campaigns=(
        CampaignPlan("Admissions", sources=("Website form", "School visit"), teams=("Admissions",), priority=6),
    ),
    leads=60,
    first_number=9101,
    staff_number=9002,
    tags=("class 10", "class 12", "demo class"),
    sources=("Website form", "School visit", "Walk-in"),
    value_from_to=(18, 90),
    question=("Course", "कोर्स"),
    answers=(("Class 10", "कक्षा 10"), ("Class 12", "कक्षा 12"), ("Entrance exam", "प्रवेश परीक्षा")),
    targets={"total_calls": 8, "connected_calls": 3, "talk_time": 10, "conversions": 1},
    notes=words.COACHING_NOTES,
)
PLANS = (SOLAR, COACHING)
# Works for the second organisation too, so that the switch has something to switch to.
GUEST = ("neha.bhatt@kiransolar.example", COACHING.name, Role.ADMIN)
