"""What the demonstration's telecallers read out, in English and in Hindi."""

from dialer.scripts.content import END, Answer, Content, Objection, Step

ENGLISH = Content(
    [
        Step(
            "s1",
            "Opening",
            "Namaste {{first_name}} ji, this is {{telecaller}} from {{organisation}}. You asked us about solar on your "
            "roof in {{city}}. Is this a good time?",
            [Answer("Yes, go on", "s2"), Answer("Call later", "s4"), Answer("Not interested", "s5")],
        ),
        Step(
            "s2",
            "Bill and roof",
            "Is the electricity bill in your own name, and is it above ₹2,000 a month?",
            [Answer("Yes, both", "s3"), Answer("Rented or small bill", "s5")],
        ),
        Step(
            "s3",
            "Visit",
            "Then the subsidy covers a good part of it. Shall our engineer come to see the roof? It costs nothing and takes "
            "half an hour.",
            [Answer("Yes", "s6"), Answer("Let me think", "s4")],
        ),
        Step("s4", "Call later", "Gladly. Which day and hour suit you? I shall call myself.", [Answer("Time agreed", END)]),
        Step("s5", "Not now", "I understand. Thank you for your time, {{first_name}} ji."),
        Step("s6", "Fix the visit", "Which morning suits you this week? Please keep the last bill at hand."),
    ],
    [
        Objection("It is too expensive", "The subsidy pays up to ₹78,000, and the bank lends the rest at 7 %. Most bills fall by more than the instalment."),
        Objection("I must ask at home", "Of course. Shall I call again when all of you are there? Evenings are often good."),
        Objection("How did you get my number?", "You left it with us: {{source}}. If you wish, I take it off our list now."),
        Objection("Does it work in the rains?", "Yes, with a third less on dark days. The yearly figure that we quote counts the monsoon in."),
    ],
)  # fmt: skip
HINDI = Content(
    [
        Step(
            "s1",
            "शुरुआत",
            "नमस्ते {{first_name}} जी, मैं {{organisation}} से {{telecaller}} बोल रही हूँ। आपने {{city}} में छत पर सोलर के बारे में "
            "पूछा था। क्या अभी बात हो सकती है?",
            [Answer("हाँ, बताइए", "s2"), Answer("बाद में कॉल करें", "s3"), Answer("रुचि नहीं", "s4")],
        ),
        Step(
            "s2",
            "बिल और छत",
            "क्या बिजली का बिल आपके अपने नाम पर है? क्या हमारे इंजीनियर छत देखने आ सकते हैं?",
            [Answer("हाँ", "s5"), Answer("सोचना पड़ेगा", "s3")],
        ),
        Step("s3", "बाद में", "ज़रूर। किस दिन और किस समय कॉल करूँ?"),
        Step("s4", "अभी नहीं", "ठीक है। समय देने के लिए धन्यवाद, {{first_name}} जी।"),
        Step("s5", "समय तय करना", "इस हफ़्ते कौन-सी सुबह ठीक रहेगी? पिछला बिल पास रखिएगा।"),
    ],
    [
        Objection("बहुत महँगा है", "सब्सिडी ₹78,000 तक मिलती है, और बाक़ी पर बैंक क़र्ज़ देता है।"),
        Objection("घर में पूछना है", "बिल्कुल। क्या शाम को कॉल करूँ, जब सब हों?"),
    ],
)
SCRIPTS = (("en", ENGLISH), ("hi", HINDI))
