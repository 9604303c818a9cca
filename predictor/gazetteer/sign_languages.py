"""The language and script of signs in each state and union territory. Facts: official-language acts of the states."""

from __future__ import annotations

# Scripts as Unicode names them. "Latin" means that signs are in English or the local language in Roman letters.
SIGN_LANGUAGES: dict[str, tuple[str, str]] = {
    "Andaman and Nicobar Islands": ("Hindi", "Devanagari"),
    "Andhra Pradesh": ("Telugu", "Telugu"),
    "Arunachal Pradesh": ("English", "Latin"),
    "Assam": ("Assamese", "Bengali"),
    "Bihar": ("Hindi", "Devanagari"),
    "Chandigarh": ("English", "Latin"),
    "Chhattisgarh": ("Hindi", "Devanagari"),
    "Dadra and Nagar Haveli and Daman and Diu": ("Gujarati", "Gujarati"),
    "Delhi": ("Hindi", "Devanagari"),
    "Goa": ("Konkani", "Devanagari"),
    "Gujarat": ("Gujarati", "Gujarati"),
    "Haryana": ("Hindi", "Devanagari"),
    "Himachal Pradesh": ("Hindi", "Devanagari"),
    "Jammu and Kashmir": ("Urdu", "Arabic"),
    "Jharkhand": ("Hindi", "Devanagari"),
    "Karnataka": ("Kannada", "Kannada"),
    "Kerala": ("Malayalam", "Malayalam"),
    "Ladakh": ("Ladakhi", "Devanagari"),
    "Lakshadweep": ("Malayalam", "Malayalam"),
    "Madhya Pradesh": ("Hindi", "Devanagari"),
    "Maharashtra": ("Marathi", "Devanagari"),
    "Manipur": ("Meitei", "Bengali"),
    "Meghalaya": ("English", "Latin"),
    "Mizoram": ("Mizo", "Latin"),
    "Nagaland": ("English", "Latin"),
    "Odisha": ("Odia", "Oriya"),
    "Puducherry": ("Tamil", "Tamil"),
    "Punjab": ("Punjabi", "Gurmukhi"),
    "Rajasthan": ("Hindi", "Devanagari"),
    "Sikkim": ("Nepali", "Devanagari"),
    "Tamil Nadu": ("Tamil", "Tamil"),
    "Telangana": ("Telugu", "Telugu"),
    "Tripura": ("Bengali", "Bengali"),
    "Uttar Pradesh": ("Hindi", "Devanagari"),
    "Uttarakhand": ("Hindi", "Devanagari"),
    "West Bengal": ("Bengali", "Bengali"),
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

# How common a script is on signs of states whose own signs are in another one: 1 would be as common as their own.
# Estimated by hand from who lives there, and from signs of the railways, banks and posts, which have Hindi everywhere.
OTHER_SCRIPTS: dict[str, dict[str, float]] = {
    "Arabic": {
        "Bihar": 0.05, "Delhi": 0.1, "Karnataka": 0.02, "Ladakh": 0.1, "Maharashtra": 0.02, "Telangana": 0.15,
        "Uttar Pradesh": 0.08, "West Bengal": 0.02,
    },
    "Bengali": {
        "Andaman and Nicobar Islands": 0.1, "Arunachal Pradesh": 0.02, "Jharkhand": 0.05, "Meghalaya": 0.03,
        "Nagaland": 0.01,
    },
    "Devanagari": {
        "Andhra Pradesh": 0.02, "Arunachal Pradesh": 0.2, "Assam": 0.08, "Chandigarh": 0.4,
        "Dadra and Nagar Haveli and Daman and Diu": 0.3, "Gujarat": 0.12, "Jammu and Kashmir": 0.25, "Karnataka": 0.04,
        "Kerala": 0.02, "Manipur": 0.03, "Meghalaya": 0.05, "Mizoram": 0.02, "Nagaland": 0.03, "Odisha": 0.05,
        "Punjab": 0.12, "Tamil Nadu": 0.01, "Telangana": 0.04, "Tripura": 0.03, "West Bengal": 0.08,
    },
    "Gujarati": {"Maharashtra": 0.02, "Rajasthan": 0.01},
    "Gurmukhi": {
        "Chandigarh": 0.4, "Delhi": 0.08, "Haryana": 0.05, "Himachal Pradesh": 0.02, "Jammu and Kashmir": 0.02,
        "Rajasthan": 0.01,
    },
    "Kannada": {"Goa": 0.02, "Kerala": 0.02, "Maharashtra": 0.02, "Tamil Nadu": 0.01, "Telangana": 0.01},
    "Malayalam": {"Karnataka": 0.02, "Puducherry": 0.05, "Tamil Nadu": 0.02},
    "Oriya": {"Andhra Pradesh": 0.01, "Chhattisgarh": 0.02, "Jharkhand": 0.02},
    "Tamil": {"Andaman and Nicobar Islands": 0.08, "Andhra Pradesh": 0.02, "Karnataka": 0.03, "Kerala": 0.04},
    "Telugu": {"Karnataka": 0.03, "Odisha": 0.02, "Puducherry": 0.04, "Tamil Nadu": 0.02},
}  # fmt: skip


def language_and_script(state: str, district: str, longitude: float) -> tuple[str, str]:
    """The language of the signs and the Unicode name of its script."""
    if state == "Puducherry" and longitude < MAHE_EAST:
        return "Malayalam", "Malayalam"
    if state == "Puducherry" and longitude > YANAM_WEST:
        return "Telugu", "Telugu"
    return DISTRICT_LANGUAGES.get(district, SIGN_LANGUAGES[state])


def states_of_script(script: str) -> dict[str, float]:
    """How common the script is on signs in each state that has it; empty for Latin letters, which are everywhere."""
    if script == "Latin":
        return {}
    own = {state: 1.0 for state, (_, own_script) in SIGN_LANGUAGES.items() if own_script == script}
    return OTHER_SCRIPTS.get(script, {}) | own
