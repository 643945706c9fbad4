"""What invented people are called, where they live and what was noted about them."""

FIRST_NAMES = [
    "Suresh", "Kavita", "Rajesh", "Bhavna", "Venkatesh", "Rukhsana", "Nitin", "Priya", "Joseph", "Sunita", "Snehal",
    "Vikas", "Harpreet", "Gurpreet", "Lakshmi", "Mohammed", "Yusuf", "Anjali", "Ramesh", "Deepa", "Arjun", "Fatima",
    "Prakash", "Savita", "Ganesh", "Nandini", "Iqbal", "Rekha", "Mahesh", "Divya", "Sanjay", "Usha", "Kiran", "Manoj",
    "Shabnam", "Ashok", "Geeta", "Vinod", "Padma", "Rohit", "Swati", "Santosh", "Jyoti", "Dilip", "Mary", "Hemant",
    "Vandana", "Pravin", "Sarita", "Thomas", "Chitra", "Balaji", "Smita", "Naveen", "Shalini", "Amit", "Zeenat",
]  # fmt: skip
LAST_NAMES = [
    "Patil", "Rao", "Gupta", "Shah", "Iyer", "Begum", "Jadhav", "Menon", "D'Souza", "Kumari", "More", "Pawar", "Kaur",
    "Singh", "Narayanan", "Arif", "Khan", "Joshi", "Kulkarni", "Reddy", "Nair", "Sharma", "Verma", "Deshmukh", "Pillai",
    "Chavan", "Gaikwad", "Fernandes", "Mishra", "Bhosale", "Naidu", "Shinde", "Agarwal", "Kamble", "Sheikh", "Thakur",
    "Hegde", "Choudhary", "Mathew", "Sawant", "Yadav", "Dixit", "Kale", "Apte", "Bhatt", "Saxena",
]  # fmt: skip
# City, state, first four digits of its PIN codes, language that most people there speak.
CITIES = [
    ("Pune", "Maharashtra", "4110", "mr"), ("Nashik", "Maharashtra", "4220", "mr"),
    ("Satara", "Maharashtra", "4150", "mr"), ("Kolhapur", "Maharashtra", "4160", "mr"),
    ("Mumbai", "Maharashtra", "4000", "hi"), ("Nagpur", "Maharashtra", "4400", "hi"),
    ("Bengaluru", "Karnataka", "5600", "kn"), ("Hubballi", "Karnataka", "5800", "kn"),
    ("Hyderabad", "Telangana", "5000", "te"), ("Surat", "Gujarat", "3950", "gu"), ("Indore", "Madhya Pradesh", "4520", "hi"),
]  # fmt: skip
NOTES = {
    "Interested": [
        "Own house, flat roof, no shade. Wants the price for 3 kW.",
        "Asked for the subsidy papers on WhatsApp.",
        "Bill is about ₹4,200 a month; comparing with one other firm.",
        "Will speak with the family and wants an engineer's visit on Saturday.",
    ],
    "Call back": [
        "In a meeting; call again after lunch.",
        "Travelling, asked for a call in the evening.",
        "Asked to talk when the husband is home.",
        "Driving. Call again tomorrow.",
    ],
    "Not interested": ["Lives in a rented flat.", "Price is too high.", "Roof is shared with the society."],
    "Already bought": ["Took a system from a neighbour's installer last month."],
    "Converted": ["Booked 3 kW and paid the advance.", "Signed for 5 kW, site visit is fixed."],
    "Wrong number": ["Number belongs to somebody else."],
    "Do not call": ["Does not want to be called again."],
}
COACHING_NOTES = {
    "Interested": ["Son is in class 10, wants the evening batch.", "Asked for the fee table and a demo class."],
    "Call back": ["Call after school hours.", "Mother decides; call in the evening."],
    "Not interested": ["Joined another class.", "Moving to another city."],
    "Already bought": ["Enrolled at the other branch already."],
    "Converted": ["Enrolled for the year and paid the first instalment."],
    "Wrong number": ["Number belongs to somebody else."],
    "Do not call": ["Does not want to be called again."],
}
PROMISES = {
    "Interested": ["Ask about the decision", "Send the price and go through it", "Fix the visit"],
    "Call back": ["Call back as asked", "Promised to call again"],
}
