"""India's seasons by month, as in most of the country."""

SEASONS = ("winter", "summer", "monsoon", "autumn")
MONTH_SEASON = dict(
    zip(range(1, 13), ("winter",) * 2 + ("summer",) * 3 + ("monsoon",) * 4 + ("autumn",) * 2 + ("winter",), strict=True)
)
