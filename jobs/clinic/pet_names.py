"""The pet names by which people are called at a front desk: Bill for William, Paco for Francisco.

A table of facts. Most of the English ones stand also in names.csv of github.com/carltonnorthern/nicknames (Apache 2.0),
the others are further spellings; the Spanish ones are those that works on *hipocoristicos* give as common in Mexico and
Spain. Left out is what is rare today, and what is mostly a name of its own.
"""

from collections import defaultdict
from functools import cache

TABLE = """
abigail: abby abbie abi gail
albert: al bert
alejandro: alex ale jandro
alejandra: alex ale
alexander: alex alec al sandy sasha xander
alexandra: alex alexa lexi sandy sasha sandra
alfred: al fred freddy freddie
alfredo: fredo fred
alison allison: ali allie ally
amanda: mandy
andrea: andi
andrew: andy drew
angela angelina angelica: angie
ann anne anna: annie nan nancy
anthony: tony ant
antonio: tony toni tono
antonia: toni tonia
arthur: art artie
barbara: barb barbie babs
beatrice beatriz: bea bee trixie
benjamin: ben benny benji
bernard: bernie
beverly: bev
bradley bradford: brad
calvin: cal
cameron: cam
carmen: carmela menchu
caroline carolyn: carol carrie caro
cassandra: cass cassie sandy
catherine katherine kathryn catharine katharine: cathy kathy kate katie katy kat kay kit kitty cate kathie
cathleen kathleen: cathy kathy kate katie katy kay kathie
charles: charlie charley chuck chas chaz chip
charlotte: charlie lottie char
christian: chris
christina christine kristina kristine: chris chrissy christy tina kris kristy kristi chrissie
christopher: chris kit topher
cynthia: cindy
consuelo: chelo
daniel: dan danny dani
daniela danielle: dani
david: dave davey davy
deborah debra: deb debbie debby
dennis: denny
dolores: lola
donald: don donnie donny
dorothy: dot dottie dolly
douglas: doug
edward: ed eddie eddy ted teddy ned
edwin: ed eddie
edmund: ed eddie ted ned
eduardo: edu lalo ed eddie
eleanor: ellie nell nellie nora
elizabeth elisabeth: liz lizzie lizzy eliza beth betsy betty bess bessie libby liza ellie
emily: em emmy emmie
enrique: quique kike henry
ernest: ernie
ernesto: neto
eugene: gene
evelyn: evie
federico: fede fred
felipe: pipe
fernando: nando fer
florence: flo
frances: fran frannie francie frankie
francis: frank frankie
francisca: paca paquita pancha fran
francisco: paco pancho kiko quico curro fran frank
franklin: frank frankie
frederick fredrick: fred freddy freddie rick
gabriel: gabe gabi
gabriela gabrielle: gabi gabby
gerald: gerry jerry
gerardo: jerry
gilbert: gil bert
gregory: greg
guadalupe: lupe lupita
guillermo: memo guille
gwendolyn: gwen
harold: harry hal
henry: hank harry hal
herbert: herb bert
howard: howie
ignacio: nacho
isabel: chabela isa belle
isabella: izzy bella belle isa
jacob: jake
jacqueline: jackie
james: jim jimmy jimmie jamie
janet: jan
jason: jay
jeffrey geoffrey: jeff geoff
jennifer: jen jenny jenn jennie
jeremy: jerry
jerome: jerry
jessica: jess jessie
jesus: chuy chucho chus
john: jack johnny johnnie jon
jonathan: jon jonny nathan
jordan: jordy
jose: pepe chepe joe
josefa: pepa
josefina: fina pepita josie
joseph: joe joey jo
josephine: jo josie
joshua: josh
judith: judy judi
julia: julie
juan: juanito
kenneth: ken kenny
kimberly: kim
laurence lawrence: larry laurie
leonard: leo len lenny
leonardo: leo
leticia: lety
lillian lilian: lily lil
louis lewis: lou louie lew
louise: lou lulu
luis: lucho
lucille: lucy
lucia: lucy
madeline madeleine: maddie maddy
magdalena: magda malena lena maggie
manuel: manny manolo manu lolo
manuela: manoli
marcus: marc mark
margaret: maggie meg meggie peg peggy marge margie margo madge rita greta
margarita: rita marga
maria: mari maruja mia
maricela marisela: mari
marjorie: marge margie
martin: marty
martha: marty
mary: molly polly mamie
mathew matthew: matt matty
matilda: tilly mattie
maureen: mo
maximilian: max
melissa: mel missy lissa
melanie: mel
mercedes: merche meche
michael: mike mikey mick micky mickey mitch
michelle: shelly mickey
miguel: mike migue
mitchell: mitch
monserrat montserrat: montse
nancy: nan
nathan: nate nat
nathaniel: nate nathan nat
natalie: nat
nicholas nicolas: nick nicky nico
nicole: nikki nicky nic
norman: norm
oliver: ollie
olivia: liv livvy
oscar: ozzie
pamela: pam
patricia: pat patty patti patsy tricia trish paty
patrick: pat paddy
pedro: perico pete
penelope: penny
peter: pete
philip phillip: phil
priscilla: cilla prissy
rachel: rae
ramon: moncho
randall randolph: randy
raymond: ray
rebecca: becky becca beck
reginald: reg reggie
ricardo: rick richie
richard: rick ricky rich richie dick dickie
robert: bob bobby bobbie rob robbie robby bert
roberto: beto bob
roderick: rod roddy rick
rodrigo: rodri rigo
roger: rodge
roland: rollie
ronald: ron ronnie ronny
rosalind: roz
rosario: charo chayo
rosemary: rose rosie
russell: russ rusty
salvador: chava salva
samantha: sam sammy
samuel: sam sammy
sandra: sandy
santiago: santi chago
sarah sara: sally sadie
sebastian: seb bastian
sergio: checo
sharon: shari
shirley: shirl
sidney sydney: sid syd
sofia sophia: sophie
stanley: stan
stephanie: steph stevie steffi
stephen steven stephan: steve stevie
stuart stewart: stu
susan susanna susannah suzanne: sue susie suzie suzy susy sukey
teresa theresa: terry teri terri tess tessa tere
terrence terence: terry
thaddeus: thad
theodore: ted teddy theo
thomas: tom tommy thom
timothy: tim timmy
valentina: val
valerie: val
vanessa: nessa
veronica: vero ronnie
vicente: chente
victor: vic
victoria: vicky vickie vicki tori
vincent: vince vinnie vin
virginia: ginny ginger
walter: walt wally
wilfred: will fred
wilhelmina: mina minnie willa
william: bill billy will willie willy liam
winifred: winnie freddie
yolanda: yoli
zachary: zach zack zac
"""
"""Names of one line before the colon are spellings of one name; after it stands what their bearers are called."""


def is_pet_name(one: str, other: str) -> bool:
    """Whether two first names, in small letters without accents, are of one name: Bob and Robert, Bob and Rob.

    Of several given names the first counts. Pat goes with Patricia and with Patrick, but these two do not go together.
    """
    lines = _lines()
    mine = lines.get(one.partition(" ")[0])
    return mine is not None and not mine.isdisjoint(lines.get(other.partition(" ")[0], ()))


@cache
def _lines() -> dict[str, frozenset[int]]:
    """In which lines of the table each name stands."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(TABLE.split("\n")):
        for name in line.replace(":", " ").split():
            found[name].add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}
