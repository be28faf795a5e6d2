"""What front desks write of a patient's death, in English and Spanish: told from the death of others, from an end of
something else (an authorization expired, the pain died down), and from what is taken back.

Loaded only where a status or a calendar's title may say so.
"""

import re
from collections.abc import Iterator
from unicodedata import combining, normalize

PATIENT = "patient, pt, pnt, client, clt, resident, he, she, they, paciente, pcte, px, cliente"
OTHERS = {
    "family": (
        "aunt, auntie, bf, boyfriend, bro, brother, child, children, cousin, dad, daddy, daughter, fam, family, "
        "father, fiance, fiancee, gf, girlfriend, godfather, godmother, grandchild, granddaughter, granddad, "
        "grandfather, grandma, grandmother, grandpa, grandparent, grandson, granny, household, husband, in law, in "
        "laws, infant, baby, kid, loved one, mama, mom, mommy, mother, mum, nana, nephew, niece, papa, parent, "
        "parents, partner, relative, relatives, sibling, sis, sister, son, spouse, stepchild, stepdad, stepdaughter, "
        "stepfather, stepmom, stepmother, stepson, twin, uncle, wife, mil, fil, sil, bil"
    ),
    "familia": (
        "abuela, abuelita, abuelito, abuelo, bebe, cunada, cunado, esposa, esposo, familia, familiar, familiares, "
        "hermana, hermano, hija, hijo, madre, marido, nieta, nieto, novia, novio, padre, padres, pareja, pariente, "
        "prima, primo, sobrina, sobrino, suegra, suegro, tia, tio, amiga, amigo, vecina, vecino"
    ),
    "others": (
        "friend, neighbor, neighbour, roommate, boss, coworker, co worker, colleague, caregiver, carer, attorney, "
        "lawyer, contact, doctor, dr, driver, guarantor, guardian, insured, card holder, physician, pcp, md, policy "
        "holder, policyholder, poa, provider, subscriber, therapist, surgeon, teacher, pastor, somebody, someone"
    ),
    "animals": "cat, dog, horse, kitten, pet, puppy, gata, gato, mascota, perra, perro",
    "things": (
        "alternator, battery, bike, car, cell, computer, connection, engine, hearing aid, internet, ipad, laptop, "
        "motor, phone, power, scooter, tablet, transmission, truck, tv, van, vehicle, watch, wheelchair, wifi, zoom, "
        "pain, flare, soreness, swelling, symptoms, bateria, carro, celular, coche, telefono"
    ),
}
"""Of whom, or what, a text speaks where it does not speak of the patient."""
_TOLD = (
    "advised, avisa, aviso, call, called, calling, calls, cancel, canceled, cancelled, cancels, cancelo, confirmed, "
    "cx, cxd, dice, dijo, emailed, informed, informo, left message, left vm, llamo, lvm, notified, notifico, "
    "reporta, reported, reporto, reports, said, says, stated, states, texted, will call, told us"
)


def _any_of(listed: str) -> str:
    """A pattern for any of the words of a list."""
    words = sorted((word.strip() for word in listed.split(",")), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in words) + r")(?![^\W_])"


_PATIENT, OTHER = _any_of(PATIENT), _any_of(", ".join(OTHERS.values()))
_WHOSE = r"(?:(?:the|a|an|her|his|their|my|close|immediate|pts|\w+'s|su|sus|la|el|los|un|una|mi)\s)*"
_INFORMANT = re.compile(
    rf"\b(?:per|by|from|via|with|w|por|con|segun|according to)\s{_WHOSE}{OTHER}(?:'s)?|"
    rf"\b{OTHER}(?:\s(?:of|de|del)\s(?:the\s|la\s)?{_PATIENT}|\s\w+)?\s(?:(?:has|have|just|que)\s)*{_any_of(_TOLD)}"
)
_FILE = re.compile(
    r"(?:'s)?\b\s?\b(?:account|acct|chart|file|profile|record|status)\b(?:\s(?:is|was|marked|noted|as))*"
)
_OF_PATIENT = re.compile(rf"\b(?:of|for|to|from|with|de|del|para)\s(?:(?:the|el|la|our)\s)?{_PATIENT}(?!'s)")
_WHO = re.compile(rf"\b(?:(?P<patient>{_PATIENT})(?P<owns>'s)?|{OTHER})")
_NOT = re.compile(r"\b(?:not|never|isn'?t|wasn'?t|hasn'?t|no|nunca)(?:\s(?:is|has|ha|yet|been))*\s*$")
_BEHIND = re.compile(rf"\s(?:(?:of|in|for|de|del|en)\s)?{_WHOSE}{OTHER}")
_DIED = re.compile(
    r"\b(?:deceased|dec'?d|died(?!\s(?:down|off|out)\b)|pass(?:ed|ing)\saway|"
    r"lost\s(?:his|her|their)\s(?:battle|life)|"
    r"fallecio|fallecid[oa]|murio|muert[oa]|difunt[oa]|finad[oa]|qepd|descanse en paz)\b|(?<!\S)[\u2020\u271d](?!\w)"
)
_DEATH = re.compile(r"\b(?:death|demise|obit|obituary|fallecimiento|muerte|defuncion|deceso)\b")
_MOURNED = re.compile(
    rf"{_WHOSE}{OTHER}|.*\b(?:fam|family|familia|familiar|funeral|bereave\w*|memorial|velorio|luto|duelo|near)\b.*"
)
_BARE = re.compile(rf"{_WHOSE}{OTHER}")
_TIME = (
    r"(?:this|last|yesterday|today|tonight|overnight|over\s(?:the|night)|during|suddenly|unexpectedly|peacefully|quietly|"
    r"early|earlier|late|sometime|before|back|due|from|of|after|at|in|while|sun|mon|tues?|wed|thurs?|fri|sat|sunday|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sept?\w*|"
    r"oct\w*|nov\w*|dec\w*|morning|night|week|weekend|recently|ayer|hoy|el|the\sother\sday|"
    r"(?:(?:about|around|just|a|an|few|couple|of|several|many|some|one|two|three|four|five|six)\s)*"
    r"(?:hours?|hrs?|days?|weeks?|wks?|months?|mos?|years?|yrs?|time|while)\s(?:ago|back|prior))"
)
_SLOT = _any_of(
    "slot, appt, appts, appointment, appointments, class, doctor, dr, exam, offer, opening, session, spot, test, time, "
    "visit"
)
_WHEN = rf"(?:\son)?(?:\s{_TIME}\b(?!.*\b{_SLOT}).*)?"
_HAS = r"(?:(?:has|have|had|just|already|very|ya|(?!family|nearly|barely|only)\w+ly)\s)*"
_ALONE = re.compile(
    rf"(?:.*\b(?<!for\s)(?<!of\s)(?<!to\s){_PATIENT}\s{_HAS}(?:passed|expired|expiro)|"
    rf"(?:.*\b{_PATIENT}(?:'s)?\s)?passed\son|.*\b(?:{_PATIENT}(?:'s)?|patients|pts|his|her)\spassing|"
    rf"passing\sof\s(?:(?:the|our)\s)?{_PATIENT}){_WHEN}|"
    rf"(?:{_PATIENT}\s)?(?:(?:is|was|found|pronounced)\s)*(?:dead|no\slonger\sliving|rip(?:\s{_PATIENT})?)|"
    r".*\b(?<!of\s)(?:patient|client|resident)\s(?:is\s)?no\slonger\s(?:with|w)\sus"
)
"""*PT no longer with us* is none: it may be a therapist who has left."""
_AS_REASON = re.compile(rf"{_HAS}passed{_WHEN}")
_LONGEST = 300  # characters of a cell
_TAKEN_BACK = re.compile(r"\b(?:reinstated|by mistake|in error|undone|por error)\b")
_DATED = re.compile(r"\b(?:dod|d\.o\.d\.?|date of death)\s?[:=-]?\s?(?=\d)")
_AT_REST = re.compile(r"\b(?:r\.\s?i\.\s?p\b\.?|q\.\s?e\.\s?p\.\s?d\b\.?)")
_SET_APART = re.compile(r"[.,;:()\[\]{}|/&*#~?!\n\u2013\u2014]+|\s-+|-+\s|\s(?:and|y|but|so)\s")
_NUMBERS = re.compile(r"\d+(?:[./-]\d+)*(?:st|nd|rd|th)?")


def tells_of_death(text: str) -> bool:
    """Whether a text says that the patient has died. In doubt it does: no letter may reach the family of the dead."""
    typed = _plain(text[:_LONGEST])
    clauses = [part for part in (" ".join(part.replace("-", " ").split()) for part in _SET_APART.split(typed)) if part]
    if _TAKEN_BACK.search(typed):
        return False
    said = [" ".join(_FILE.sub(" ", _INFORMANT.sub(" ", clause)).split()) for clause in clauses]
    if any(map(_AS_REASON.fullmatch, said[1:])):  # behind a status; alone, what is over has passed
        return True
    mourned = any(map(_MOURNED.fullmatch, said))
    for place, clause in enumerate(said[1:]):
        if _BARE.fullmatch(said[place]):  # mother - passed away
            said[place + 1] = f"{said[place]} {clause}"
    return any(_of_patient(clause, mourned) for clause in said)


def _of_patient(clause: str, mourned: bool) -> bool:
    if _ALONE.fullmatch(clause):
        return True
    return any(_is_patients(*said, mourned) for said in _deaths(clause))


def _deaths(clause: str) -> Iterator[tuple[bool, str, str]]:
    """Each word for a death: whether it is a noun, and what stands before and behind it."""
    for is_noun, words in enumerate((_DIED, _DEATH)):
        for found in words.finditer(clause):
            yield bool(is_noun), clause[: found.start()], clause[found.end() :]


def _is_patients(is_noun: bool, before: str, behind: str, mourned: bool) -> bool:
    """Whether it is the patient's own death."""
    if _NOT.search(before):
        return False
    *_, nearest = (None, *_WHO.finditer(_OF_PATIENT.sub(" ", before)))
    if _BEHIND.match(behind) and not (nearest and nearest["patient"] and not is_noun):
        return False
    if is_noun and _OF_PATIENT.match(behind.lstrip()):
        return True
    if nearest is None:
        return not (is_noun and mourned)
    if not nearest["patient"]:
        return False
    return not nearest["owns"] or is_noun or not before[nearest.end() :].strip()


def _plain(text: str) -> str:
    """A text in small letters without accents, dates and other numbers."""
    small = "".join(each for each in normalize("NFKD", text.casefold()) if not combining(each)).replace("\u2019", "'")
    small = _AT_REST.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", small)
    small = _DATED.sub("deceased ", small)
    return " ".join(_NUMBERS.sub(" ", small.replace("_", " ").replace("w/", "w ")).split())
