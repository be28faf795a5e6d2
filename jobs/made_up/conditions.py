"""What the made-up patients come with: diagnoses, complaints and activities as a front desk types them."""

from typing import NamedTuple


class Condition(NamedTuple):
    """One reason to come. Each list holds several ways to type the same thing; "" is an empty cell."""

    diagnoses: tuple[str, ...]
    complaints: tuple[str, ...]
    activities: tuple[str, ...]
    weight: int
    service: str = "Physical Therapy"


CONDITIONS = (
    Condition(
        ("M54.50", "M54.50 Low back pain, unspecified", "m54.50", "M5450", "M54.59"),
        ("low back pain", "LBP", "lower back pain from lifting", "back", "Low Back"),
        ("running", "gardening", "desk work", "golf", ""),
        18,
    ),
    Condition(
        ("M54.41", "M54.16", "M54.31; M54.50", "M54.16 - Radiculopathy, lumbar region"),
        ("sciatica R", "leg pain, numb toes", "back and leg", "sciatica"),
        ("driving", "hiking", ""),
        8,
    ),
    Condition(
        ("M54.2", "M54.2 Cervicalgia", "m54.2", "M54.2, G44.86"),
        ("neck pain", "stiff neck", "neck + headaches", "Neck"),
        ("desk work", "computer", "swimming", ""),
        12,
    ),
    Condition(
        ("M25.511", "M25.512", "M75.101", "M75.41", "M75.02 Adhesive capsulitis"),
        ("shoulder pain", "R shoulder", "frozen shoulder", "shoulder - can't reach overhead"),
        ("tennis", "swimming", "weight lifting", ""),
        12,
    ),
    Condition(
        ("M25.561", "M25.562", "M22.2X1", "M17.11", "M17.0 bilat OA knee"),
        ("knee pain", "L knee", "knees hurt on stairs", "runners knee"),
        ("running", "cycling", "pickleball", ""),
        14,
    ),
    Condition(
        ("M25.551", "M16.11", "M70.61", "M25.552 Pain in left hip"),
        ("hip pain", "hip bursitis", "R hip, groin", "hip"),
        ("walking", "dance", "golf", ""),
        8,
    ),
    Condition(
        ("S93.401A", "S93.402D", "M25.571", "M76.61", "M72.2 plantar fasciitis"),
        ("ankle sprain", "rolled ankle", "heel pain", "achilles"),
        ("soccer", "trail running", "basketball", ""),
        8,
    ),
    Condition(
        ("M77.11", "M77.12", "M77.01", "M25.521"),
        ("tennis elbow", "elbow pain", "golfers elbow"),
        ("tennis", "golf", "climbing", ""),
        5,
    ),
    Condition(
        ("N39.3", "N39.3 Stress incontinence", "M62.08", "N94.89", "R10.2"),
        ("pelvic floor", "leaking w/ running", "postpartum, diastasis", "pelvic pain"),
        ("running", "Pilates", ""),
        8,
        "Pelvic Health",
    ),
    Condition(
        ("Z47.1", "Z96.651", "Z47.1 Z96.651", "Z96.641", "Z98.890"),
        ("s/p TKR", "after knee replacement", "post op hip", "after surgery ACL"),
        ("walking", "skiing", ""),
        9,
    ),
    Condition(
        ("R26.89", "R26.81 Unsteadiness on feet", "R42", "Z91.81"),
        ("balance", "dizzy, fell twice", "unsteady walking"),
        ("walking", "", ""),
        5,
    ),
    Condition(
        ("", "", "M79.10", "pending"),
        ("", "see intake form", "sore all over"),
        ("", "", "yoga"),
        3,
    ),
)

PILATES_WISHES = ("core strength", "back", "posture", "", "after PT", "general fitness")
