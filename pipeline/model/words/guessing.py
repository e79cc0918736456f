"""The likely language of a text, by its script or its most common words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

SCRIPTS: tuple[tuple[str, float, str], ...] = (
    ("[\u3040-\u30ff]", 0.1, "ja"),
    ("[\u3400-\u9fff]", 0.33, "zh"),
    ("[\uac00-\ud7a3]", 0.33, "ko"),
    ("[\u0679\u0688\u0691\u06ba\u06d2]", 0.02, "ur"),
    ("[\u0681\u0685\u0693\u0696\u069a\u06bc]", 0.01, "ps"),
    ("[\u0695\u06b5\u06c6\u06ce\u06d5]", 0.05, "ckb"),
    ("[\u067e\u0686\u0698\u06a9\u06af\u06cc]", 0.05, "fa"),
    ("[\u0621-\u064a]", 0.33, "ar"),
    ("[\u05f0-\u05f2]|\u05d9\u05d9|\u05d5\u05d5\u05d0", 0.02, "yi"),
    ("[\u05d0-\u05ea]", 0.33, "he"),
    ("[\u0493\u049b\u04b1]", 0.02, "kk"),
    ("[\u04b3\u04b7\u04e3\u04ef]", 0.02, "tg"),
    ("\u04a3", 0.004, "ky"),
    ("[\u04af\u04e9]", 0.03, "mn"),
    ("\u045e", 0.005, "be"),
    ("[\u0453\u0455\u045c]", 0.003, "mk"),
    ("[\u0452\u0458\u0459\u045a\u045b\u045f]", 0.02, "sr"),
    ("[\u0454\u0456\u0457]", 0.02, "uk"),
    ("[\u044b\u044d\u0451]", 0.008, "ru"),
    ("\u044a", 0.008, "bg"),
    ("[\u0430-\u044f]", 0.33, "ru"),
    ("[\u03b1-\u03c9]", 0.33, "el"),
    ("\u0933|\u0906\u0939\u0947", 0.004, "mr"),
    ("\u0939\u0930\u0942|\u091b[\u0928 \u0964]|\u0932\u093e\u0908", 0.008, "ne"),
    ("[\u0904-\u0939]", 0.33, "hi"),
    ("[\u09f0\u09f1]", 0.01, "as"),
    ("[\u0985-\u09b9]", 0.33, "bn"),
    ("[\u0a05-\u0a39]", 0.33, "pa"),
    ("[\u0a85-\u0ab9]", 0.33, "gu"),
    ("[\u0b05-\u0b39]", 0.33, "or"),
    ("[\u0b85-\u0bb9]", 0.33, "ta"),
    ("[\u0c05-\u0c39]", 0.33, "te"),
    ("[\u0c85-\u0cb9]", 0.33, "kn"),
    ("[\u0d05-\u0d39]", 0.33, "ml"),
    ("[\u0d85-\u0dc6]", 0.33, "si"),
    ("[\u0e01-\u0e30]", 0.33, "th"),
    ("[\u0e81-\u0eb0]", 0.33, "lo"),
    ("[\u0f40-\u0f6c]", 0.33, "bo"),
    ("[\u1000-\u102a]", 0.33, "my"),
    ("[\u1780-\u17b3]", 0.33, "km"),
    ("[\u10d0-\u10ff]", 0.33, "ka"),
    ("[\u0561-\u0587]", 0.33, "hy"),
    ("[\u1200-\u135a]", 0.33, "am"),
)
"""Signs of a script or of a language in it, their share of all letters at least, and the language;
before a script are those of its languages that have signs of their own."""

COMMON: Mapping[str, str] = {
    "en": "the a of and to is that in was for with you are have it this be at by not or from",
    "de": "der die und das ist nicht ein eine mit den zu auf sie dem von für im sich wie es",
    "fr": "le la les des est et une dans que qui pour vous pas du de en un ce il au sur",
    "es": "el la los las y que una por con del es para como más de en un no se al lo su",
    "pt": "o a os as e que uma não com do da em para é mais dos de um no na por se ao",
    "it": "il la che di e una per non sono della con gli è del un in le si da al",
    "ca": "el la els les i que una per amb del és de en un no al dels aquest seva són ha",
    "gl": "o a os as e que unha non con do da en para é máis dos de un no na por se ao",
    "da": "og i det at er en af på til som ikke med der den har for de vi jeg var ud blev hvad"
    " sig mig nogle efter bliver meget op selv",
    "nb": "og i det at er en av på til som ikke med der den har for de vi jeg var ut ble hva"
    " seg meg noen etter blir mye opp selv",
    "nn": "og i det å er ein av på til som ikkje med der den har for dei vi eg var ut vart kva"
    " seg meg nokon etter blir mykje opp sjølv",
    "sv": "och i det att är en av på till som inte med den har för de vi jag ett om",
    "is": "og í að er á sem ekki það hann við um en til með var fyrir þetta af hún eru",
    "fi": "ja on ei se että oli hän mutta kun niin kuin myös ovat joka ole sen mitä tai voi nyt",
    "et": "ja on ei et see ta oli kui ka aga oma mis või kes nad siis selle seda ning nii",
    "hu": "a az és hogy nem is egy ez van volt csak már meg de ha mint azt vagy el kell",
    "pl": "i w na z się nie jest że do to o jak ale po co czy za od przez są",
    "cs": "a v na je že to s z do o jako ale po pro aby jsem jsou by nebo když bylo byla se si",
    "sk": "a v na je že to s z do o ako ale po pre aby som sú by alebo keď bol bola sa si",
    "sl": "in je v na se da za so z ki pa ne bi tudi ali kot po o bil biti",
    "hr": "i je u na se da su za od ne koji što s ali kao bio nije po to ili",
    "lt": "ir yra kad į su tai ne iš bet kaip buvo jis ar apie už jie per tik jo nuo",
    "lv": "un ir ka no ar tas par uz bet kā viņš lai pie vai bija nav tā arī jo kad kas",
    "sq": "dhe të e një në për që me nga është si nuk por i së u kjo ka ishte janë",
    "ro": "și în de la cu nu este care pe un din pentru mai sunt ce a al să prin",
    "tr": "ve bir bu da de için ile çok olarak ne gibi daha ama var mi en her o ise olan",
    "az": "və bir bu da də üçün ilə çox kimi daha o ki isə olan var idi nə sonra onun edir",
    "nl": "de het een van en niet dat zijn voor met op ik is in te die aan er om",
    "af": "die het 'n van en nie dat vir met op ek is in te wat aan hulle sy om was",
    "cy": "y yr a yn i o ac ar mae fod ei eu am wedi gan roedd hyn ond sydd oedd",
    "ga": "an na agus i ar a is tá go le ní sé do bhí ag sa as mar bhfuil sin",
    "eu": "eta da ez bat du hau dira zen ere baina dute egin izan hori den bere edo dago beste",
    "eo": "la kaj de en estas al ke ne li mi por kun pri sur estis ĝi kiu aŭ ili tiu",
    "id": "yang dan di dari ini itu untuk dengan tidak pada ke karena akan bisa juga ada adalah",
    "ms": "yang dan di daripada ini itu untuk dengan tidak pada ke kerana akan boleh ada ialah",
    "tl": "ang ng mga sa na at ay si niya ito kung hindi para nang may siya ko mo ako",
    "sw": "ya na wa kwa ni katika la za kuwa hii hiyo lakini cha kama watu yake au huo sana sababu"
    " kila siku yao moja wetu",
    "vi": "và của là có không được cho một những người trong với các để này đã khi từ ở",
    "ht": "ak nan yo ki pou li pa se te yon sa nou ka gen la mwen fè anpil w",
    "so": "waa oo iyo ka in ku ah la uu ay aan waxaa soo ama isku si u badan",
    "ha": "da a na ya ta ne ba su kuma wannan shi ce cikin don yana mutane amma ko sun",
}
"""Words that distinguish a language by how often they stand in it."""

LEAST_WORDS, CLEAR_RATIO, LEAST_SHARE = 4, 1.2, 0.05
"""The different common words that a language must have, the ratio of all of them to the next's,
and their share."""

RELATED = 0.5
"""The share of their words that two languages have in common if one is easily taken for the other:
then the words that only one of them has decide, or the one that more people write."""

ENOUGH_WORDS, LEAST_SHARE_OF_MANY = 40, 0.02
"""The different words of a text that show its language, and the share of common ones it exceeds."""


def language_of_text(text: str) -> str:
    """The tag of the most likely language of a text (BCP 47); "" if that is unclear."""
    text = unicodedata.normalize("NFC", text.lower())
    letters = len(re.findall(r"[^\W\d_]", text))
    for script, share, lang in SCRIPTS:
        if len(re.findall(script, text)) > letters * share:
            return lang
    counts = Counter(re.findall(r"'?[^\W\d_]+", text))
    words = {lang: frozenset(each.split()) for lang, each in COMMON.items()}
    scores = {lang: sum(counts[word] for word in each) for lang, each in words.items()}
    (first, most), (second, next_most) = Counter(scores).most_common(2)
    is_there = sum(word in counts for word in words[first]) >= LEAST_WORDS
    if not is_there or most < LEAST_SHARE * counts.total():
        return ""
    if most > CLEAR_RATIO * next_most:
        return first
    if len(words[first] & words[second]) < RELATED * len(words[first]):
        return ""
    pair = sorted((first, second), key=[*COMMON].index)
    one, other = (words[lang] for lang in pair)
    only_one, only_other = (sum(counts[word] for word in w) for w in (one - other, other - one))
    return pair[only_other > only_one]


def is_hardly_in(lang: str, text: str) -> bool:
    """Return whether a text is long enough to show its language, and shows that it is another."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    common = frozenset(COMMON[lang].split())
    known = sum(word in common for word in words)
    return len({*words}) >= ENOUGH_WORDS and known < LEAST_SHARE_OF_MANY * len(words)
