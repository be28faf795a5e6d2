"""The words that front desks write beside a name in the cell of a name: flags, notes, degrees, what somebody is not.

A flag is never a name. A note is one only where nobody else's stands before it: Cash and Hope come to a clinic too.
"""

from jobs.clinic import people

FLAGS = frozenset(
    "appointment appointments appt appts bcbs client copay copayment copays customer dec'd decd deceased declined "
    "deductible dnc dnr dns dob dup duplicate epo eval evaluation f/u fka fsa guest hmo hsa humana inactive infant "
    "interpreter mcr medicaid medical medicare mrn mva mvc n/a newborn nka none noshow noshows null oon patient "
    "patients poa ppo pt pts r/s reeval selfpay session ssn tba tbd tricare uhc unassigned unknown vip w/c walkin "
    "walkins wc workcomp workerscomp xxx xxxx".split()
)
"""Words that stand in no name, wherever they are."""

NOTES = frozenset(
    "abusive accident acl active adhd adjuster aetna aggressive aka alert allergic allergies allergy always anthem "
    "anxious archived asd asks asl attorney auth authorization auto baby back bad balance bariatric bilateral "
    "birthday blind block blue boy brother bs call called caller calls cancel canceled canceling cancelled cancels "
    "cantonese card care cash cashpay caution cc cell cervical change changed check chronic cigna claim class "
    "collection collections comp company complains complaint complaints concussion confirm confirmed consent contact "
    "coverage covering covid cuff cxl dad daughter deaf deposit difficult discharged discount dispute dizzy do-not "
    "dont door due early elbow email emails employee english evening evenings expired expires fall family farsi "
    "father fee fees first foot for form forms free friend friends from full gets girl gold guardian hand hates "
    "hearing hip hipaa hold home husband hx ill in-person inappropriate indemnity individual injured injury ins "
    "insurance invoice is issue issues kaiser kid knee language late latex lawyer leave left legal liability likes "
    "limited list live long-term low lumbar mailing mandarin medi-cal meds member membership merge merged message "
    "minor missed missing mom morning mornings mother moved must neck needs neuro never new no no-show noisy not note "
    "notes nurse old only op out owed owes owing package packages paid pain parent parents pay payer paying payment "
    "payments pelvic pending phone pi pilates pip plan platinum please pls pm policy post post-op postop postpartum "
    "pre-op pref preferred prefers pregnancy pregnant preop prepaid private prn prospect pta rate recall referral "
    "referred refund refused refuses reminder reminders requests resched reschedule rescheduled reschedules return "
    "returning right risk rotator rude rx schedule scheduled schedules self self-pay send senior serious shoulder "
    "show shows sick sign signed sister slow spanish speaker speaking speaks spine spouse staff standby student "
    "surgery tagalog talks telehealth temp text texts therapist therapy thoracic ticket time transfer transferred "
    "translator unpaid update updated upset urgent vertigo vestibular vietnamese virtual vm voicemail wait waitlist "
    "waiver walker warning week weekly wheelchair wife with work worker's workers workers' wrist wrong zoom".split()
)
"""Words that are a note behind a first name."""

DEGREES = people.CREDENTIALS | {"ms", "ma", "mph"}
TITLES = people.TITLES | {"sra", "srta"}
SUFFIXES = people.SUFFIXES | {"esq"}
PARTICLES = frozenset("da das de dei del della den der di do dos du e la las le los of van von y".split())
"""Words that stay small within a name."""
