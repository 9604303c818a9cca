"""Spelling of state and district names: title case, and the current official spelling where the source differs."""

from __future__ import annotations

import re

_SMALL_WORDS = {"and", "of"}

_STATES = {"DADRA & NAGAR HAVELI & DAMAN & DIU": "Dadra and Nagar Haveli and Daman and Diu"}

# (state, source name) -> spelling in use. Sources: Local Government Directory, state government sites.
_DISTRICTS = {
    ("Andhra Pradesh", "Y.S.R."): "YSR Kadapa",
    ("Andhra Pradesh", "NTR"): "NTR",
    ("Andhra Pradesh", "DR. B.R. AMBEDKAR KONASEEMA"): "Dr. B.R. Ambedkar Konaseema",
    ("Arunachal Pradesh", "PAPUMPARE"): "Papum Pare",
    ("Arunachal Pradesh", "PAKKE KESSANG"): "Pakke-Kessang",
    ("Assam", "DARANG"): "Darrang",
    ("Assam", "KAMRUP METRO"): "Kamrup Metropolitan",
    ("Assam", "KAMRUP RURAL"): "Kamrup",
    ("Assam", "MARIGAON"): "Morigaon",
    ("Assam", "SIBSAGAR"): "Sivasagar",
    ("Assam", "SOUTH SALMARA"): "South Salmara-Mankachar",
    ("Assam", "WEST KARBI ANAGLONG"): "West Karbi Anglong",
    ("Bihar", "KAIMUR (BHABUA)"): "Kaimur",
    ("Chhattisgarh", "JANJGIR - CHAMPA"): "Janjgir-Champa",
    ("Chhattisgarh", "KAWARDHA (KABIRDHAM)"): "Kabirdham",
    ("Delhi", "CENTRAL"): "Central Delhi",
    ("Delhi", "EAST"): "East Delhi",
    ("Delhi", "NORTH"): "North Delhi",
    ("Delhi", "NORTH EAST"): "North East Delhi",
    ("Delhi", "NORTH WEST"): "North West Delhi",
    ("Delhi", "SOUTH"): "South Delhi",
    ("Delhi", "SOUTH EAST"): "South East Delhi",
    ("Delhi", "SOUTH WEST"): "South West Delhi",
    ("Delhi", "WEST"): "West Delhi",
    ("Gujarat", "AHMADABAD"): "Ahmedabad",
    ("Gujarat", "ARVALLI"): "Aravalli",
    ("Gujarat", "BANAS KANTHA"): "Banaskantha",
    ("Gujarat", "CHHOTAUDEPUR"): "Chhota Udaipur",
    ("Gujarat", "DANGS"): "Dang",
    ("Gujarat", "MAHESANA"): "Mehsana",
    ("Gujarat", "PANCH MAHALS"): "Panchmahal",
    ("Gujarat", "SABAR KANTHA"): "Sabarkantha",
    ("Himachal Pradesh", "LAHUL & SPITI"): "Lahaul and Spiti",
    ("Jammu and Kashmir", "BADGAM"): "Budgam",
    ("Jammu and Kashmir", "BANDIPURA"): "Bandipora",
    ("Jammu and Kashmir", "BARAMULA"): "Baramulla",
    ("Jammu and Kashmir", "PUNCH"): "Poonch",
    ("Jammu and Kashmir", "RAJAURI"): "Rajouri",
    ("Jammu and Kashmir", "RIASI"): "Reasi",
    ("Jammu and Kashmir", "SHUPIYAN"): "Shopian",
    ("Jharkhand", "SARAIKELA-KHARSAWAN"): "Seraikela-Kharsawan",
    ("Karnataka", "BENGALURU (RURAL)"): "Bengaluru Rural",
    ("Karnataka", "BENGALURU (URBAN)"): "Bengaluru Urban",
    ("Karnataka", "CHAMARAJANAGARA"): "Chamarajanagar",
    ("Karnataka", "CHIKKABALLAPURA"): "Chikkaballapur",
    ("Karnataka", "KOLARA"): "Kolar",
    ("Mizoram", "SAIHA"): "Siaha",
    ("Odisha", "ANUGUL"): "Angul",
    ("Odisha", "JAJAPUR"): "Jajpur",
    ("Odisha", "KEONJHAR (KENDUJHAR)"): "Keonjhar",
    ("Odisha", "NABARANGAPUR"): "Nabarangpur",
    ("Odisha", "NUAPARHA"): "Nuapada",
    ("Punjab", "FIROZPUR"): "Ferozepur",
    ("Punjab", "MALER KOTLA"): "Malerkotla",
    ("Punjab", "SAS NAGAR (SAHIBZADA AJIT SINGH NAGAR)"): "Sahibzada Ajit Singh Nagar",
    ("Punjab", "SHAHID BHAGAT SINGH NAGAR"): "Shaheed Bhagat Singh Nagar",
    ("Rajasthan", "CHITTAURGARH"): "Chittorgarh",
    ("Rajasthan", "DHAULPUR"): "Dholpur",
    ("Rajasthan", "GANGANAGAR"): "Sri Ganganagar",
    ("Rajasthan", "JALOR"): "Jalore",
    ("Rajasthan", "JHUNJHUNUN"): "Jhunjhunu",
    ("Tamil Nadu", "TIRUVALLUR"): "Thiruvallur",
    ("Telangana", "KUMURAM BHEEM"): "Kumuram Bheem Asifabad",
    ("Tripura", "GOMTI"): "Gomati",
    ("Tripura", "SEPAHIJALA"): "Sipahijala",
    ("Uttar Pradesh", "BARA BANKI"): "Barabanki",
    ("Uttar Pradesh", "KHERI"): "Lakhimpur Kheri",
    ("Uttar Pradesh", "MAHRAJGANJ"): "Maharajganj",
    ("West Bengal", "ALIPUR DUAR"): "Alipurduar",
    ("West Bengal", "DARJILING"): "Darjeeling",
    ("West Bengal", "HAORA"): "Howrah",
    ("West Bengal", "HUGLI"): "Hooghly",
    ("West Bengal", "KOCH BIHAR"): "Cooch Behar",
    ("West Bengal", "MALDAH"): "Malda",
    ("West Bengal", "NORTH TWENTY-FOUR PARGANAS"): "North 24 Parganas",
    ("West Bengal", "PASCHIM BARDDHAMAN"): "Paschim Bardhaman",
    ("West Bengal", "PURBA BARDDHAMAN"): "Purba Bardhaman",
    ("West Bengal", "PURULIYA"): "Purulia",
    ("West Bengal", "SOUTH 24PARGANAS"): "South 24 Parganas",
}


def state_name(source: str) -> str:
    """The state's name in title case, from the source's capitals."""
    return _STATES.get(source, in_title_case(source))


def district_name(state: str, source: str) -> str:
    """The district's name in the official spelling; ``state`` is what `state_name` returns."""
    plain = source.replace("_x000D_", "").strip()
    return _DISTRICTS.get((state, plain), in_title_case(plain))


def in_title_case(name: str) -> str:
    """The name in title case: "NORTH AND MIDDLE ANDAMAN" becomes "North and Middle Andaman"."""
    words = re.sub(r"[^\s-]+", lambda match: match[0].capitalize(), name.replace("&", "and")).split()
    return " ".join(word.lower() if word.lower() in _SMALL_WORDS else word for word in words)
