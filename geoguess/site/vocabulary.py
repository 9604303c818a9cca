"""Words that come from data or from the other apps, marked for translation: states, clues, what ships with the site.

They are stored in English and translated where they are shown.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

STATES = (
    gettext_noop("Andaman and Nicobar Islands"),
    gettext_noop("Andhra Pradesh"),
    gettext_noop("Arunachal Pradesh"),
    gettext_noop("Assam"),
    gettext_noop("Bihar"),
    gettext_noop("Chandigarh"),
    gettext_noop("Chhattisgarh"),
    gettext_noop("Dadra and Nagar Haveli and Daman and Diu"),
    gettext_noop("Delhi"),
    gettext_noop("Goa"),
    gettext_noop("Gujarat"),
    gettext_noop("Haryana"),
    gettext_noop("Himachal Pradesh"),
    gettext_noop("Jammu and Kashmir"),
    gettext_noop("Jharkhand"),
    gettext_noop("Karnataka"),
    gettext_noop("Kerala"),
    gettext_noop("Ladakh"),
    gettext_noop("Lakshadweep"),
    gettext_noop("Madhya Pradesh"),
    gettext_noop("Maharashtra"),
    gettext_noop("Manipur"),
    gettext_noop("Meghalaya"),
    gettext_noop("Mizoram"),
    gettext_noop("Nagaland"),
    gettext_noop("Odisha"),
    gettext_noop("Puducherry"),
    gettext_noop("Punjab"),
    gettext_noop("Rajasthan"),
    gettext_noop("Sikkim"),
    gettext_noop("Tamil Nadu"),
    gettext_noop("Telangana"),
    gettext_noop("Tripura"),
    gettext_noop("Uttar Pradesh"),
    gettext_noop("Uttarakhand"),
    gettext_noop("West Bengal"),
)
SCRIPTS = (
    gettext_noop("Arabic"),
    gettext_noop("Bengali"),
    gettext_noop("Devanagari"),
    gettext_noop("Gujarati"),
    gettext_noop("Gurmukhi"),
    gettext_noop("Kannada"),
    gettext_noop("Latin"),
    gettext_noop("Malayalam"),
    gettext_noop("Oriya"),
    gettext_noop("Tamil"),
    gettext_noop("Telugu"),
)
LABELS = (
    gettext_noop("high mountains"),
    gettext_noop("hills"),
    gettext_noop("lowland"),
    gettext_noop("mountains"),
    gettext_noop("plain"),
    gettext_noop("upland"),
    gettext_noop("autumn"),
    gettext_noop("monsoon"),
    gettext_noop("summer"),
    gettext_noop("winter"),
    gettext_noop("coast"),
    gettext_noop("desert"),
    gettext_noop("forest"),
    gettext_noop("mountain"),
    gettext_noop("rural"),
    gettext_noop("urban"),
)
SHIPPED = (
    gettext_noop("Illustrated India"),
    gettext_noop("Scenes drawn by this project, not photographs: what they show follows from their place."),
    gettext_noop("Starter, trained on drawn scenes"),
    gettext_noop("Trained on: %(collection)s, %(day)s"),
)
