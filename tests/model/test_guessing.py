"""The language of a text without one is found by its script, or by its words."""

from __future__ import annotations

import pytest

from pipeline import parse
from pipeline.model.words.guessing import COMMON, SCRIPTS, language_of_text

TEXTS = {
    "af": (
        "Die dorpie lê naby die ou put en mense gaan haal elke oggend water. Toe dit gereën het, "
        "het die kinders huis toe gegaan en hulle ma's het vir hulle sop gekook omdat dit koud "
        "was en niemand wou uitgaan nie."
    ),
    "am": "መንደሩ ከአሮጌው ጉድጓድ አጠገብ ነው",
    "ar": "القرية تقع بالقرب من البئر القديمة ويحفر الناس فيها الماء كل صباح",
    "az": (
        "Kənd köhnə quyunun yaxınlığındadır və insanlar hər səhər su çəkirlər. Yağış yağanda "
        "uşaqlar evə qayıdır və anaları onlar üçün şorba bişirirdi, çünki hava çox soyuq idi və "
        "bir nəfər də çölə çıxmaq istəmirdi."
    ),
    "be": (
        "Вёска знаходзіцца каля старога калодзежа, і людзі кожную раніцу набіраюць ваду. Калі "
        "ішоў дождж, дзеці вярталіся дадому, і ўсе былі рады."
    ),
    "bg": (
        "Селото се намира близо до стария кладенец и хората вадят вода всяка сутрин. Когато "
        "валеше дъжд, децата се връщаха вкъщи, а майките им готвеха супа, защото беше студено."
    ),
    "bn": "গ্রামটি পুরানো কূপের কাছে এবং লোকেরা প্রতিদিন সকালে জল তোলে।",
    "ca": (
        "El poble és a prop del pou vell i la gent treu aigua cada matí. Quan plovia, els nens "
        "tornaven a casa i les mares els feien sopa, perquè feia fred i ningú no volia sortir amb"
        " aquest temps."
    ),
    "cs": (
        "Vesnice leží blízko staré studny a lidé každé ráno čerpají vodu. Když pršelo, děti se "
        "vracely domů a matky jim vařily polévku, protože bylo zima a nikdo nechtěl jít ven."
    ),
    "cy": (
        "Mae'r pentref yn agos at yr hen ffynnon ac mae pobl yn codi dŵr bob bore. Pan oedd hi'n "
        "bwrw glaw, roedd y plant yn mynd adref ac roedd eu mamau yn gwneud cawl."
    ),
    "da": (
        "Landsbyen ligger tæt på den gamle brønd, og folk henter vand hver morgen. Når det "
        "regnede, gik børnene hjem, og deres mødre lavede suppe til dem, fordi det var koldt, og "
        "ingen af dem ville gå ud."
    ),
    "de": (
        "Das Dorf liegt nahe beim alten Brunnen, und die Leute holen jeden Morgen Wasser. Wenn es"
        " regnete, gingen die Kinder nach Hause, und die Mütter kochten ihnen Suppe, denn es war "
        "kalt."
    ),
    "el": "Το χωριό βρίσκεται κοντά στο παλιό πηγάδι",
    "en": (
        "The village is near the old well and people fetch water every morning. When it rained, "
        "the children went home and their mothers made soup for them, because it was cold."
    ),
    "eo": (
        "La vilaĝo estas proksime de la malnova puto kaj homoj ĉerpas akvon ĉiumatene. Kiam "
        "pluvis, la infanoj iris hejmen kaj iliaj patrinoj kuiris supon por ili, ĉar estis "
        "malvarme."
    ),
    "es": (
        "El pueblo está cerca del pozo viejo y la gente saca agua todas las mañanas. Cuando "
        "llovía, los niños volvían a casa y las madres les hacían sopa, porque hacía frío y nadie"
        " quería salir."
    ),
    "et": (
        "Küla asub vana kaevu lähedal ja inimesed võtavad igal hommikul vett. Kui sadas vihma, "
        "läksid lapsed koju ja emad keetsid neile suppi, sest väljas oli külm ja see ei olnud "
        "hea, aga nii oli."
    ),
    "eu": (
        "Herria putzu zaharraren ondoan dago eta jendeak goizero ura ateratzen du. Euria egiten "
        "zuenean haurrak etxera itzultzen ziren eta amek zopa egiten zieten, hotz zegoelako baina"
        " inork ez zuen irten nahi eta hori da."
    ),
    "fa": "روستا نزدیک چاه قدیمی است و مردم هر روز صبح آب می‌کشند.",
    "fi": (
        "Kylä sijaitsee lähellä vanhaa kaivoa, ja ihmiset hakevat vettä joka aamu. Kun satoi, "
        "lapset palasivat kotiin ja äidit keittivät heille keittoa, koska oli kylmä eikä kukaan "
        "halunnut mennä ulos. Se on niin."
    ),
    "fr": (
        "Le village est près du vieux puits et les gens tirent de l'eau tous les matins. Quand il"
        " pleuvait, les enfants rentraient à la maison et les mères leur faisaient de la soupe, "
        "car il faisait froid."
    ),
    "ga": (
        "Tá an sráidbhaile in aice leis an seantobar agus faigheann daoine uisce ann gach maidin."
        " Nuair a bhí sé ag cur báistí, chuaigh na páistí abhaile agus rinne a máithreacha "
        "anraith."
    ),
    "gl": (
        "A aldea está preto do pozo vello e a xente saca auga todas as mañás. Cando chovía, os "
        "nenos volvían á casa e as nais cociñaban sopa para eles, porque facía frío e ninguén "
        "quería saír da casa, non."
    ),
    "gu": "ગામ જૂના કૂવા પાસે છે",
    "he": "הכפר נמצא ליד הבאר הישנה, והאנשים חופרים בה מים בכל בוקר.",
    "hi": "गाँव पुराने कुएँ के पास है और लोग हर सुबह पानी निकालते हैं।",
    "hr": (
        "Selo se nalazi blizu starog bunara i ljudi svako jutro vade vodu. Kad je padala kiša, "
        "djeca su se vraćala kući, a majke su im kuhale juhu, jer je bilo hladno i nitko nije "
        "htio izaći."
    ),
    "ht": (
        "Vilaj la tou pre ansyen pi a epi moun yo pran dlo chak maten. Lè lapli te tonbe, timoun "
        "yo te tounen lakay yo epi manman yo te fè soup pou yo, paske te fè frèt."
    ),
    "hu": (
        "A falu a régi kút közelében van, és az emberek minden reggel vizet húznak. Amikor esett "
        "az eső, a gyerekek hazamentek, és az anyák levest főztek nekik, mert hideg volt, és "
        "senki nem akart kimenni."
    ),
    "hy": "Գյուղը գտնվում է հին ջրհորի մոտ",
    "id": (
        "Desa itu terletak di dekat sumur tua dan orang-orang mengambil air setiap pagi. Ketika "
        "hujan turun, anak-anak pulang ke rumah dan ibu mereka memasak sup untuk mereka karena "
        "cuaca dingin dan tidak ada yang mau keluar."
    ),
    "is": (
        "Þorpið er nálægt gamla brunninum og fólk sækir vatn á hverjum morgni. Þegar það rigndi "
        "fóru börnin heim og mæður þeirra elduðu súpu handa þeim því að það var kalt og enginn "
        "vildi fara út."
    ),
    "it": (
        "Il villaggio è vicino al vecchio pozzo e la gente prende l'acqua ogni mattina. Quando "
        "pioveva, i bambini tornavano a casa e le madri facevano la zuppa per loro, perché faceva"
        " freddo e non volevano uscire."
    ),
    "ka": "სოფელი ძველ ჭასთან ახლოსაა",
    "kk": ("Ауыл ескі құдықтың жанында орналасқан, адамдар күн сайын таңертең су алады."),
    "km": "ភូមិនៅជិតអណ្តូងចាស់ ហើយមនុស្សដងទឹករាល់ព្រឹក។",
    "lt": (
        "Kaimas yra netoli seno šulinio, ir žmonės kiekvieną rytą semia vandenį. Kai lijo, vaikai"
        " grįždavo namo, o motinos virdavo jiems sriubą, nes buvo šalta ir niekas nenorėjo eiti į"
        " lauką."
    ),
    "lv": (
        "Ciems atrodas netālu no vecās akas, un cilvēki katru rītu smeļ ūdeni. Kad lija, bērni "
        "atgriezās mājās, un mātes viņiem vārīja zupu, jo bija auksts un neviens negribēja iet "
        "ārā."
    ),
    "mn": ("Тосгон хуучин худгийн ойролцоо байдаг бөгөөд хүмүүс өглөө бүр ус авдаг."),
    "mr": "गाव जुन्या विहिरीजवळ आहे आणि लोक रोज सकाळी पाणी काढतात. मुले घरी जात.",
    "ms": (
        "Kampung itu terletak berhampiran perigi lama dan orang ramai mengambil air setiap pagi. "
        "Apabila hujan turun, kanak-kanak pulang ke rumah dan ibu mereka memasak sup untuk mereka"
        " kerana cuaca sejuk dan tiada siapa yang boleh keluar daripada rumah."
    ),
    "my": "ရွာသည် ရေတွင်းဟောင်းအနီးတွင် ရှိသည်",
    "nb": (
        "Landsbyen vår er liten. Den har tolv hus og en brønn som vi har gravd selv. Barna går på "
        "skolen hver dag fordi det er viktig for fremtiden deres. Når det regner, blir de hjemme."
    ),
    "ne": ("गाउँ पुरानो इनारको नजिक छ र मानिसहरू हरेक बिहान पानी निकाल्छन्। केटाकेटीहरू घर जान्छन्।"),
    "nl": (
        "Het dorp ligt dicht bij de oude put en mensen halen elke ochtend water. Toen het "
        "regende, gingen de kinderen naar huis en hun moeders kookten soep voor hen omdat het "
        "koud was en niemand naar buiten wilde."
    ),
    "pa": "ਪਿੰਡ ਪੁਰਾਣੇ ਖੂਹ ਦੇ ਨੇੜੇ ਹੈ",
    "pl": (
        "Wieś leży w pobliżu starej studni i ludzie każdego ranka czerpią wodę. Kiedy padało, "
        "dzieci wracały do domu, a matki gotowały im zupę, bo było zimno i nikt nie chciał "
        "wychodzić na dwór, bo to jest tak."
    ),
    "ps": ("کلی د زوړ څاه سره نږدې دی او خلک هره ورځ سهار اوبه راباسي. ماشومان کور ته ځي."),
    "pt": (
        "A aldeia fica perto do poço velho e as pessoas tiram água todas as manhãs. Quando "
        "chovia, as crianças voltavam para casa e as mães faziam sopa para elas, porque fazia "
        "frio e não queriam sair."
    ),
    "ro": (
        "Satul se află lângă fântâna veche și oamenii scot apă în fiecare dimineață. Când ploua, "
        "copiii se întorceau acasă și mamele le găteau supă, pentru că era frig și nimeni nu voia"
        " să iasă."
    ),
    "ru": (
        "Деревня находится рядом со старым колодцем, и люди каждое утро набирают воду. Когда шёл "
        "дождь, дети возвращались домой, а объявления висели."
    ),
    "sk": (
        "Dedina leží blízko starej studne a ľudia každé ráno čerpajú vodu. Keď pršalo, deti sa "
        "vracali domov a matky im varili polievku, pretože bola zima a nikto nechcel ísť von."
    ),
    "sl": (
        "Vas leži blizu starega vodnjaka in ljudje vsako jutro zajemajo vodo. Ko je deževalo, so "
        "se otroci vračali domov in matere so jim kuhale juho, ker je bilo mraz in nihče ni hotel"
        " iti ven."
    ),
    "so": (
        "Tuuladu waxay u dhowdahay ceelka hore oo dadka ayaa subax kasta biyo ka soo dhaamiya. "
        "Markii roobku da'ay, carruurta waxay ku noqdeen guriga oo hooyooyinka ayaa maraq u "
        "kariyay iyo cunto."
    ),
    "sq": (
        "Fshati ndodhet pranë pusit të vjetër dhe njerëzit marrin ujë çdo mëngjes. Kur binte shi,"
        " fëmijët ktheheshin në shtëpi dhe nënat u gatuanin supë, sepse ishte ftohtë dhe askush "
        "nuk donte të dilte."
    ),
    "sr": (
        "Село се налази близу старог бунара и људи сваког јутра ваде воду. Кад је падала киша, "
        "деца су се враћала кући."
    ),
    "sv": (
        "Byn ligger nära den gamla brunnen och folk hämtar vatten varje morgon. När det regnade "
        "gick barnen hem och deras mödrar kokade soppa till dem, för det var kallt och ingen av "
        "dem ville gå ut."
    ),
    "sw": (
        "Kijiji kiko karibu na kisima cha zamani na watu huchota maji kila asubuhi. Mvua "
        "iliponyesha, watoto walirudi nyumbani na mama zao waliwapikia supu kwa sababu kulikuwa "
        "na baridi."
    ),
    "ta": "கிராமம் பழைய கிணற்றுக்கு அருகில் உள்ளது",
    "te": "గ్రామం పాత బావి దగ్గర ఉంది",
    "th": "หมู่บ้านอยู่ใกล้บ่อน้ำเก่าและผู้คนตักน้ำทุกเช้า",
    "tl": (
        "Ang nayon ay malapit sa lumang balon at ang mga tao ay umiigib ng tubig tuwing umaga. "
        "Kapag umuulan, umuuwi ang mga bata at nagluluto ng sabaw ang kanilang mga ina."
    ),
    "tr": (
        "Köy eski kuyunun yakınında ve insanlar her sabah su çekiyor. Yağmur yağdığında çocuklar "
        "eve döner ve anneleri onlara çorba pişirirdi, çünkü hava çok soğuktu ve bir kişi bile "
        "dışarı çıkmak istemezdi."
    ),
    "uk": (
        "Село розташоване біля старого колодязя, і люди щоранку набирають воду. Коли йшов дощ, "
        "діти поверталися додому."
    ),
    "ur": "گاؤں پرانے کنویں کے قریب ہے اور لوگ ہر صبح پانی نکالتے ہیں۔",
    "vi": (
        "Ngôi làng nằm gần cái giếng cũ và mọi người lấy nước mỗi buổi sáng. Khi trời mưa, trẻ em"
        " trở về nhà và mẹ của chúng nấu súp cho chúng vì trời lạnh và không ai muốn ra ngoài."
    ),
}


def test_the_language_is_that_of_the_text() -> None:
    found = {lang: language_of_text(text) for lang, text in TEXTS.items()}
    assert {lang: other for lang, other in found.items() if other != lang} == {}


def test_words_of_each_language_are_looked_for_once() -> None:
    for words in COMMON.values():
        assert len(words.split()) == len(set(words.split()))
    assert not {lang for _, _, lang in SCRIPTS} & COMMON.keys()


UNKNOWN = " ".join(f"{a}{b}uk" for a in ("tar", "mon", "vis", "gol", "pek") for b in "bcdfghjklm")


@pytest.mark.parametrize(
    ("text", "lang", "message"),
    [
        (TEXTS["sk"], "sk", "No language is given. The text seems to be in `sk`, which is used."),
        (TEXTS["th"], "th", "No language is given. The text seems to be in `th`, which is used."),
        (TEXTS["en"], "en", ""),
        ("Words.", "en", ""),
        (UNKNOWN, "en", "No language is given, and the text is in an unknown one: `en` is used."),
    ],
)
def test_what_is_not_given_is_told_once(text: str, lang: str, message: str) -> None:
    document = parse(f"---\ntitle: T\n---\n\n{text}\n\n{text}\n", "x.md")
    assert document.metadata.lang == lang
    assert [found.message for found in document.diagnostics] == [message] * bool(message)
