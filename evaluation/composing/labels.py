"""What the words of the scheme language are called for people: in the form, in lists of problems, of parameters."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

from credit_platform.common.bilingual import in_readers_language
from entities.models import SeverityClass
from evaluation.composing.parameters import Path
from evaluation.methods import BETWEEN, CLUSTERED, DIMENSION_TAKES, MODES, PEER_TAKES, SPREADS, TITLES
from evaluation.wording import UNITS, Wording

LABELS = {
    "absolute": gettext_lazy("Without its sign"),
    "add": gettext_lazy("Sum of"),
    "after": gettext_lazy("After"),
    "age": gettext_lazy("Weight by age"),
    "ago": gettext_lazy("So many periods before"),
    "alike": gettext_lazy("These words are the same"),
    "all": gettext_lazy("All of these hold"),
    "alone": gettext_lazy("Where there is no peer"),
    "also": gettext_lazy("Carried beside it"),
    "among": gettext_lazy("Peers by"),
    "any": gettext_lazy("One of these holds"),
    "article": gettext_lazy("Article"),
    "at_least": gettext_lazy("At least"),
    "at_most": gettext_lazy("At most"),
    "at_next": gettext_lazy("Only where it comes again at the very next"),
    "back": gettext_lazy("So many periods back"),
    "bands": gettext_lazy("Age bands"),
    "basis": gettext_lazy("Legal basis"),
    "becomes": gettext_lazy("Becomes"),
    "before": gettext_lazy("Before"),
    "below": gettext_lazy("Younger than"),
    "better_by": gettext_lazy("Grades better"),
    "between": gettext_lazy("Between two of them"),
    "by": gettext_lazy("By"),
    "by_recency": gettext_lazy("Weights from the last one back"),
    "by_size": gettext_lazy("Weights from the largest down"),
    "case": gettext_lazy("Cases"),
    "ceiling": gettext_lazy("Never above"),
    "chance": gettext_lazy("Chance"),
    "classes": gettext_lazy("Classes"),
    "clustered": gettext_lazy("How groups are found"),
    "code": gettext_lazy("Code"),
    "components": gettext_lazy("Components"),
    "considered": gettext_lazy("What is looked at"),
    "count": gettext_lazy("Number of records"),
    "dated": gettext_lazy("Which day says the order"),
    "divide": gettext_lazy("Quotient of"),
    "each": gettext_lazy("Points of a record"),
    "earlier": gettext_lazy("Earlier value of"),
    "elapsed": gettext_lazy("Time between"),
    "en": gettext_lazy("English"),
    "enough": gettext_lazy("How many it takes"),
    "entity": gettext_lazy("Fact of the entity"),
    "equals": gettext_lazy("Equals"),
    "event": gettext_lazy("Of the event"),
    "every": gettext_lazy("Without a gap"),
    "expected": gettext_lazy("Number expected"),
    "exponent": gettext_lazy("Exponent"),
    "fact": gettext_lazy("Fact of the entity"),
    "factors": gettext_lazy("Factors of the first, second …"),
    "family": gettext_lazy("Family"),
    "field": gettext_lazy("Field"),
    "figures": gettext_lazy("Where its figures come from"),
    "final": gettext_lazy("No other rule acts after it"),
    "first_known": gettext_lazy("First that is known"),
    "floor": gettext_lazy("Never below"),
    "formula": gettext_lazy("Formula"),
    "found_by": gettext_lazy("Looks at those found by its own"),
    "from": gettext_lazy("From so many points"),
    "function": gettext_lazy("Function"),
    "gives": gettext_lazy("Gives"),
    "grade": gettext_lazy("Grade"),
    "graded": gettext_lazy("Grade so far"),
    "groups": gettext_lazy("Events"),
    "half_life": gettext_lazy("Half-life"),
    "half_of_last": gettext_lazy("Half the chance of exactly so many"),
    "highest": gettext_lazy("Only so many with most points"),
    "how_many": gettext_lazy("How many of these hold"),
    "if_unknown": gettext_lazy("Where it is not known"),
    "into": gettext_lazy("Into so many groups"),
    "is": gettext_lazy("Is one of"),
    "known": gettext_lazy("Is known"),
    "known_from": gettext_lazy("Known from"),
    "known_to": gettext_lazy("Known to"),
    "largest": gettext_lazy("Largest of"),
    "largest_first": gettext_lazy("The largest first"),
    "last": gettext_lazy("Only so many, the last ones"),
    "latest": gettext_lazy("Only the last record"),
    "less_than": gettext_lazy("Less than"),
    "level": gettext_lazy("Chance that is given"),
    "letter": gettext_lazy("Letter"),
    "line": gettext_lazy("Straight lines"),
    "lot": gettext_lazy("Things in the lot"),
    "looks_back": gettext_lazy("Looks back at its own grades"),
    "lowest": gettext_lazy("Only so many of the smallest numbers"),
    "marked": gettext_lazy("Of these marked"),
    "market_types": gettext_lazy("Market credit information"),
    "meaning": gettext_lazy("Meaning"),
    "mode": gettext_lazy("Way of rounding"),
    "more_than": gettext_lazy("More than"),
    "moved_by": gettext_lazy("Grades worse, by a number"),
    "multiply": gettext_lazy("Product of"),
    "name": gettext_lazy("Name"),
    "not": gettext_lazy("This does not hold"),
    "objected": gettext_lazy("Records under objection"),
    "of": gettext_lazy("Of"),
    "off": gettext_lazy("Days off from Monday to Friday"),
    "of_known": gettext_lazy("Only of what is known"),
    "only_by_rule": gettext_lazy("Given by rules only"),
    "optional": gettext_lazy("The whole goes on without it"),
    "or_since": gettext_lazy("Or since"),
    "order": gettext_lazy("Order"),
    "otherwise": gettext_lazy("Otherwise"),
    "over": gettext_lazy("Over so long"),
    "part": gettext_lazy("Word of the part"),
    "penalty_kinds": gettext_lazy("Kinds of penalty"),
    "per": gettext_lazy("Counted by"),
    "period": gettext_lazy("Period of the calendar"),
    "place": gettext_lazy("Which place"),
    "places": gettext_lazy("Decimal places"),
    "points": gettext_lazy("Points"),
    "power": gettext_lazy("Power of"),
    "purpose": gettext_lazy("Purpose"),
    "quantile": gettext_lazy("Quantile"),
    "ranked": gettext_lazy("Numbers in order"),
    "record": gettext_lazy("The record is"),
    "ranked_by": gettext_lazy("Largest and smallest by"),
    "records": gettext_lazy("Records"),
    "recent": gettext_lazy("What is recent"),
    "repeat": gettext_lazy("Repetition"),
    "returns": gettext_lazy("Comes back"),
    "rolling": gettext_lazy("Together with those before"),
    "round": gettext_lazy("Rounded"),
    "rounding": gettext_lazy("Rounded to"),
    "rules": gettext_lazy("Rules"),
    "running": gettext_lazy("A balance"),
    "same": gettext_lazy("Of the same"),
    "scale": gettext_lazy("Grades"),
    "scale_article": gettext_lazy("Article of the grades"),
    "seen_by": gettext_lazy("Who sees the result"),
    "since": gettext_lazy("Counted since"),
    "since_last": gettext_lazy("Time since the last"),
    "skip_unknown": gettext_lazy("Leave out what is not known"),
    "smallest": gettext_lazy("Smallest of"),
    "spread": gettext_lazy("Standard deviation"),
    "start": gettext_lazy("Where counting starts"),
    "steps": gettext_lazy("By steps of"),
    "steps_from_earlier": gettext_lazy("At most so many grades away from the one before"),
    "streak": gettext_lazy("In a row"),
    "struck": gettext_lazy("Struck, and counted anew"),
    "subtract": gettext_lazy("Difference of"),
    "sum": gettext_lazy("Sum of"),
    "table": gettext_lazy("Table"),
    "take": gettext_lazy("What is taken"),
    "test": gettext_lazy("Compared is"),
    "then": gettext_lazy("Then"),
    "through": gettext_lazy("Through the points"),
    "ties": gettext_lazy("Equals share"),
    "to": gettext_lazy("To steps of"),
    "total_rounding": gettext_lazy("Total rounded to"),
    "types": gettext_lazy("Record types"),
    "unit": gettext_lazy("Unit"),
    "unknown": gettext_lazy("Not known"),
    "unrated": gettext_lazy("Not rated"),
    "up_to": gettext_lazy("Up to"),
    "up_to_now": gettext_lazy("One more step on the day of the rating"),
    "value": gettext_lazy("Component"),
    "values": gettext_lazy("Values of fields"),
    "was_graded": gettext_lazy("Earlier grade"),
    "weighed_by": gettext_lazy("Weight of each"),
    "weight": gettext_lazy("Weight"),
    "when": pgettext_lazy("of a rule", "When"),
    "where": gettext_lazy("Further conditions"),
    "who": gettext_lazy("Only entities of which this holds"),
    "whole": gettext_lazy("Only where there are so many"),
    "within": gettext_lazy("Within"),
    "words": gettext_lazy("What things are called"),
    "worked": gettext_lazy("Days of weekends that are worked"),
    "working_days": gettext_lazy("Working days"),
    "worse_by": gettext_lazy("Grades worse"),
    "zh": gettext_lazy("Chinese"),
}


#: What the words of a closed choice are called, by the field that asks for one.
CHOICES: dict[str, Mapping[str, Any]] = {
    "mode": MODES,
    "unit": {**UNITS, "records": lambda: _("records or events")},
    "period": UNITS,
    "take": {
        **{name: lambda title=title: _(title) for name, title in TITLES.items()},
        "sum": lambda: capfirst(DIMENSION_TAKES["sum"]()),
    },
    "take-of-peers": PEER_TAKES,
    "objected": {"counted": lambda: _("count"), "left-out": lambda: _("are left out")},
    "every": {"year": lambda: _("calendar year"), "month": lambda: _("calendar month")},
    "ties": {
        "lowest": lambda: _("the lowest rank"),
        "highest": lambda: _("the highest rank"),
        "middle": lambda: _("the middle rank"),
    },
    "order": {
        "rising": lambda: _("the smallest first"),
        "falling": lambda: _("the largest first"),
    },
    "between": BETWEEN,
    "spread": SPREADS,
    "clustered": CLUSTERED,
    "chance": {
        "binomial": lambda: _("trials of the same chance each"),
        "poisson": lambda: _("a number is expected"),
        "hypergeometric": lambda: _("drawn from a lot without putting back"),
    },
    "function": {
        "square-root": lambda: _("square root"),
        "natural-logarithm": lambda: _("natural logarithm"),
        "common-logarithm": lambda: _("common logarithm"),
        "exponential": lambda: _("exponential"),
        "normal": lambda: _("part of the standard normal distribution below it"),
        "normal-quantile": lambda: _("quantile of the standard normal distribution"),
    },
}


def choice_in_words(field: str, word: str, choices: Collection[str] = ()) -> str:
    """What a word of a closed choice is called; a word that is a formula, or is not known, as it is."""
    if field == "take" and "percentile" in choices:
        field = "take-of-peers"
    if field in {"classes", "class"}:
        return str(SeverityClass(word).label) if word in SeverityClass.values else word
    said = CHOICES.get(field, {}).get(word)
    return said() if said else word


def label_of(step: str) -> str:
    """What a word of the language is called; a word that is none as it is."""
    return str(LABELS.get(step, step))


def item_in_words(list_name: str, item: Any, number: int) -> str:
    """What one of a list is called: a component or rule by article and name, a grade by its letter."""
    if isinstance(item, Mapping):
        name = item.get("name")
        if isinstance(name, Mapping) and name.get("zh") and name.get("en"):
            return f"{item.get('article', '')} {in_readers_language(name['zh'], name['en'])}".strip()
        if list_name == "scale" and item.get("letter"):
            return _("Grade %(letter)s") % {"letter": item["letter"]}
    return _("No. %(number)s") % {"number": number + 1}


def place_in_words(content: Any, path: Path, say: Wording | None = None) -> str:
    """A place in a document: 4.1 Administrative penalties › Points of a record › general.

    With a wording, the words of a table by class or field are called as people call them.
    """
    said: list[str] = []
    above: str = ""
    by = ""
    for step in path:
        known = content[step] if _is_there(content, step) else None
        if isinstance(step, int):
            item = item_in_words(above, known, step)
            said[-1:] = [item] if above in {"components", "rules", "scale"} else [*said[-1:], item]
        elif above == "gives" and by:
            said.append(say.value(by, step) if say else step or _("any other"))
        else:
            said.append(label_of(step))
            above = step
        if isinstance(known, Mapping) and isinstance(known.get("by"), str):
            by = known["by"]
        content = known
    return " › ".join(said) or _("The whole")


def _is_there(content: Any, step: str | int) -> bool:
    if isinstance(content, Mapping):
        return step in content
    return isinstance(content, list) and isinstance(step, int) and step < len(content)
