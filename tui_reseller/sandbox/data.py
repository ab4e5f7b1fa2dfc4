"""Raw material of invented customers: people, places and phone numbers of many countries.

Domains are reserved ones (RFC 2606, RFC 6761), so that no invented address can ever belong to somebody.
Phone numbers use ranges set aside for fiction where a country has one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """A place with its region and a postal code pattern for numbers below `codes`."""

    name: str
    state: str
    zip_pattern: str
    codes: int


@dataclass(frozen=True)
class Country:
    """What customers of one country look like. `handles` are last names in the letters that usernames are made of."""

    code: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    handles: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[City, ...]
    phone: str


def _country(code: str, first: str, last: str, handles: str, streets: str, cities: str, phone: str) -> Country:
    """Read the compact form of the table below: lists separated by `|`, cities as name/state/pattern/codes."""
    parsed = []
    for line in cities.split("|"):
        name, state, zip_pattern, codes = line.split("/")
        parsed.append(City(name, state, zip_pattern, int(codes)))
    last_names = tuple(last.split("|"))
    handle_names = tuple(handles.split("|")) if handles else tuple(name.lower() for name in last_names)
    if len(handle_names) != len(last_names):
        raise ValueError(f"{code}: {len(last_names)} last names, but {len(handle_names)} handles")
    first_names, street_names = tuple(first.split("|")), tuple(streets.split("|"))
    return Country(code, first_names, last_names, handle_names, street_names, tuple(parsed), phone)


COUNTRIES: tuple[Country, ...] = (
    _country(
        "US",
        "Ann|James|Mary|Robert|Linda|Michael|Susan|David|Karen|Daniel|Nancy|Mark|Lisa|Paul|Donna|Steven|Carol|Kevin",
        "Lee|Smith|Johnson|Williams|Brown|Jones|Miller|Davis|Wilson|Anderson|Taylor|Moore|Clark|Lewis|Walker|Young|King",
        "",
        "%d Main St|%d Oak Avenue|%d Maple Dr|%d Washington Blvd, Suite 4|%d Lake Road",
        "Denver/CO/802%02d/100|New York/NY/100%02d/100|Austin/TX/787%02d/60|Seattle/WA/981%02d/100"
        "|Chicago/IL/606%02d/60|Miami/FL/331%02d/90|Boston/MA/021%02d/40",
        "(303) 555-01%02d",
    ),
    _country(
        "GB",
        "Olivia|Oliver|Amelia|George|Isla|Harry|Emily|Jack|Sophie|Charlie|Alice|Thomas",
        "Hughes|Patel|Wright|Thompson|Evans|O'Brien|Roberts|Clarke|Wood|Campbell|Murray|Bailey",
        "hughes|patel|wright|thompson|evans|obrien|roberts|clarke|wood|campbell|murray|bailey",
        "%d High Street|%d Station Road|%d Church Lane|%d Queen's Walk",
        "London//EC1A %dBB/10|Manchester//M1 %dAE/10|Edinburgh//EH1 %dNG/10|Bristol//BS1 %dTR/10|Cardiff//CF10 %dBH/10",
        "+44 20 7946 0%03d",
    ),
    _country(
        "DE",
        "Anna|Jürgen|Käthe|Lukas|Marie|Björn|Sophie|Jörg|Lena|Günther|Ute|Maximilian",
        "Müller|Schmidt|Schneider|Groß|Weber|Schäfer|Koch|König|Weiß|Hoffmann|Krüger|Böhm",
        "mueller|schmidt|schneider|gross|weber|schaefer|koch|koenig|weiss|hoffmann|krueger|boehm",
        "Hauptstraße %d|Gartenweg %d|Schloßallee %d|Am Bahnhof %d|Lindenstr. %d",
        "Berlin/BE/10%03d/1000|München/BY/80%03d/1000|Köln/NW/50%03d/1000|Düsseldorf/NW/402%02d/100|Leipzig/SN/041%02d/100",
        "+49 30 23125 %03d",
    ),
    _country(
        "FR",
        "Chloé|Hélène|Jérôme|Léa|François|Zoé|Benoît|Camille|Éric|Noémie|Gaël|Anaïs",
        "Lefèvre|Dubois|Moreau|Lambert|Rousseau|Fournier|Hébert|Gérard|Lecomte|Béranger|Noël|D'Aubigné",
        "lefevre|dubois|moreau|lambert|rousseau|fournier|hebert|gerard|lecomte|beranger|noel|daubigne",
        "%d rue de l'Église|%d avenue du Général Leclerc|%d bd Saint-Michel|%d quai des Orfèvres",
        "Paris/Île-de-France/750%02d/20|Lyon/Auvergne-Rhône-Alpes/6900%d/9|Nîmes/Occitanie/300%02d/30|Orléans//450%02d/99",
        "+33 1 99 00 %02d 17",
    ),
    _country(
        "ES",
        "María|José|Begoña|Íñigo|Lucía|Álvaro|Nuria|Andrés|Carmen|Joaquín|Sofía|Raúl",
        "García|Núñez|Muñoz|Pérez|Ibáñez|Gómez|Domínguez|Peña|Castro|Vázquez|Ortiz|López",
        "garcia|nunez|munoz|perez|ibanez|gomez|dominguez|pena|castro|vazquez|ortiz|lopez",
        "Calle Mayor, %d|Avda. de América %d, 3º B|Plaza de España %d|Paseo de Gracia %d",
        "Madrid/Madrid/280%02d/55|A Coruña/Galicia/1500%d/9|Cádiz/Andalucía/1100%d/9|Málaga/Andalucía/290%02d/18",
        "+34 910 55 %02d 18",
    ),
    _country(
        "IT",
        "Giulia|Niccolò|Sofia|Matteo|Chiara|Lorenzo|Martina|Andrea|Elena|Davide",
        "Rossi|Russo|Ferrari|Esposito|Bianchi|Cantù|Colombo|Ricci|D'Angelo|Nicolò",
        "rossi|russo|ferrari|esposito|bianchi|cantu|colombo|ricci|dangelo|nicolo",
        "Via Roma %d|Corso Garibaldi %d|Piazza della Libertà %d|Viale Europa %d/bis",
        "Roma/RM/001%02d/99|Milano/MI/201%02d/62|Torino/TO/101%02d/56|Forlì/FC/4712%d/3",
        "+39 06 5550 %03d",
    ),
    _country(
        "PL",
        "Łukasz|Zofia|Paweł|Agnieszka|Michał|Małgorzata|Grzegorz|Żaneta|Stanisław|Kinga",
        "Wójcik|Kowalski|Zieliński|Wiśniewska|Dąbrowski|Król|Jabłoński|Śliwa|Łącka|Nowak",
        "wojcik|kowalski|zielinski|wisniewska|dabrowski|krol|jablonski|sliwa|lacka|nowak",
        "ul. Długa %d|ul. Świętokrzyska %d/7|al. Jerozolimskie %d|ul. Żelazna %d",
        "Warszawa/mazowieckie/00-%03d/1000|Łódź/łódzkie/90-%03d/1000|Kraków/małopolskie/30-%03d/1000"
        "|Gdańsk/pomorskie/80-%03d/1000",
        "+48 22 555 0%03d",
    ),
    _country(
        "SE",
        "Åsa|Björn|Märta|Göran|Linnéa|Håkan|Ebba|Örjan|Elsa|Nils",
        "Åkesson|Lindström|Bergström|Sjöberg|Öberg|Nyström|Hägg|Löfgren|Andersson|Strömberg",
        "akesson|lindstrom|bergstrom|sjoberg|oberg|nystrom|hagg|lofgren|andersson|stromberg",
        "Storgatan %d|Kungsgatan %d|Skånegatan %d B|Östra Hamngatan %d",
        "Stockholm//111 %02d/60|Göteborg//411 %02d/60|Malmö//211 %02d/60|Östersund//831 %02d/60",
        "+46 8 465 004 %02d",
    ),
    _country(
        "BR",
        "João|Antônia|Luís|Conceição|Márcia|Sérgio|Patrícia|Fábio|Débora|Flávio",
        "Araújo|Conceição|Gonçalves|Magalhães|Simões|Assunção|Brandão|Sá|Vilaça|Leitão",
        "araujo|conceicao|goncalves|magalhaes|simoes|assuncao|brandao|desa|vilaca|leitao",
        "Rua das Flores, %d|Av. São João, %d|Praça da Sé, %d - sala 12|Travessa Conceição, %d",
        "São Paulo/SP/01310-%03d/1000|Brasília/DF/70040-%03d/1000|Belém/PA/66010-%03d/1000"
        "|Florianópolis/SC/88010-%03d/1000",
        "+55 11 5550-0%03d",
    ),
    _country(
        "NL",
        "Sanne|Daan|Fenna|Joost|Marijke|Bram|Anouk|Thijs|Noëlle|Zoë",
        "de Vries|van den Berg|Bakker|Jansen|Visser|'t Hart|Smit|Mulder|van Dijk|Bos",
        "devries|vandenberg|bakker|jansen|visser|thart|smit|mulder|vandijk|bos",
        "Keizersgracht %d|Dorpsstraat %d-II|Stationsplein %d|Prins Hendrikkade %d",
        "Amsterdam/NH/10%02d AB/99|Utrecht/UT/35%02d CD/99|'s-Hertogenbosch/NB/52%02d EF/99|Groningen/GR/97%02d GH/99",
        "+31 20 555 0%03d",
    ),
    _country(
        "CZ",
        "Jiří|Tereza|Ondřej|Kateřina|Vojtěch|Zdeňka|Přemysl|Eliška",
        "Novák|Dvořák|Černý|Procházka|Růžička|Němec|Šťastný|Říha",
        "novak|dvorak|cerny|prochazka|ruzicka|nemec|stastny|riha",
        "Dlouhá %d|náměstí Míru %d|Žižkova %d|Pod Věží %d",
        "Praha//110 %02d/99|Brno//602 %02d/99|Plzeň//301 %02d/99|České Budějovice//370 %02d/99",
        "+420 555 000 %03d",
    ),
    _country(
        "TR",
        "Ayşe|Mehmet|Elif|Çağla|İsmail|Gökhan|Şule|Uğur",
        "Yılmaz|Öztürk|Şahin|Çelik|Doğan|Güneş|Işık|Kılıç",
        "yilmaz|ozturk|sahin|celik|dogan|gunes|isik|kilic",
        "Atatürk Cad. No:%d|Çınar Sok. %d/3|Bağdat Caddesi %d|İnönü Bulvarı %d",
        "İstanbul/34/344%02d/99|Ankara/06/065%02d/99|İzmir/35/352%02d/99|Muğla/48/480%02d/99",
        "+90 212 555 0%03d",
    ),
    _country(
        "JP",
        "太郎|花子|健一|美咲|翔太|さくら|ユウキ|直美",
        "佐藤|鈴木|高橋|田中|渡辺|伊藤|山本|中村",
        "sato|suzuki|takahashi|tanaka|watanabe|ito|yamamoto|nakamura",
        "銀座%d丁目|本町%d番地|中央通り%d-2-1|駅前ビル%d階",
        "東京/東京都/100-%04d/9999|大阪市/大阪府/530-%04d/9999|札幌市/北海道/060-%04d/9999|京都市/京都府/600-%04d/9999",
        "+81 3-5550-0%03d",
    ),
    _country(
        "GR",
        "Γιώργος|Μαρία|Ελένη|Νίκος|Αγγελική|Δημήτρης",
        "Παπαδόπουλος|Οικονόμου|Γεωργίου|Νικολάου|Αθανασίου|Καραγιάννης",
        "papadopoulos|oikonomou|georgiou|nikolaou|athanasiou|karagiannis",
        "Οδός Ερμού %d|Λεωφ. Κηφισίας %d|Πανεπιστημίου %d|Αγίου Δημητρίου %d",
        "Αθήνα/Αττική/105 %02d/99|Θεσσαλονίκη//546 %02d/99|Πάτρα//262 %02d/99",
        "+30 21 0555 0%03d",
    ),
    _country(
        "UA",
        "Олена|Андрій|Оксана|Юрій|Наталія|Їван",
        "Шевченко|Коваленко|Бондаренко|Мельник|Лисенко|Щербак",
        "shevchenko|kovalenko|bondarenko|melnyk|lysenko|shcherbak",
        "вул. Хрещатик, %d|просп. Миру, %d|вул. Лесі Українки, %d|пл. Ринок, %d",
        "Київ//01%03d/1000|Львів/Львівська область/79%03d/1000|Одеса/Одеська область/65%03d/1000",
        "+380 44 555 0%03d",
    ),
    _country(
        "EG",
        "محمد|فاطمة|أحمد|ليلى|يوسف|مريم",
        "حسن|إبراهيم|منصور|السيد|عبد الله|خليل",
        "hassan|ibrahim|mansour|elsayed|abdallah|khalil",
        "شارع النيل %d|ميدان التحرير %d|شارع الجامعة %d",
        "القاهرة//11%03d/1000|الإسكندرية//21%03d/1000|الجيزة//12%03d/1000",
        "+20 2 2555 0%03d",
    ),
)

TRADES: tuple[str, ...] = (
    "Mail", "Travel", "Books", "Cycling", "Garden", "Foods", "Media", "Clinic", "Events", "Software", "Music",
    "Optics", "Logistics", "Coffee", "Sports", "Realty", "Energy", "Toys", "Hotels", "Tickets", "News", "Shoes",
    "Legal", "Ceramics",
)  # fmt: skip

COMPANY_PATTERNS: tuple[str, ...] = (
    "{last} {trade}", "{trade} by {first}", "{last} & Co. {trade}", "{city} {trade}", "{last}-{trade} Group",
    "{trade}4you",
)  # fmt: skip

ROLES: tuple[str, ...] = (
    "ops", "news", "shop", "alerts", "billing", "crm", "promo", "web", "no-reply", "support", "team", "dev",
)  # fmt: skip

DOMAINS: tuple[str, ...] = ("example.com", "example.net", "example.org")
TOP_LEVEL_DOMAINS: tuple[str, ...] = ("example", "test")
PACKAGES: tuple[str, ...] = ("free", "bronze", "silver", "gold")

# Values that are allowed and that break careless programs: shells, spreadsheets, markup, layouts, lookups.
ODD_VALUES: tuple[tuple[str, str], ...] = (
    ("address", ""),
    ("last_name", "=1+1"),
    ("address", "[b]markup[/b] [/x]"),
    ("first_name", "Zoë 🦊👩\u200d💻"),
    ("website", "example.com/?a=1&b=<2>&c=\"3\"&d='4'"),
    ("phone", ""),
    ("last_name", 'O\'Neill & "Sons" <Ltd>'),
    ("city", "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"),
    ("first_name", "-rf"),
    ("address", "c/o Mail Room, 4th floor; building \\B\\ | 100% #1"),
    ("state", "@SUM(A1:A9)"),
    ("first_name", "e\u0301lodie"),
    ("zip", "00000"),
    ("last_name", "null"),
    ("website", ""),
    ("first_name", " padded "),
    ("city", "Tab\there"),
)
