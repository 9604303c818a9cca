"""The letters in which names on India's signs are written, and the order in which a line shows them.

A network that is decoded by CTC tells letters from left to right. Unicode keeps some in another order: a vowel sign
that stands left of its consonants comes after them, and Urdu runs from right to left.
"""

from __future__ import annotations

import re
import unicodedata

from predictor.reading.units import with_plain_digits

# Letters and signs of each script in their decomposed form (NFD), of Urdu composed: those of names, and what else
# stands on signs. Vocalic L and what only Sanskrit needs are left out.
LETTERS = {
    "Devanagari": "ँंःअआइईउऊऋऍएऐऑओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरलळवशषसह़ािीुूृॅेैॉोौ्",
    "Bengali": "ঁংঃঅআইঈউঊঋএঐওঔকখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমযরলশষসহ়ািীুূৃেৈ্ৎৗৰৱ",
    "Gurmukhi": "ਁਂਃਅਆਇਈਉਊਏਐਓਔਕਖਗਘਙਚਛਜਝਞਟਠਡਢਣਤਥਦਧਨਪਫਬਭਮਯਰਲਵਸਹ਼ਾਿੀੁੂੇੈੋੌ੍ੜੰੱ",
    "Gujarati": "ઁંઃઅઆઇઈઉઊઋઍએઐઑઓઔકખગઘઙચછજઝઞટઠડઢણતથદધનપફબભમયરલળવશષસહ઼ાિીુૂૃૅેૈૉોૌ્",
    "Oriya": "ଁଂଃଅଆଇଈଉଊଋଏଐଓଔକଖଗଘଙଚଛଜଝଞଟଠଡଢଣତଥଦଧନପଫବଭମଯରଲଳଵଶଷସହ଼ାିୀୁୂୃେ୍ୖୗୟୱ",
    "Tamil": "ஃஅஆஇஈஉஊஎஏஐஒஓகஙசஜஞடணதநனபமயரறலளழவஶஷஸஹாிீுூெேை்ௗ",
    "Telugu": "ఁంఃఅఆఇఈఉఊఋఎఏఐఒఓఔకఖగఘఙచఛజఝఞటఠడఢణతథదధనపఫబభమయరఱలళవశషసహాిీుూృెేొోౌ్ౖ",
    "Kannada": "ಂಃಅಆಇಈಉಊಋಎಏಐಒಓಔಕಖಗಘಙಚಛಜಝಞಟಠಡಢಣತಥದಧನಪಫಬಭಮಯರಱಲಳವಶಷಸಹಾಿುೂೃೆೌ್ೕೖ",
    "Malayalam": "ംഃഅആഇഈഉഊഋഎഏഐഒഓഔകഖഗഘങചഛജഝഞടഠഡഢണതഥദധനപഫബഭമയരറലളഴവശഷസഹാിീുൂൃെേൈ്ൗൺൻർൽൾ",
    "Arabic": "ءآؤئابتثجحخدذرزسشصضطظعغفقلمنوٹپچڈڑژکگںھہیے",
}
# In lines of every script. Digits of a script are read as these, so that what hides telephone numbers sees them.
COMMON = " -.,0123456789km"
CLASSES = ("", *COMMON, *"".join(LETTERS.values()))  # of the network; the first is CTC's blank
# In Tamil the virama is a dot to be seen, and joins nothing.
_NUKTA, _VIRAMA = "[\u093c\u09bc\u0a3c\u0abc\u0b3c]", "[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0c4d\u0ccd\u0d4d]"
_LEFT = "([\u093f\u09bf\u09c7\u09c8\u0a3f\u0abf\u0b47\u0bc6-\u0bc8\u0d46-\u0d48])"
_CONSONANTS = rf"([^\W\d_]{_NUKTA}?(?:{_VIRAMA}[^\W\d_]{_NUKTA}?)*)"
_JOINERS = re.compile("[\u200c\u200d]")


def as_seen(text: str, script: str) -> str:
    """The letters of a text in the order in which they stand on a sign, from left to right."""
    text = _JOINERS.sub("", with_plain_digits(text))
    if script == "Arabic":
        return _turned(unicodedata.normalize("NFC", text))
    return re.sub(_CONSONANTS + _LEFT, r"\2\1", unicodedata.normalize("NFD", text))


def as_written(seen: str, script: str) -> str:
    """The text, composed (NFC), of which `as_seen` makes these letters; joiners are lost."""
    if script == "Arabic":
        return _turned(seen)
    return unicodedata.normalize("NFC", re.sub(_LEFT + _CONSONANTS, r"\2\1", seen))


def classes_of(script: str) -> list[int]:
    """Numbers of the `CLASSES` that a line of the script can show, the blank first."""
    return [CLASSES.index(letter) for letter in ("", *COMMON, *LETTERS[script])]


def _turned(text: str) -> str:
    """From right to left, with numbers as they were."""
    return re.sub(r"\d+|[km]+", lambda run: run[0][::-1], text[::-1])
