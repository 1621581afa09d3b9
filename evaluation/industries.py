"""The sections of GB/T 4754-2017, the first letter of an industry code."""

from django.utils.translation import gettext_lazy as _, pgettext_lazy

SECTIONS = {
    "A": _("Agriculture, forestry, animal husbandry and fishery"),
    "B": _("Mining"),
    "C": _("Manufacturing"),
    "D": _("Electricity, heat, gas and water"),
    "E": _("Construction"),
    "F": _("Wholesale and retail trade"),
    "G": _("Transport, storage and post"),
    "H": _("Accommodation and catering"),
    "I": _("Information transmission, software and IT services"),
    "J": _("Finance"),
    "K": _("Real estate"),
    "L": _("Leasing and business services"),
    "M": _("Scientific research and technical services"),
    "N": _("Water, environment and public facilities"),
    "O": _("Residents' services, repairs and others"),
    "P": _("Education"),
    "Q": _("Health and social work"),
    "R": _("Culture, sports and entertainment"),
    "S": _("Public administration, social security and organisations"),
    "T": _("International organisations"),
}

#: One word each, for the head of a narrow column.
SHORT = {
    "A": pgettext_lazy("section of industry", "Farming"),
    "B": pgettext_lazy("section of industry", "Mining"),
    "C": pgettext_lazy("section of industry", "Making"),
    "D": pgettext_lazy("section of industry", "Energy"),
    "E": pgettext_lazy("section of industry", "Building"),
    "F": pgettext_lazy("section of industry", "Trade"),
    "G": pgettext_lazy("section of industry", "Transport"),
    "H": pgettext_lazy("section of industry", "Catering"),
    "I": pgettext_lazy("section of industry", "IT"),
    "J": pgettext_lazy("section of industry", "Finance"),
    "K": pgettext_lazy("section of industry", "Property"),
    "L": pgettext_lazy("section of industry", "Business"),
    "M": pgettext_lazy("section of industry", "Research"),
    "N": pgettext_lazy("section of industry", "Environment"),
    "O": pgettext_lazy("section of industry", "Services"),
    "P": pgettext_lazy("section of industry", "Education"),
    "Q": pgettext_lazy("section of industry", "Health"),
    "R": pgettext_lazy("section of industry", "Culture"),
    "S": pgettext_lazy("section of industry", "Public"),
    "T": pgettext_lazy("section of industry", "International"),
}
