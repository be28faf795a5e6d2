"""What speaks against an article, or for it, beside what it is about, each with its weight and in words."""

from typing import NamedTuple


class Objection(NamedTuple):
    """What the score of an article is multiplied by, and why in words; above 1 it speaks for the article."""

    factor: float
    why: str


# What the rest of the need does to an article. Those of 0.15 and less leave nearly all evidence below the threshold.
DOCTOR_FIRST = Objection(0.0, "a sign that wants a doctor first")
DENIED = Objection(0.05, "the patient does not have what it is about")
OTHER_REGION = Objection(0.05, "it is about another part of the body")
REGION_UNKNOWN = Objection(0.1, "nobody says which part of the body it is")
NARROWER = Objection(0.15, "it is about something more particular than is known")
NARROWER_SPORT = Objection(0.7, "it is about something more particular than is known, in the patient's own activity")
ASIDE = Objection(0.35, "what the patient has stands only aside in it")
ASIDE_SPORT = Objection(0.6, "what the patient has stands only aside in it, but it comes with what it is written for")
OTHER_CONDITION = Objection(0.1, "it is about another condition")
OTHER_CODE = Objection(0.1, "the diagnosis code names another disease, one that no article is about")
NO_CONDITION = Objection(0.1, "nobody says that the patient has what it is about")
UNSURE = Objection(0.1, "what speaks for it may be no complaint")
HEALING = Objection(0.1, "one of the two is about an operation or a broken bone, the other is not")
SAME_ACTIVITY = Objection(1.3, "it is written for what the patient does")
SAME_ACTIVITY_ASIDE = Objection(0.8, "it is written for what the patient does, but not for what she has")
OTHER_ACTIVITY = Objection(0.1, "it is written for another activity")
OTHER_ACTIVITY_EXACT = Objection(0.8, "it is written for another activity, but is about exactly this condition")
EVERYDAY_UNKNOWN = Objection(0.6, "nobody says whether the patient does what it is written for")
EXACT_UNKNOWN = Objection(0.8, "nobody says whether the patient does what it is written for, but she has just this")
SPORT_UNKNOWN = Objection(0.15, "nobody says that the patient does the sport it is written for")
NO_COMPLAINT = Objection(0.5, "all that is known is an activity")
ACCIDENT = Objection(0.1, "the fall is how the patient came by what she has")
OTHER_SERVICE = Objection(0.35, "it is about a service that nobody booked or asked for")
FOR_GROWN_UPS = Objection(0.1, "the patient is a small child, and it is not written for children")
FOR_MOTHERS = Objection(0.05, "it is written for who is pregnant or has had a baby, and the patient is a man")
FOR_GROUPS = {
    "children and teens": Objection(
        0.55, "it is written for children or teens, and nobody says that the patient is one"
    ),
    "finishing therapy": Objection(
        0.55, "it is written for who finishes therapy, and nobody says that the patient does"
    ),
}


ASKED = Objection(2.0, "it is about what the patient asks for, and she complains of nothing")
FINISHING = Objection(2.0, "it is written for what the patient asks for at the end of her therapy")
OPERATED = Objection(1.1, "it is about an operation that she is healing from")

ONLY_FIRST = frozenset((EXACT_UNKNOWN, OTHER_ACTIVITY_EXACT))
"""With these an article about what has no place in the body is sent as the first one of a letter or not at all."""
FOR_OTHERS = frozenset(FOR_GROUPS.values())
"""With these an article never goes beside another one."""
AGAINST_A_DIAGNOSIS = frozenset((OTHER_CONDITION, ASIDE))
STUDIO = frozenset(("Pilates",))
"""What the house is full of: its name in a note or as a patient's hobby need not be what she comes for."""
