"""The words of the prompt moderator: what is refused, by category, and what only sounds like it.

One pattern a line. A pattern is a regular expression over one reading of a prompt (`normalise.readings`:
lower-case ASCII words and commas, parted by single blanks, no apostrophes) and matches whole words. Two
additions keep the lines short: a name in capitals stands for the group of words of that name, and
`a <3> b` for both, in either order, with at most three words between, commas counting as words because
prompts are often lists of tags.

A word is refused alone only where it has hardly another meaning in a prompt for a picture. Otherwise the
company it keeps decides: `nude` is a colour, a `shot` is espresso, a `bomb` belongs in a bath.
"""

from __future__ import annotations

import re

_GROUPS = {
    "PERSON": """
        wom[ae]n|m[ae]n|girls?|boys?|guys?|lad(y|ies)|females?|males?|people|persons?|models?|couples?
        bod(y|ies)|actress(es)?|celebrit(y|ies)|nurses?|wife|wives|husbands?|moms?|mothers?|fathers?
        sisters?|brothers?|daughters?|sons?|students?|teachers?|someone|somebody|her|him|them|herself|himself
    """,
    "CHILD": """
        child(ren)?|kids?|toddlers?|infants?|bab(y|ies)|minors?|under ?aged?|pre ?teens?|teens?|teenagers?
        school ?(girls?|boys?)|(little|small|young) (girls?|boys?)
    """,
    "BEING": """
        PERSON|CHILD|prisoners?|hostages?|civilians?|soldiers?
        dogs?|cats?|pupp(y|ies)|kittens?|pets?|horses?|animals?
    """,
    "PEOPLES": """
        jews|muslims|christians|hindus|blacks|asians|arabs|mexicans|gypsies|gays|lesbians|immigrants|migrants
        refugees|foreigners|(trans|black|white|gay|jewish|muslim|disabled) people
    """,
    "DET": "an?|the|his|her|all",
    "ONESELF": "himself|herself|myself|yourself|themselves",
    "COLOURED": """
        beige|pink|brown|peach|rose|taupe|cream|white|gold|colou?r(s|ed)?|tone[ds]?|tints?|shades?|palette
        heels?|pumps?|shoes?|sandals?|boots?|footwear|ballet|lips?|lipsticks?|gloss|nails?|polish|manicure
        make ?up|eye ?shadow|blush|foundation|concealer|dress|gown|skirt|top|bra|bodysuit|tights|stockings
        mesh|tulle|leather|suede|satin|silk|linen|fabric|blanket|onesie|romper|bags?|handbags?|purse|clutch
        backdrop|background|walls?|paper|gradient|podium|sweep|studio|interior|balloons?|roses?|flowers?|ribbon
        candles?|ceramics?|vase|plaster|sofa|armchair|cushions?|body (lotion|cream|butter|oil|wash)
    """,
}

_HARMLESS = r"""
nude ((and|or) )?((matte?|patent|satin|soft|warm|pale|light|dark|pointed|high|block|silk|suede) )?COLOURED
(in|and|of|soft|warm|pale|light|dark|matte|beige|blush|pink) nude(?= ,|$)
naked (cakes?|eye|oats?|juice|bikes?|palette|wood|bricks?|(light ?)?bulbs?|flames?|concrete|trees?)
naked (branch(es)?|truth|wine|steel|metal|aluminium|mole rats?|edges?|stone)
undressed (salads?|leaves|stone|timber|marble|mannequins?)|topless (car|jeep|box|roof)
(?<!having )sex on the beach|sex (and the city|wax)|(same|opposite) sex|sexual (health|wellness|wellbeing)
(blue|great|coal|willow|marsh|long tailed|bearded|crested) tits?|boob (tape|tube)
nipple (creams?|balm|butter|shields?|covers?)|(bottle|grease|silicone|pipe|hex) nipples?
pussy (willows?|cats?|bow|foot)|(wire|paint|cable|floor) strippers?
baby (pink|blue|yellow|doll|oil|powder|grand|breath)|babys breath|kid (leather|gloves?)
blood (oranges?|red|moons?|pressure|glucose|sugar|types?|tests?|donations?|donors?|banks?|sausages?)
blood (cells?|lily|lilies)|blood ?stain removers?|bloody (mary|marys|marias?)|dragons? blood
bleeding hearts?|(colou?rs?|ink) bleeding
(glue|heat|nail|staple|spray|water|caulk|caulking|massage|top|grease|paint|tattoo|bubble|light|price) guns?
(temperature|radar|soldering|toy|nerf|squirt|confetti|foam|tagging|label) guns?
(water|toy|starting|squirt|cap) pistols?
gun ?(metal|grey|gray|smoke)|son of a gun|jump(ing)? the gun|shot ?gun (microphones?|mics?)
gunpowder (tea|green|grey|gray)|rifle (green|paper)|pistol (grips?|squats?)
(bath|shower|cocoa|chocolate|seed|cherry|photo|smoke|vitamin|fizzy|yarn|glitter|jager) bombs?
bullet (journals?|journaling|points?|trains?|coffee|blenders?|proof)
murder (myster(y|ies)|of crows)|(marble|classical) nudes
(day of the|walking) dead|hanged man tarot|corpse (flowers?|bride)
suicide (doors?|squad|prevention|awareness)
(oilseed|oil seed) rape|rape ?(seeds?|blossoms?|flowers?|fields?)|fields? of rape
(black )?opium (perfume|eau|popp(y|ies))|black opium|(prescription|over ?the ?counter|otc) drugs
stealing (the (show|scene)|hearts?|kisses)|burglar (alarms?|proof)|egg poachers?|smugglers (cove|inn)
robber fl(y|ies)|(anti )?counterfeit (detect\w+|proof)
"""

_SEXUAL = r"""
\w*porn\w*|hentai|nsfw|x rated|xxx(?! ?l| large)|lolicon|shotacon|jailbait|pa?edophil\w*
sex|sexual(ly)?|erotic\w*|fetish\w*|bdsm|orgy|orgies|threesomes?|gang ?bang\w*|milfs?|whores?|sluts?|slutty
blow ?jobs?|hand ?jobs?|deep ?throat\w*|cum ?shots?|orgasm\w*|masturbat\w*|ejaculat\w*|intercourse
penis(es)?|vaginas?|vulvas?|genital\w*|dick pics?|big dick|pussy|pussies|dildos?|butt ?plugs?
boobs?|boobies|tits|titties|nipples?|buttocks|(deep|showing|ample) cleavage|camel ?toe|up ?skirt
(bare|exposed|huge|big|uncovered) breast(s|ed)?|bare (butt|ass|bum)
breasts? (are |is |were |clearly |partly |fully )*(exposed|showing|out|bared?|visible|uncovered)
(touch|squeez|grop|fondl|caress|lick|suck)(es|ed|ing) (DET |own )*(breasts?|boobs?|crotch|nipples?)
anal|anus|ass ?holes?|(bum|butt) ?holes?
(holding|sucking|riding|stroking) (his |a (big|hard) )?cocks?|wet t ?shirts? (contest|party|cling\w+)
bare (breasted|chested (wom[ae]n|girls?))|naked(ness)?|nudes|nudity|nudists?|topless|in the (nude|buff)
(semi|half|fully|totally|completely) nude
nude (photo\w*|pictures?|pics?|selfies?|scenes?|beach|art|paintings?|portraits?|sculptures?|statues?|posing)
nude <4> PERSON
undress(ed|ing)|unclothed|scantily clad|lewd|wearing (nothing|no clothes)|not wearing (anything|any clothes)
(no|without|removed) clothes <3> PERSON
taking off (all )?(her|his) clothes|PERSON (\w+ ){0,3}legs spread
strip(ping|s)? (naked|club|show|tease)|stripteases?|strippers?|lap ?danc\w+|only ?fans|prostitut\w+|brothels?
rap(e|ed|es|ing|ists?)|molest\w*|fuck(ing|ed|s)? (a )?(PERSON|me|hard|each)
sexy|seductive(ly)?|horny|busty|voluptuous|provocatively <3> PERSON
sexy|seductive(ly)?|sensual(ly)?|provocative(ly)?|suggestive(ly)?|lingerie|bondage|nude <12> CHILD
"""

_SELF_HARM = r"""
suicid(e|es|al)|self ?(harm\w*|mutilat\w+|injur\w+|immolat\w+)|pro ana|thinspo\w*|anorexi[ac]|overdos\w+|noose
(kill|hang|shoot|starv|drown|stabb|cutt|burn)(s|ing)? ONESELF
(cut|cuts|cutting|slit|slits|slitting|slash\w*) (\w+ ){0,2}(wrists|veins|forearms)|slit wrists?
jump(s|ed|ing)? (to (his|her|their) death|in front of (DET )?(\w+ ){0,2}train)
(end|tak)(e|es|ing) (DET |their |my |your |ones )(own )?li(fe|ves)
"""

_HATE = r"""
nazis?|nazism|neo ?nazis?|third reich|hitler|swastikas?|kkk|ku klux klan|klansm[ae]n|gas chambers?
white power(?! (bank|cord|cable|adapter|supply|strip|outlet|tool|drill|button|plug|socket|washer|station))
white (supremac\w+|nationalis\w+)|(master|inferior) race|race war|racial purity|sub ?humans?
ethnic cleansing|genocide|lynch(ed|ing|ings)|lynch mob|cross burning|burning cross
in blackface|blackface (makeup|minstrel|perform\w+)
(racist|antisemitic|anti semitic|homophobic|islamophobic|transphobic) \w+
(kill|gas|exterminate|hang|shoot|burn|lynch|hate|eradicate|death to) (all )?(the )?PEOPLES
PEOPLES (are|as|like) (\w+ )?(vermin|animals|rats|apes|monkeys|parasites|cockroaches|inferior)
"""

_VIOLENCE = r"""
murder(s|ed|er|ers|ing|ous)?|behead\w*|decapitat\w*|dismember\w*|mutilat\w*|disembowel\w*|massacr\w+
slaughter\w*|gore(?! ?tex)|gory|gruesome|entrails|eviscerat\w*|impaled|strangl\w+|tortur\w+|corpses?
cannibal\w*
sever(ed|ing) (\w+ )?(heads?|limbs?|arms?|hands?|legs?|fingers?|foot|feet)
(skinned|burn(ed|ing|t)|buried) alive
dead BEING|hanged|serial killers?|terroris[mt]s?|war crimes?|firing squad
blood ?(stain(s|ed)?|soaked|spatter\w*|splatter\w*|drenched|covered|bath|shed|dripping|everywhere)
bloodied|bleeding|bloody|(gunshot|stab|knife|bullet|gaping) wounds?|stabb(ed|ing|ings)|bombings?
(cover|soak|drench|dripp?|stain|smear|spatter|splatter|paint|bath)(ed|ing|s) (in|with) (\w+ )?blood
(pool|puddle|trail|splash)(s|es)? of (\w+ )?blood|written in blood
blood (\w+ )?(on|over|across|from) (\w+ )?(walls?|floors?|hands?|face|clothes|knife|bod(y|ies)|wounds?|snow)
blood (\w+ )?(on|over|across) (\w+ )?sheets
(mass|school|drive by) shootings?|gunned down|shot (dead|in the (head|face|chest))|exploding heads?
public executions?|execut(ed|ing|ion) (of )?(an? )?BEING|suicide bomb\w+
(domestic|child|animal) (violence|abuse|cruelty)|(dog|cock) ?fight(s|ing)?|road ?kill
(beat(ing|en)|punch(es|ing|ed)|whipp(ing|ed)|chok(es|ing|ed)|kick(s|ing|ed)) (up )?(DET )?(\w+ )?BEING
(kill(s|ed|ing)?|stabs?|shooting at|attack(s|ed|ing)) (DET )?(\w+ )?BEING
BEING (being |was |lying |got )?(killed|attacked|beaten|hacked to death)
(being|getting|gets|got) (killed|stabbed|beaten up|beheaded)
(held|forced|pushed) under ?water (by|until)|headshot (kill|with)|punch(ed|es|ing)? in the face
"""

_WEAPONS = r"""
guns?|hand ?guns?|shot ?guns?|machine ?guns?|rifles?|pistols?|revolvers?|fire ?arms?|gunm[ae]n|snipers?
ak ?47s?|ar ?15s?|uzis?|glocks?|kalashnikovs?|submachine|carbines?|weapons?|weaponry|(nerve|mustard) gas|sarin
bombs?|grenades?|(rocket|grenade|missile) launchers?|missiles?|land ?mines?|warheads?|molotov\w*
explosives|explosive (devices?|vests?|belts?)|sticks? of dynamite|dynamite sticks?|gunpowder|detonators?
ammo|ammunition|bullets|bullet (holes?|casings?|belts?|shells?)|brass knuckles|switch ?blades?
(knife|machete|axe) (to|at|against) (\w+ )?(throats?|necks?|PERSON)
"""

_DRUGS = r"""
cocaine|heroin|meth(amphetamines?)?|fentanyl|lsd|mdma|ketamine|marijuana|cannabis|hashish|psilocybin|opium
bongs?|spliffs?|crack (cocaine|pipes?|den|addicts?)|ecstasy (pills?|tablets?)|magic mushrooms?|shrooms
(smok\w+|bags? of|roll\w+|stoned on|selling) (some )?weed|weed (joints?|pipes?|bongs?|dealers?|buds?|farms?)
drugs|drug (deal\w*|addict\w*|us(e|er|ers)|abuse|dens?|labs?|cartels?|lords?|paraphernalia|needles?|trade)
drug (traffick\w*|smuggl\w*)|(smok\w+|roll\w+|lighting) (up )?a joint|lines? of coke|inject\w+ dope
snort\w* (a )?(coke|lines?|white|powder)
"""

_ILLEGAL = r"""
(human|child|organ|people|sex) traffick\w+|smuggl(ing|ers?)|traffickers?|slave (markets?|auctions?|trade)
counterfeit\w*|forg(ed|ing) (\w+ )?(passports?|documents?|banknotes?|signatures?|money)
fake (\w+ )?(passports?|ids?|banknotes?|identity|driving licen[cs]es?)|identity theft|hacking into
money laundering|launder(ing|ed) money|credit card (fraud|skimm\w+|theft)|card skimm\w+
shoplift\w*|pick ?pocket\w*|burglar(s|y|ies)?|robber(s|y|ies)?|robb(ing|ed) (DET )?\w+|bank heist|mugging
car ?jack(ing|ings|ers?|ed)|car (theft|thie(f|ves))|hot ?wiring|stealing|stolen (goods|cars?|property|credit)
kidnap\w*|hijack\w*|abduct(ed|ing) (DET )?(PERSON|CHILD)|held for ransom|ransom (demands?|video)
arson\w*|set(ting)? fire to (DET )?(house|building|church|mosque|school|car)
poach(ers?|ing (elephants?|rhinos?|tigers?|ivory|animals?))|ivory (trade|smuggl\w+)
"""


_NAME = re.compile("[A-Z]{3,}")
_NEAR = re.compile(r"(.+) <(\d+)> (.+)")


def _words_of(name: re.Match[str]) -> str:
    lines = _GROUPS[name.group()].strip().splitlines()
    words = "|".join(line.strip() for line in lines)
    return f"(?:{_NAME.sub(_words_of, words)})"


def _expression(line: str) -> str:
    written_out = _NAME.sub(_words_of, line)
    near = _NEAR.fullmatch(written_out)
    if not near:
        return written_out
    one, gap, other = near.groups()
    between = rf"(?: [\w,]+){{0,{gap}}} "
    return rf"(?:{one}){between}(?:{other})|(?:{other}){between}(?:{one})"


def _expressions(lines: str) -> tuple[str, ...]:
    return tuple(_expression(line) for line in lines.strip().splitlines())


CHILD: str = _NAME.sub(_words_of, "CHILD")
"""Whoever is not grown up, as a regular expression."""

HARMLESS: tuple[str, ...] = _expressions(_HARMLESS)
"""Taken out before anything is looked for."""

REFUSED: dict[str, tuple[str, ...]] = {
    "sexual": _expressions(_SEXUAL),
    "self_harm": _expressions(_SELF_HARM),
    "hate": _expressions(_HATE),
    "violence": _expressions(_VIOLENCE),
    "weapons": _expressions(_WEAPONS),
    "drugs": _expressions(_DRUGS),
    "illegal": _expressions(_ILLEGAL),
}
"""Regular expressions by category, in the order in which the categories are tried."""

SLUR_HASHES: frozenset[str] = frozenset(
    {
        "120f6e5b4ea32f65bda68452fcfaaef06b0136e1d0e4a6f60bc3771fa0936dd6",
        "c3de533e9b7fe63b79f648687a30d2861edd92fe7c3cd1f2c485e0a605367624",
        "8f5083e3e5c7dc8932f2bf58212f963f3a44752618c96297f82623f736c52738",
        "cc02032349c833ac5e97bac094560ed40e09acf34cb1978ab7a9840b9bf15b4d",
        "eef3bd091670c3447022d619c06ad15de96da72b5a66f28bb8b75d1b1c12a05f",
        "22fc75e65a0e9d34324092a7c6a8dba961853294abca4e5914e60c550f48e0c2",
        "333f7618092958c75b8c5af6f1ec77b42803922a0fc6ff1570a8af3a3aab3b4a",
        "16ea09fc78ca83ca502cbcf2377acdf280bf18f61e259153f0868405eedab5ef",
        "12e6274e4309293e2d480272b49a6c7c73a6a6b22678ba226b533c67006c17d1",
        "dc675e448132fd2a4fed47c1736784e83fe01e8cf137dcf97cca9fc7e337e8b4",
        "be00f1af522eaa99d3dc57b0e27162a5e8963e0e0e8b6cc5734f53d8e64ba2dc",
        "6d1833779e389477ac6757e19c371df8e141bd67bc83e4b596dfc8a1947db29d",
        "33740da8a87dc7defbdbb7d06549dd8d82a33000a25293ceb9af687eb16bef22",
        "7ef8ddb05876dde2d37f29328c21675c91ab8c0ceed699cc563b4043bb3b4f06",
        "70e4043b678ff365b6377e3ceeb5067bc27bbcd03707e17a36b62bf0201340bc",
        "e742d17ff490c87e19d0cfbfdb18c691aad9543e5d61498df7a6ba6dc56e3124",
        "3cc0a581d3bbe605317791e06aa1b4f3348b4e00c4c106c9e6b8210e6933b66c",
    }
)
"""SHA-256 of slurs, so that this file does not spell them. It is for decency and hides nothing: a digest of
a single word is easily guessed. Only words without an ordinary meaning are here. A new one is added as
`hashlib.sha256(word.encode()).hexdigest()` of its lower-case singular."""
