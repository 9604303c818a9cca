"""Roadside features of the 36 states and union territories: language, script, plates, liveries, houses, temples.

Number-plate codes: Central Motor Vehicles Rules 1989, rule 50, as amended (OD 2012, TG 2024). Languages:
official-language acts of the states. A state whose own script has no font here (Ol Chiki, Meetei Mayek, Tibetan) uses
the second script of its signs.
"""

from __future__ import annotations

from dataclasses import dataclass

# Body and hood of the auto-rickshaw. Permits set these colours by city; this is the most common one in the state.
AUTO_LIVERIES: dict[str, tuple[str, str, str]] = {
    "green-yellow": ("#2f8f4e", "#f2c51c", "green body under a yellow hood, the gas-driven auto"),
    "black-yellow": ("#23252b", "#f3bf1d", "black body under a yellow hood"),
    "yellow": ("#f2b705", "#f5c935", "yellow all over"),
    "yellow-black": ("#f0b414", "#26272c", "yellow body under a black hood"),
    "black-yellow-door": ("#22242a", "#f3bf1d", "black with a yellow top, as in Kerala"),
    "blue": ("#2e6fb0", "#e8e4d8", "blue shared tempo (Vikram)"),
}


@dataclass(frozen=True)
class Bus:
    """A bus livery: colours of lower body, upper body and stripe, the letters on the side, and the clue's meaning."""

    lower: str
    upper: str
    stripe: str
    letters: str
    operator: str


BUSES: dict[str, Bus] = {
    "DTC": Bus("#2f9a52", "#3aa85e", "#e9e4cf", "DTC", "Delhi Transport Corporation, green"),
    "BEST": Bus("#c5221f", "#d0302b", "#f2e8d0", "BEST", "BEST of Mumbai, red"),
    "MSRTC": Bus("#bf2a22", "#c93a2c", "#f0d9a8", "ST", "Maharashtra's red ST bus, the Lal Pari"),
    "GSRTC": Bus("#e9e6df", "#f1eee8", "#d8571f", "GSRTC", "Gujarat State Road Transport"),
    "RSRTC": Bus("#3f78b5", "#ece8dd", "#e98b2a", "RSRTC", "Rajasthan Roadways, blue and white"),
    "HR": Bus("#3a6fa8", "#f0ece0", "#d9b23a", "HARYANA ROADWAYS", "Haryana Roadways, blue and white"),
    "PB": Bus("#f0ede2", "#f5f2ea", "#2f62a8", "PUNBUS", "Punjab Roadways"),
    "CTU": Bus("#efece4", "#f4f1ea", "#c23a34", "CTU", "Chandigarh Transport Undertaking"),
    "HRTC": Bus("#3c8f5a", "#efe9d6", "#e2c94a", "HRTC", "Himachal's green and cream HRTC"),
    "UTC": Bus("#ece7da", "#f3efe5", "#3f8d54", "UTC", "Uttarakhand Transport Corporation"),
    "UPSRTC": Bus("#e07b2a", "#ee9440", "#f6f0e2", "UPSRTC", "Uttar Pradesh Roadways, saffron"),
    "WBTC": Bus("#2f7fc4", "#f2f1ec", "#2f7fc4", "WBTC", "West Bengal's blue and white bus"),
    "ASTC": Bus("#c63a30", "#f0ece0", "#c63a30", "ASTC", "Assam State Transport"),
    "OSRTC": Bus("#e9e4d8", "#f2efe6", "#2c8c86", "OSRTC", "Odisha State Road Transport"),
    "TNSTC": Bus("#3f8f58", "#efe6c4", "#3f8f58", "TNSTC", "Tamil Nadu's green TNSTC bus"),
    "MTC": Bus("#b8322c", "#c63b33", "#efe3c6", "MTC", "Chennai's red MTC bus"),
    "KSRTC-KL": Bus("#c4302b", "#efb92e", "#f5e7b4", "KSRTC", "Kerala's red and yellow KSRTC"),
    "KSRTC-KA": Bus("#b9312d", "#d6d3cd", "#b9312d", "KSRTC", "Karnataka Sarige, red and silver"),
    "BMTC": Bus("#5b9bd0", "#f1efe8", "#2f6fae", "BMTC", "Bengaluru's blue and white BMTC"),
    "APSRTC": Bus("#3f9a4d", "#f3d64a", "#f3efe0", "APSRTC", "Andhra's green and yellow village bus"),
    "TGSRTC": Bus("#c8372d", "#f2e4c0", "#f2c230", "TGSRTC", "Telangana's red and cream TGSRTC"),
    "KTC": Bus("#f0ece2", "#f5f2ea", "#a62b3a", "KADAMBA", "Kadamba bus of Goa"),
    "JKRTC": Bus("#b5382f", "#efe4c8", "#b5382f", "JKRTC", "Jammu and Kashmir Road Transport"),
    "SNT": Bus("#7d2b36", "#eae3d2", "#d8b74a", "SNT", "Sikkim Nationalised Transport"),
}


@dataclass(frozen=True)
class Region:
    """One state or union territory. `buses` holds keys of `BUSES`; an empty tuple means private buses."""

    language: str
    script: str
    plate: str
    auto: str | None
    buses: tuple[str, ...]
    houses: tuple[str, ...]
    worship: tuple[str, ...]
    second_script: str | None = None


# Scripts as Unicode names them. "Latin" means that signs are in English or the local language in Roman letters.
REGIONS: dict[str, Region] = {
    "Andaman and Nicobar Islands": Region(
        "Hindi", "Devanagari", "AN", "black-yellow", (), ("andaman",), ("church", "dravida"), "Bengali"
    ),
    "Andhra Pradesh": Region(
        "Telugu", "Telugu", "AP", "yellow-black", ("APSRTC",), ("andhra", "thatch"), ("dravida", "church")
    ),
    "Arunachal Pradesh": Region(
        "English", "Latin", "AR", None, (), ("bamboo", "tin"), ("gompa", "church"), "Devanagari"
    ),
    "Assam": Region("Assamese", "Bengali", "AS", "green-yellow", ("ASTC",), ("tin", "bamboo"), ("namghar", "mosque")),
    "Bihar": Region("Hindi", "Devanagari", "BR", "green-yellow", (), ("mithila", "plaster"), ("painted", "mosque")),
    "Chandigarh": Region(
        "English", "Latin", "CH", "green-yellow", ("CTU",), ("modernist", "flats"), ("gurdwara",), "Gurmukhi"
    ),
    "Chhattisgarh": Region("Hindi", "Devanagari", "CG", "black-yellow", (), ("bluewash",), ("nagara",)),
    "Dadra and Nagar Haveli and Daman and Diu": Region(
        "Gujarati", "Gujarati", "DD", "black-yellow", (), ("gujarat", "goa"), ("church", "marble")
    ),
    "Delhi": Region(
        "Hindi",
        "Devanagari",
        "DL",
        "green-yellow",
        ("DTC",),
        ("flats", "brick"),
        ("painted", "mosque", "gurdwara"),
        "Gurmukhi",
    ),
    "Goa": Region(
        "Konkani", "Devanagari", "GA", "yellow-black", ("KTC",), ("goa",), ("goan_church", "goan_church", "kerala")
    ),
    "Gujarat": Region("Gujarati", "Gujarati", "GJ", "green-yellow", ("GSRTC",), ("gujarat", "plaster"), ("marble",)),
    "Haryana": Region("Hindi", "Devanagari", "HR", "green-yellow", ("HR",), ("brick",), ("painted",)),
    "Himachal Pradesh": Region("Hindi", "Devanagari", "HP", None, ("HRTC",), ("himachal",), ("pahari",)),
    "Jammu and Kashmir": Region(
        "Urdu", "Arabic", "JK", "black-yellow", ("JKRTC",), ("kashmir",), ("kashmir_mosque",), "Devanagari"
    ),
    "Jharkhand": Region("Hindi", "Devanagari", "JH", "green-yellow", (), ("sohrai", "plaster"), ("nagara", "church")),
    "Karnataka": Region(
        "Kannada", "Kannada", "KA", "green-yellow", ("KSRTC-KA",), ("mangalore", "deccan"), ("dravida",)
    ),
    "Kerala": Region(
        "Malayalam", "Malayalam", "KL", "black-yellow-door", ("KSRTC-KL",), ("kerala",), ("kerala", "church", "mosque")
    ),
    "Ladakh": Region("Ladakhi", "Devanagari", "LA", None, (), ("ladakh",), ("gompa",)),
    "Lakshadweep": Region("Malayalam", "Malayalam", "LD", "black-yellow-door", (), ("island",), ("mosque",)),
    "Madhya Pradesh": Region("Hindi", "Devanagari", "MP", "black-yellow", (), ("mud", "plaster"), ("nagara",)),
    "Maharashtra": Region(
        "Marathi", "Devanagari", "MH", "black-yellow", ("MSRTC",), ("wada", "deccan"), ("maratha", "nagara")
    ),
    "Manipur": Region("Meitei", "Bengali", "MN", "black-yellow", (), ("tin", "bamboo"), ("church", "namghar")),
    "Meghalaya": Region("English", "Latin", "ML", None, (), ("khasi",), ("church",)),
    "Mizoram": Region("Mizo", "Latin", "MZ", None, (), ("stilt", "tin"), ("church",)),
    "Nagaland": Region("English", "Latin", "NL", "yellow-black", (), ("morung", "tin"), ("church",)),
    "Odisha": Region("Odia", "Oriya", "OD", "black-yellow", ("OSRTC",), ("thatch", "plaster"), ("kalinga",)),
    "Puducherry": Region("Tamil", "Tamil", "PY", "yellow", (), ("french", "tamil"), ("dravida", "church")),
    "Punjab": Region("Punjabi", "Gurmukhi", "PB", "green-yellow", ("PB",), ("punjab", "brick"), ("gurdwara",)),
    "Rajasthan": Region("Hindi", "Devanagari", "RJ", "black-yellow", ("RSRTC",), ("haveli", "desert"), ("marble",)),
    "Sikkim": Region("Nepali", "Devanagari", "SK", None, ("SNT",), ("sikkim",), ("gompa",)),
    "Tamil Nadu": Region(
        "Tamil", "Tamil", "TN", "yellow", ("TNSTC",), ("tamil", "thatch"), ("dravida", "dravida", "church")
    ),
    "Telangana": Region(
        "Telugu", "Telugu", "TG", "yellow-black", ("TGSRTC",), ("deccan", "flats"), ("dravida", "mosque"), "Arabic"
    ),
    "Tripura": Region("Bengali", "Bengali", "TR", "green-yellow", (), ("tin", "bengal"), ("bengal",)),
    "Uttar Pradesh": Region(
        "Hindi", "Devanagari", "UP", "green-yellow", ("UPSRTC",), ("plaster", "brick"), ("painted", "mosque"), "Arabic"
    ),
    "Uttarakhand": Region("Hindi", "Devanagari", "UK", "blue", ("UTC",), ("kumaon",), ("pahari",)),
    "West Bengal": Region(
        "Bengali", "Bengali", "WB", "green-yellow", ("WBTC",), ("bengal", "plaster"), ("bengal", "mosque")
    ),
}

# Districts whose signs are not in their state's language.
DISTRICT_LANGUAGES: dict[str, tuple[str, str]] = {
    "Darjeeling": ("Nepali", "Devanagari"),
    "Kalimpong": ("Nepali", "Devanagari"),
    "Cachar": ("Bengali", "Bengali"),
    "Hailakandi": ("Bengali", "Bengali"),
    "Sribhumi": ("Bengali", "Bengali"),
}
MAHE_EAST, YANAM_WEST = 77.0, 81.0  # degrees of longitude beyond which lie Puducherry's enclaves outside Tamil Nadu


def language_and_script(state: str, district: str, longitude: float) -> tuple[str, str]:
    """The language of the signs and the Unicode name of its script."""
    if state == "Puducherry" and longitude < MAHE_EAST:
        return "Malayalam", "Malayalam"
    if state == "Puducherry" and longitude > YANAM_WEST:
        return "Telugu", "Telugu"
    region = REGIONS[state]
    return DISTRICT_LANGUAGES.get(district, (region.language, region.script))
