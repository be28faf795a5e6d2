"""The made-up clinic's blog: articles on what its patients come with. None of them exists."""

import csv
from datetime import date, timedelta
from io import StringIO

HEADERS = ("slug", "title", "url", "topics", "icd10", "summary", "published", "purpose", "off")
_SWITCHED_OFF = "open-day-last-spring"
_ARTICLES = """
five-moves-for-a-stiff-back|Five gentle moves for a stiff back|low back pain; mobility; desk work|M54.5
    Five movements for the morning, and how to tell when one is too much.
running-again-after-back-pain|Running again after back pain|low back pain; running|M54.5; M54.50
    A six-week plan that begins with a walk.
sciatica-what-helps|Sciatica: what helps, and what only hurts|sciatica; low back pain; leg pain|M54.3; M54.4; M54.16
    Why the leg hurts when the back is at fault.
a-neck-at-the-desk|A neck that survives the desk|neck pain; desk work; headache|M54.2; G44.86
    Screen, chair and three short breaks.
headaches-from-the-neck|Headaches that come from the neck|headache; neck pain|G44.86; M54.2
    How to recognize them, and what treatment does.
a-shoulder-that-reaches|Reaching the top shelf again|shoulder pain; rotator cuff; frozen shoulder|M25.51; M75
    What a sore shoulder may do each day, and what it should leave for later.
swimming-with-a-sore-shoulder|Swimming with a sore shoulder|shoulder pain; swimming|M75.4; M75.1
    Strokes that spare the shoulder, and a plan for the first weeks.
tennis-elbow-without-a-break|Tennis elbow without a break from tennis|tennis elbow; elbow pain; tennis|M77.1
    Grip, strings and two exercises.
golf-and-your-hips|Golf begins in the hips|golf; hip pain; low back pain|M25.55
    A warm-up for the first tee.
hips-that-hurt-at-night|Hips that hurt at night|hip pain; bursitis; walking|M25.55; M70.6; M16
    How to lie, how to walk, and when to see us.
knees-on-the-stairs|Knees on the stairs|knee pain; arthritis; walking|M25.56; M17
    Why going down is harder than going up.
runners-knee|Runner's knee: keep running, only less|knee pain; running; runner's knee|M22.2; M25.56
    How to count the miles while the knee settles.
a-rolled-ankle|The first two weeks of a rolled ankle|ankle sprain; ankle pain; soccer|S93.4; M25.57
    What to do on day one, and when to jump again.
heel-pain-in-the-morning|Heel pain with the first step of the day|heel pain; plantar fasciitis; running|M72.2
    Stretches before you rise, shoes for after.
achilles-slowly|The Achilles tendon likes it slow|achilles tendon; running; ankle pain|M76.6
    Heel raises, and the patience that they take.
pelvic-floor-and-running|Leaking when you run is common, and treatable|pelvic floor; incontinence; running|N39.3
    What the pelvic floor does in every stride.
after-the-baby|After the baby: a gentle return|pelvic floor; postpartum; diastasis; Pilates|M62.08; N39.3
    What may wait, and what may begin at once.
pilates-after-therapy|From therapy to Pilates|Pilates; core strength; posture|
    How the reformer carries on where treatment ends.
first-class-on-the-reformer|Your first class on the reformer|Pilates; core strength|
    What to wear, and what all the springs are for.
steady-on-your-feet|Steady on your feet|balance; dizziness; walking; falls|R26.8; R42; Z91.81
    Ten minutes a day at the kitchen counter.
after-a-new-knee|The first month with a new knee|after surgery; knee replacement; walking|Z47.1; Z96.65
    Bending, sleeping, and the first walk around the block.
after-a-new-hip|Walking well with a new hip|after surgery; hip replacement; walking|Z96.64; Z47.1
    What to mind in the first weeks.
open-day-last-spring|Our open day last spring|events|
    Pictures of an afternoon that is over.
"""
"""Two lines each: slug, title, topics and diagnosis codes; the summary."""


def articles_csv(today: date) -> bytes:
    """config/articles.csv of the made-up clinic; one article is switched off, and none is newer than `today`."""
    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADERS)
    newest = today.replace(day=1)  # the list stays the same through a month
    lines = _ARTICLES.strip().splitlines()
    for order, (head, summary) in enumerate(zip(lines[::2], lines[1::2], strict=True)):
        slug, title, topics, codes = head.split("|")
        published = newest - timedelta(weeks=5 * order + 2)
        url = f"https://lakeside.example/blog/{slug}"
        off = "yes" if slug == _SWITCHED_OFF else ""
        writer.writerow((slug, title, url, topics, codes, summary.strip(), published.isoformat(), "", off))
    return file.getvalue().encode()
