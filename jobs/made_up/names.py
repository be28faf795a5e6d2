"""Names that nobody bears, and the ways in which people say how they found the clinic."""

FIRST = tuple(
    "Ada Alma Anders Beatrix Bram Calla Casper Cleo Dashiell Delia Edda Elio Esme Felix Fern Flora Gideon Greta Hana "
    "Hugo Ilse Imogen Ivo Jonah Juno Kai Kira Lars Leda Linus Lotte Luca Mabel Magnus Mira Nadia Nell Nico Odette Olin "
    "Oona Orson Pearl Pippa Quentin Ravi Roisin Rufus Sabine Silas Soren Tamsin Theo Tilda Uma Vera Viggo Willa Yara "
    "Zeno".split()
)
LAST = tuple(
    "Applewick Barleycorn Birdwhistle Bramblethorn Buttonwood Candlemere Cloudberry Copperpot Dandelow Driftwell "
    "Elderbrook Fableworth Featherstone Foxglove Gingerfield Gooseberry Hazelnutt Honeywellow Inkwell Ivywick "
    "Juniperson Kettlebrook Lanternfish Larkspurry Marblestone Marigoldt Mossbottom Nettlefold Nutmegson Oatfield "
    "Ottersample Paperwhite Pebblewood Picklesworth Puddlewick Quillfeather Quincewood Raindrop Saffronet "
    "Saltmarsh Snowdropp Sparrowhill Teacupson Thimbleby Tumbleweed Underhillock Velveteen Wafflestone Willowisp "
    "Yarrowgate".split()
)
PHYSICIANS = (
    ("Quince Hollowbrook", "MD"),
    ("Marlow Featherby", "MD"),
    ("Isolde Tarragon", "DO"),
    ("Barnaby Wickstead", "MD"),
    ("Philippa Sorrel", "MD"),
    ("Octavia Plumridge", "NP"),
    ("Leopold Fennimore", "DPM"),
    ("Hester Catkin", "MD"),
)
TYPED_PHYSICIANS = (
    "Dr. {last}",
    "Dr {last}",
    "dr. {first} {last}",
    "{first} {last}, {title}",
    "{first} {last}",
    "{last}",
    "DR {last} ",
    "{typo}",
    "Dr. {typo}",
)
OTHERS = (
    ("googled us", 9),
    ("Google", 9),
    ("google search", 4),
    ("gogle", 1),
    ("friend", 8),
    ("a friend", 3),
    ("Friend - from tennis club", 2),
    ("my sister in law", 1),
    ("Lakeside Made-Up Hospital", 4),
    ("lakeside hosp", 2),
    ("LMUH ortho", 2),
    ("Pretend Valley Medical Group", 3),
    ("PVMG", 1),
    ("Yelp", 4),
    ("yelp!", 1),
    ("insta", 3),
    ("Instagram ad", 1),
    ("your website", 3),
    ("insurance", 3),
    ("drove by", 3),
    ("returning patient", 4),
    ("Lakeside Run Club", 3),
    ("run club", 1),
    ("farmers market booth", 1),
    ("pcp", 2),
    ("n/a", 1),
    ("", 9),
)
PAYERS = (
    ("Bluefield Made-Up PPO", 26),
    ("Evergreen Sample Health", 20),
    ("Medicare", 18),
    ("Harbor Example HMO", 12),
    ("Workers Comp", 5),
    ("Cash", 10),
    ("self pay", 5),
    ("", 2),
)
