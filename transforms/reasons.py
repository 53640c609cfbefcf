"""The reason an injury report prints, as its parts: kind, body part, side, detail, and whether his time is held down.

Reports print 'Injury/Illness - Right Knee; Sprain', or a few phrases of their own ('Rest', 'G League - Two-Way'). What
is written behind the dash is free text; it is read by words, never guessed: what no word tells is null.
"""

from __future__ import annotations

import polars as pl

INJURY, ILLNESS, OTHER = "injury", "illness", "other"
# What reports once printed for what is now called injury management.
_RECOVERY = r"\binjury recovery"
# The kinds a phrase decides, in the order they are asked: of two phrases in one reason the first here is the kind.
_PHRASES = {
    "concussion_protocol": r"concussion",
    "suspension": r"\bsuspen(?:sion|ded)",
    "g_league_two_way": r"two[ -]?way",
    "g_league_assignment": r"\bon assignment",
    "trade_pending": r"\btrade\b",
    "not_with_team": r"^not with (?:the )?team",
    "personal": r"^personal|bereavement|family (?:reasons|emergency)|paternity|birth of",
    "coach_decision": r"coach\S* decision",
    "reconditioning": r"conditioning|return to (?:competition|play)",
    "rest": r"\brest\b",
    "injury_management": rf"management|maintenance|\b(?:work)?load\b|{_RECOVERY}",
    ILLNESS: r"\b(?:illness(?:es)?|ill|sick(?:ness)?|flu|influenza|virus|viral|covid|gastro\w*|stomach|migraine|fever"
    r"|headaches?|health and safety|self[ -]isolat\w*|food poisoning|infectious|dehydration)\b",
}
KINDS = (*_PHRASES, INJURY, OTHER)

# Words of a canonical part or detail. Where two begin at the same letter the one written first here is taken, so the
# longer phrases come first.
_PARTS = {
    "lower_leg": r"lower legs?|shins?|tibia\w*|fibula\w*|peroneal",
    "lower_back": r"low(?:er)? back|lumbar\w*|sacroiliac|sacrum|sacral|si joint|coccyx|tailbone",
    "abdomen": r"(?:lower )?abdom\w+|core(?: muscle)?|obliques?|(?:sports )?hernia",
    "chest": r"chest|pectoral\w*|pec|stern\w+",
    "ribs": r"ribs?|rib cage|costochondral|intercostal",
    "ankle": r"(?:high )?ankles?|syndesmo\w+",
    "achilles": r"achilles",
    "calf": r"calf|calves|gastroc\w*|soleus",
    "hamstring": r"hamstrings?|biceps femoris",
    "quadriceps": r"quadriceps?|quads?|vmo",
    "thigh": r"thighs?|femur|femoral",
    "knee": r"knees?|acl|mcl|pcl|lcl|menisc\w+|patell\w+|trochlea\w*",
    "groin": r"groin|adductors?",
    "hip": r"hips?|flexors?|gluteus|gluteal|glutes?|it band|piriformis",
    "pelvis": r"pelvi\w+|pubi\w+",
    "heel": r"heels?|calcane\w+",
    "toe": r"(?:great |big |\d(?:st|nd|rd|th) )?toes?|turf toe",
    "foot": r"(?:mid)?foot|feet|plantar|fasci\w+|metatarsals?|navicular|lisfranc|arch|cuboid|sesamoid\w*",
    "thumb": r"thumbs?",
    "finger": r"fingers?|pinky|phalanx|pip joint",
    "hand": r"hands?|metacarpals?|palm",
    "wrist": r"wrists?|distal radius|scaphoid|tfcc|lunate|carpal",
    "forearm": r"forearms?|radius|radial|ulna\w*",
    "elbow": r"elbows?|olecranon|ucl",
    "arm": r"(?:upper )?arms?|biceps?|triceps?|humerus|humeral",
    "shoulder": r"shoulders?|rotator cuff|ac joint|sc joint|labr\w+|clavicle|collarbone|scapula\w*|deltoid|trapezius",
    "neck": r"neck|cervical|trapezoid",
    "back": r"(?:upper |mid )?back|thoracic|spine|spinal|scia\w+|disc|disk",
    "eye": r"eyes?|eyelid|cornea\w*|retina\w*|iritis|orbital",
    "nose": r"nose|nasal|sinus\w*",
    "mouth": r"mouth|tooth|teeth|dental|oral|lips?|gum|tongue",
    "ear": r"ears?|eardrum",
    "face": r"faces?|facial|jaw|mandib\w+|cheek\w*|chin|maxill\w+",
    "head": r"head|skull|concussion",
    "heart": r"heart|cardiac",
    "leg": r"(?:upper )?legs?",
}
_DETAILS = {
    "stress_injury": r"stress (?:fracture|reaction|injury|response)|bone stress",
    "bone_bruise": r"bone (?:bruise|contusion|edema)",
    "surgery": r"surg\w+|repair(?:ed)?|procedure|reconstruction|post[ -]?op\w*|arthroscop\w+|debridement|appendectomy",
    "fracture": r"fractur\w+|broken|avulsion|chip",
    "dislocation": r"dislocat\w+|sublux\w+|separation|separated",
    "sprain": r"sprain\w*",
    "strain": r"strain\w*|pull(?:ed)?",
    "tear": r"tears?|torn|ruptur\w+",
    "contusion": r"contus\w+|bruis\w+",
    "soreness": r"sore\w*",
    "tendinitis": r"tend[io]n(?:itis|opathy|osis)|tend[io]n\w*itis|tendonopathy",
    "inflammation": r"inflam\w+|synovitis|bursitis|capsulitis|iritis|fasci+tis|neuritis|arthritis|patellofemoral",
    "tightness": r"tight\w*",
    "stiffness": r"stiff\w*",
    "spasm": r"spasms?",
    "impingement": r"imping\w+",
    "swelling": r"swell\w*|swollen|effusion|edema|hematoma",
    "irritation": r"irritat\w+",
    "laceration": r"lacerat\w+|cut|abrasion|puncture",
    "hyperextension": r"hyper-?exten\w+",
    "thrombosis": r"thrombo\w+|blood clot\w*",
    "infection": r"infect\w+|abscess|cellulitis",
    "nerve": r"nerve|neuropathy|radiculopathy|stinger|sciatica",
    "herniation": r"herniat\w+|bulg\w+|hernia",
    "instability": r"instab\w+|laxity",
    "dysfunction": r"dysfunction",
    "discomfort": r"discomfort",
    "pain": r"pain\w*|ache",
    "concussion": r"concussion",
    "illness": _PHRASES[ILLNESS].removeprefix(r"\b(?:").removesuffix(r")\b"),
    "protection": r"masks?|splint\w*|goggles|protect\w+",
    "management": r"management|maintenance|(?:work)?load",
    "reconditioning": r"(?:re)?conditioning",
    "recovery": r"recovery|rehab\w*",
}
PARTS, DETAILS = tuple(_PARTS), tuple(_DETAILS)
SIDES = ("left", "right", "bilateral")
REASON_COLUMNS = ("reason_kind", "body_part", "side", "detail", "is_restricted")

_HELD = (
    r"restrict|\blimit|\bminutes\b|management|maintenance|\b(?:work)?load\b|conditioning|\bramp"
    rf"|return to (?:play|competition)|{_RECOVERY}"
)
_PREFIX = r"^injury ?/ ?illness(?: ?- ?| ?$)"


def read_reasons(frame: pl.LazyFrame, column: str = "reason") -> pl.LazyFrame:
    """`frame` with the parts of the reasons in `column`, one column each of `REASON_COLUMNS`.

    `reason_kind` is one of `KINDS`; `body_part` of `PARTS`, `side` of `SIDES` and `detail` of `DETAILS`, null where no
    word tells. `is_restricted`: he plays, if he does, on managed or limited time. An empty reason is null in all five,
    one that nothing is recognised in has the kind 'other'. Of several injuries the first printed is told.
    """
    printed = frame.select(_reason=column).unique().sort("_reason")
    return frame.join(
        _parse(printed), left_on=column, right_on="_reason", how="left", nulls_equal=True, maintain_order="left"
    )


def _parse(printed: pl.LazyFrame) -> pl.LazyFrame:
    """The parts of each of the different reasons `_reason`: a season prints the same few hundred over and over."""
    plain = pl.col("_reason").str.to_lowercase().str.replace_all(r"[\s_]+", " ").str.strip_chars()
    site, rest = pl.col("_told").str.extract(r"^([^;]*)", 1), pl.col("_told").str.extract(r"^[^;]*;(.*)$", 1)
    # In steps, so that no expression is written out inside another.
    return (
        printed.with_columns(_plain=pl.when(plain != "").then(plain))
        .with_columns(_told=pl.col("_plain").str.replace(_PREFIX, ""))
        .with_columns(_site=site, _rest=rest)
        .with_columns(
            body_part=pl.coalesce(_first_named("_site", _PARTS), _first_named("_rest", _PARTS)),
            side=pl.coalesce(_side("_site"), _side("_rest")),
            detail=pl.coalesce(_first_named("_rest", _DETAILS), _first_named("_site", _DETAILS)),
            is_restricted=pl.col("_plain").str.contains(_HELD),
        )
        .with_columns(reason_kind=_kind())
        .select("_reason", *REASON_COLUMNS)
    )


def _kind() -> pl.Expr:
    unhurt = pl.col("body_part").is_null()
    asked = [
        # Sickness of a part of the body is an injury: 'Left Knee; Viral Infection'.
        pl.when(pl.col("_told").str.contains(phrase) & (unhurt if name == ILLNESS else pl.lit(True))).then(pl.lit(name))
        for name, phrase in _PHRASES.items()
    ]
    hurt = pl.col("_plain").str.contains(_PREFIX) | ~unhurt | pl.col("detail").is_not_null()
    found = pl.coalesce(*asked, pl.when(hurt).then(pl.lit(INJURY)), pl.lit(OTHER))
    return pl.when(pl.col("_plain").is_not_null()).then(found)


def _first_named(column: str, words: dict[str, str]) -> pl.Expr:
    """The name of the first of the words in a column."""
    named = "|".join(f"(?P<{name}>{pattern})" for name, pattern in words.items())
    found = pl.col(column).str.extract_groups(rf"(?-u)\b(?:{named})\b")
    return pl.coalesce(pl.when(found.struct.field(name).is_not_null()).then(pl.lit(name)) for name in words)


def _side(column: str) -> pl.Expr:
    text = pl.col(column)
    left, right = text.str.contains(r"\bleft\b"), text.str.contains(r"\bright\b")
    both = text.str.contains(r"\b(?:bilateral|both)\b") | (left & right)
    return pl.when(both).then(pl.lit("bilateral")).when(left).then(pl.lit("left")).when(right).then(pl.lit("right"))
