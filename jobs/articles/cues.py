"""Turns of phrase by which a note takes something back: what somebody wrote, that it is wrong, that it is over.

They are wide, for they count only where the rest of the note tells of something else (taken_back.py).
"""

from jobs.articles.sayings import Saying

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_SEASON = r"(?:spring|summer|fall|autumn|winter|thanksgiving|christmas|easter)"
_WHEN = rf"""(?: (?:19|20)\d\d | last\s(?:year|yr|season|month|{_SEASON}|{_MONTH}) | before | when | {_SEASON}
    | {_MONTH}\b | (?:a|an|one|two|three|four|five|six|several|\d+)\s(?:years?|yrs?|seasons?) )"""
_WRITER = r"""(?: mds?|drs?|doc|doctor|pcp|gp|ortho|surgeon|physician|specialist|np|pa|gyn|ob|neuro|urologist|biller
    | they|people|urgent\scare|er|office|somebody|someone|médico|doctora? )"""
_WELL = r"""(?: better|fixed|healed|done|over|cleared|cured|resolved|fine|good|great|quiet|settled|solved|normal|perfect
    | ok|okay|history|behind\s(?:her|him|me|us)|well|calm|happy|sorted|solid|neg|negative|clean|clear|unremarkable
    | gone(?!\s(?:over|down|on|to|numb|dead|from)) )"""

# What stands on paper, or what somebody else says.
PAPER = Saying(
    rf"""(?x) \b(?: codes?|coded|coding|icd|dx|diagnosis|orders?|ref|referral|referred|script|slip|rx|forms?|chart
      | paperwork|record|prescription|intake|system|paper|booked|listed|scheduled|filed|box|ticked|clicked|typed|wrote
      | written|writing|writes|sent\s(?:her|him|me|us|them|over)\sfor|orden|receta|código )\b
    | \b{_WRITER}\b\.?\W+(?:\w+\W+){{0,2}}?(?: put|called|calls|checked|entered|picked|thought|thinks?|said|says|guessed
      | assumed|suspected|label\w+|diagnosed|has|had|is\streating|told|dijo|puso )\b"""
)
# Where one of these follows what stands on paper, the note goes on otherwise.
OTHERWISE = Saying(
    r"""(?x) \b(?: but|however|though|although|yet|whereas|actually|instead|really|in\sfact|never|nope|nobody|wrong
      | not\sthe|isn['’]?t|wasn['’]?t|didn['’]?t|pero|it\swas|shows?|showed|neg|negative )\b
    | \b(?:pt|patient|she|he|i|client|caller|therapist)\b\W+(?:\w+\W+)?(?: says?|tells|told|points?|press\w*|puts?
      | denies|denied|means|agrees|has\sno|have\sno|having\sno|doesn['’]?t|don['’]?t|comes|came|insists|swears|corrects
      | clarif\w+|is\shere|wants|backed )\b
    | \bit(?:['’]?s|\sis)\s(?:the|her|his|my|their|all|lower|higher|really)\b
    | [.;,:?]\s*(?:no|not|none|nope|never)\b | \bi['’]?m\shere\b | \b(?:complaint|problem|issue|pain)\sis\b"""
)
# What stands on paper is wrong.
WRONG = Saying(
    r"""(?x) \b(?: mistakes?|mistaken|typo|errors?|wrong\w*|outdated|stale|obsolete|old|left\s?over|carried\sover
      | mix[-\s]?up|copied|mis\w*diagnos\w+|miscoded|incorrect\w*|ignore|disregard|change[ds]?|equivocad[oa]
      | viej[oa] )\b | \?\?"""
)
# What was so is so no more, never was, or is no matter.
OVER = Saying(
    rf"""(?x) \bnon[-\s]?issue | \bno\slonger\b | \bno\s(?:more\s)?\w+(?:ing|age)\b | \bused\sto\b | \bno\ssuch\b
    | \b(?:never|nothing|nobody|none|neg|negative|clean|clear)\b
    | \bold\s(?:news|one|problem|stuff|issue|complaint|injury|code|visit|episode|story|thing|history)\b
    | \b(?: discharged|graduated|finished|completed|d/c['’]?d|dc['’]?d|wrapped\sup|signed\soff|closed|quit|stopped
      | behav\w+|calmed|ignore|forget|scratch|disregard|laugh(?:s|ed)|dead|moot|un-?diagnos\w+|after\sall|intact
      | mixed\sup|mixing\sup|confus\w+|cleared|healed|resolved|cured|subsided|disappeared
      | gone(?!\s(?:over|down|on|to|numb|dead|from)) )\b
    | \boff\sthe\s(?:table|list|hook)\b | \bout\sof\sthe\spicture\b | \bleft\s(?:with|when|after|once)\b
    | (?: \b(?:is|are|was|were|been|be|got|gets|feels?|felt|doing|has|have|all|much|totally|completely|fully|long|now
      | since|ages|came\sback|looks?|tests?|tested|read|shows?) | ['’]s )\b(?:\W+\w+){{0,3}}?\W+{_WELL}\b
    | \b(?:was|were|from|back\sin|since|dates?\s(?:from|to)|that['’]?s|of)\W+
      (?:in\s|from\s|about\s|back\s|early\s|late\s)*{_WHEN}
    | \b(?:years?|yrs?|ages)\sago\b | \btook\b.*\bback\b | \btaken\sback\b
    | \b(?:retract|withdr|revers|ruled|unconfirm)\w* | \b(?:have|has|is|was|are|were|does|do|did)n['’]?t\b
    | \b(?: mistake|typo|error|wrong|outdated|stale|obsolete|left\s?over|carried\sover|mix[-\s]?up|mis\w*diagnos\w+
      | miscoded )\b
    | \bnothing\sto\sdo\swith\b | \b(?:isn['’]?t|is\snot|wasn['’]?t|was\snot)\s(?:it|why|what|the)\b"""
)
# An operation that somebody wrote down was not done.
NOT_DONE = Saying(
    r"""(?x) \b(?: back(?:s|ed)\sout|nobody\s(?:has\s)?(?:cut|operated|touched)|never\s(?:had|went|got|happened)
      | cancel\w*|called\s(?:it\s)?off|didn['’]?t\s(?:have|go|happen)|changed\s(?:her|his|my|their)\sminds?
      | decided\s(?:against|not)|no\ssurgery|no\soperation|hasn['’]?t\shad|haven['’]?t\shad
      | not\s(?:yet\s)?(?:had|operated)|was\snot\sdone
      | wasn['’]?t\sdone|postponed|no\sse\soper[óo] )\b"""
)
