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


def language_and_script(state: str, district: str, longitude: float) -> tuple[str, str]:
    """The language of the signs and the Unicode name of its script."""
    if state == "Puducherry" and longitude < MAHE_EAST:
        return "Malayalam", "Malayalam"
    if state == "Puducherry" and longitude > YANAM_WEST:
        return "Telugu", "Telugu"
    return DISTRICT_LANGUAGES.get(district, SIGN_LANGUAGES[state])
