"""The places that the demo speaks of. Pure."""

CITY = "610300000000"
COUNTIES = {
    "610302": "渭滨区", "610303": "金台区", "610304": "陈仓区", "610305": "凤翔区",
    "610323": "岐山县", "610324": "扶风县", "610326": "眉县", "610327": "陇县",
    "610328": "千阳县", "610329": "麟游县", "610330": "凤县", "610331": "太白县",
}  # fmt: skip
SHOWN_COUNTY = "610302"
"""The county whose staff stand on the sign-in page."""
SHOWN_TOWN = "610302101000"
SHOWN_VILLAGE = "610302101200"
"""石坝河村, which has a covenant of its own."""
SHOWN_ORGANISATION = "shigu"
