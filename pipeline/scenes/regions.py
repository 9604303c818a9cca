"""Roadside features of the 36 states and union territories: plates, liveries, houses, temples.

Number-plate codes: Central Motor Vehicles Rules 1989, rule 50, as amended (OD 2012, TG 2024).
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

    plate: str
    auto: str | None
    buses: tuple[str, ...]
    houses: tuple[str, ...]
    worship: tuple[str, ...]


REGIONS: dict[str, Region] = {
    "Andaman and Nicobar Islands": Region("AN", "black-yellow", (), ("andaman",), ("church", "dravida")),
    "Andhra Pradesh": Region("AP", "yellow-black", ("APSRTC",), ("andhra", "thatch"), ("dravida", "church")),
    "Arunachal Pradesh": Region("AR", None, (), ("bamboo", "tin"), ("gompa", "church")),
    "Assam": Region("AS", "green-yellow", ("ASTC",), ("tin", "bamboo"), ("namghar", "mosque")),
    "Bihar": Region("BR", "green-yellow", (), ("mithila", "plaster"), ("painted", "mosque")),
    "Chandigarh": Region("CH", "green-yellow", ("CTU",), ("modernist", "flats"), ("gurdwara",)),
    "Chhattisgarh": Region("CG", "black-yellow", (), ("bluewash",), ("nagara",)),
    "Dadra and Nagar Haveli and Daman and Diu": Region(
        "DD", "black-yellow", (), ("gujarat", "goa"), ("church", "marble")
    ),
    "Delhi": Region("DL", "green-yellow", ("DTC",), ("flats", "brick"), ("painted", "mosque", "gurdwara")),
    "Goa": Region("GA", "yellow-black", ("KTC",), ("goa",), ("goan_church", "goan_church", "kerala")),
    "Gujarat": Region("GJ", "green-yellow", ("GSRTC",), ("gujarat", "plaster"), ("marble",)),
    "Haryana": Region("HR", "green-yellow", ("HR",), ("brick",), ("painted",)),
    "Himachal Pradesh": Region("HP", None, ("HRTC",), ("himachal",), ("pahari",)),
    "Jammu and Kashmir": Region("JK", "black-yellow", ("JKRTC",), ("kashmir",), ("kashmir_mosque",)),
    "Jharkhand": Region("JH", "green-yellow", (), ("sohrai", "plaster"), ("nagara", "church")),
    "Karnataka": Region("KA", "green-yellow", ("KSRTC-KA",), ("mangalore", "deccan"), ("dravida",)),
    "Kerala": Region("KL", "black-yellow-door", ("KSRTC-KL",), ("kerala",), ("kerala", "church", "mosque")),
    "Ladakh": Region("LA", None, (), ("ladakh",), ("gompa",)),
    "Lakshadweep": Region("LD", "black-yellow-door", (), ("island",), ("mosque",)),
    "Madhya Pradesh": Region("MP", "black-yellow", (), ("mud", "plaster"), ("nagara",)),
    "Maharashtra": Region("MH", "black-yellow", ("MSRTC",), ("wada", "deccan"), ("maratha", "nagara")),
    "Manipur": Region("MN", "black-yellow", (), ("tin", "bamboo"), ("church", "namghar")),
    "Meghalaya": Region("ML", None, (), ("khasi",), ("church",)),
    "Mizoram": Region("MZ", None, (), ("stilt", "tin"), ("church",)),
    "Nagaland": Region("NL", "yellow-black", (), ("morung", "tin"), ("church",)),
    "Odisha": Region("OD", "black-yellow", ("OSRTC",), ("thatch", "plaster"), ("kalinga",)),
    "Puducherry": Region("PY", "yellow", (), ("french", "tamil"), ("dravida", "church")),
    "Punjab": Region("PB", "green-yellow", ("PB",), ("punjab", "brick"), ("gurdwara",)),
    "Rajasthan": Region("RJ", "black-yellow", ("RSRTC",), ("haveli", "desert"), ("marble",)),
    "Sikkim": Region("SK", None, ("SNT",), ("sikkim",), ("gompa",)),
    "Tamil Nadu": Region("TN", "yellow", ("TNSTC",), ("tamil", "thatch"), ("dravida", "dravida", "church")),
    "Telangana": Region("TG", "yellow-black", ("TGSRTC",), ("deccan", "flats"), ("dravida", "mosque")),
    "Tripura": Region("TR", "green-yellow", (), ("tin", "bengal"), ("bengal",)),
    "Uttar Pradesh": Region("UP", "green-yellow", ("UPSRTC",), ("plaster", "brick"), ("painted", "mosque")),
    "Uttarakhand": Region("UK", "blue", ("UTC",), ("kumaon",), ("pahari",)),
    "West Bengal": Region("WB", "green-yellow", ("WBTC",), ("bengal", "plaster"), ("bengal", "mosque")),
}
