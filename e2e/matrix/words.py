"""Long names and long texts, as people have them."""

LONG_STEP = (
    "Przygotować z doradczynią zawodową życiorys i list motywacyjny do trzech pracodawców z Gdyni, którzy zatrudniają osoby"
    " ze znacznym stopniem niepełnosprawności, a potem przećwiczyć rozmowę kwalifikacyjną w obecności tłumaczki języka migowego"
)
LONG_GOAL = (
    "Znaleźć pracę na pół etatu w bibliotece, w archiwum albo w niezadeszczonym pięćdziesięciokilometrowym otoczeniu Gdyni"
)
LONG_FIRST, LONG_LAST = "Wawrzyniec-Konstanty Maksymilian", "Brzęczyszczykiewicz-Nieszczególski"
UKRAINIAN_FIRST, UKRAINIAN_LAST = "Володимир-Станіслав Костянтинович", "Нечуй-Левицький-Переяславський"
LONG_PLACE = (
    "Centrum Aktywizacji Społeczno-Zawodowej i Rehabilitacji Osób z Niepełnosprawnościami imienia świętego Maksymiliana Kolbego"
)
LONG_STREET = "ul. Dziewięćdziesięciolecia Elektryfikacji Pomorza 128/14, wejście od podwórza, 81-001 Gdynia-Wielki Kack"
LONG_NOTE = (
    "Proszę przyjść dziesięć minut wcześniej, bo przy wejściu trzeba się przedstawić. Proszę zabrać orzeczenie, dowód osobisty"
    " i numer telefonu osoby, która towarzyszy."
)
