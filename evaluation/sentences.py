"""Grades in words: for officials with figures, for the entity itself in plain words."""

from decimal import Decimal

import numpy as np
from django.utils.translation import gettext as _, ngettext

from credit_platform.ui import formats
from evaluation.columns import Ints
from evaluation.explanation import Adjustment, Explained, Listed, Reason, as_points
from evaluation.kernel import Skipped
from evaluation.schemes.document import AnyComponent, Parts, RecordsComponent, Rule, SchemeDocument


def why_not_counted(why: Skipped) -> str:
    """The reason why a record does not count."""
    return {
        Skipped.REPAIRED: _("Ended by repair"),
        Skipped.EXPIRED: _("Its period of publicity is over"),
        Skipped.WITHDRAWN: _("Withdrawn by the body that submitted it"),
        Skipped.REPLACED: _("Replaced by a correction"),
        Skipped.NOT_YET: _("Decided on a later day"),
        Skipped.OTHER_FAMILY: _("Market credit information: another family, not weighed here"),
        Skipped.NOT_CONSIDERED: _("Not a kind of record that this scheme looks at"),
        Skipped.OBJECTED: _("Under objection: left out until it is answered"),
    }[why]


def name_of(reason: Reason) -> str:
    """What a reader may know a record by: its title, or only what kind of indicator it fell under."""
    if reason.record:
        return reason.record.heading
    return _("A record under “%(indicator)s”") % {"indicator": reason.indicator.name}


def name_of_adjustment(adjustment: Adjustment) -> str:
    """A line of the sum that is no record."""
    if adjustment.indicator is None:
        return _("Bounds of the scheme")
    if adjustment.is_whole and getattr(adjustment.indicator, "running", None):
        return _("Beginning and time of “%(indicator)s”") % {"indicator": adjustment.indicator.name}
    if adjustment.is_whole:
        return str(adjustment.indicator.name)
    return _("Limit of “%(indicator)s”") % {"indicator": adjustment.indicator.name}


def article_of(part: Reason | Adjustment, document: SchemeDocument) -> str:
    """The article of the scheme that a line of the sum stands on; the bounds of the whole stand with the scale."""
    return part.indicator.article if part.indicator else document.scale_article


def say(explained: Explained) -> str:
    """The grade in a sentence or two, for officials."""
    if not explained.grade:
        return not_rated(explained)
    if explained.held_by:
        return _("Held at %(grade)s by “%(record)s”; the points alone would give %(other)s.") % {
            "grade": explained.grade,
            "record": name_of(explained.held_by[0]),
            "other": explained.grade_by_points,
        }
    return joined(_ruled(explained), _against(explained), _in_favour(explained))


def say_to_entity(explained: Explained) -> str:
    """The same in plain words, for the entity itself."""
    if not explained.grade:
        return not_rated(explained)
    place = _("You are rated %(grade)s, place %(place)s of %(count)s: %(meaning)s.") % {
        "grade": explained.grade,
        "place": explained.place + 1,
        "count": len(explained.scale),
        "meaning": explained.scheme.document.scale[explained.place].meaning,
    }
    return joined(place, say(explained))


def not_rated(explained: Explained) -> str:
    """Why there is no grade. Too little data is neither good nor bad."""
    needed = explained.scheme.document.enough.records
    if 0 < explained.counted < needed:
        return ngettext(
            "Not rated: only one record counts, and the scheme asks for %(needed)s. That is neither good nor bad.",
            "Not rated: only %(count)s records count, and the scheme asks for %(needed)s. That is neither good nor"
            " bad.",
            explained.counted,
        ) % {"count": explained.counted, "needed": needed}
    if explained.counted:
        return _("Not rated: something that the scheme needs is not known. That is neither good nor bad.")
    return _("Not rated: the registry holds no record that counts. That is neither a good nor a bad grade.")


def joined(*sentences: str) -> str:
    """Sentences one after the other; Chinese ones without a space between."""
    return ("" if formats.chinese() else " ").join(filter(None, sentences))


def _ruled(explained: Explained) -> str:
    """That a rule gave another grade than the points alone would, for no record's sake."""
    if not explained.rules or explained.grade == explained.grade_by_points:
        return ""
    rules = formats.listed(str(one.name) for one in explained.rules)
    if not explained.grade_by_points:
        return _("Given by rule: %(rules)s.") % {"rules": rules}
    return _("By rule: %(rules)s; the points alone would give %(other)s.") % {
        "rules": rules,
        "other": explained.grade_by_points,
    }


def rule_line(rule: Rule) -> dict:
    """A rule that acted for no record's sake, for the component `reasons`."""
    article = _("article %(article)s of the scheme") % {"article": rule.article}
    return {"points": Decimal(0), "text": str(rule.name), "url": "", "sub": article, "note": ""}


def _against(explained: Explained) -> str:
    reasons = explained.reasons
    heavy = reasons.some(reasons.points < 0)
    if not heavy:
        return _("Nothing weighs against it.")
    return ngettext(
        "One record weighs against it (%(points)s): “%(heaviest)s”.",
        "%(count)s records weigh against it (%(points)s), most of all “%(heaviest)s”.",
        _records(heavy),
    ) % {
        "count": _records(heavy),
        "points": formats.points(_sum(reasons.points[reasons.points < 0])),
        "heaviest": name_of(heavy[0]),
    }


def _in_favour(explained: Explained) -> str:
    reasons = explained.reasons
    light = reasons.some(reasons.points > 0)
    if not light:
        return ""
    return ngettext(
        "One record speaks for it (%(points)s).",
        "%(count)s records speak for it (%(points)s).",
        _records(light),
    ) % {"count": _records(light), "points": formats.points(_sum(reasons.points[reasons.points > 0]))}


def _records(reasons: Listed[Reason]) -> int:
    """How many different records these are; one may fall under several components."""
    return len(np.unique(reasons.keys))


def _sum(hundredths: Ints) -> Decimal:
    return as_points(int(hundredths.sum()))


def sub_line(reason: Reason, *, with_basis: bool = True) -> str:
    """What stands under a reason: the law, the scheme's article, and what age or a later record makes of it."""
    has_basis = with_basis and reason.record and reason.record.legal_basis
    parts = [reason.record.legal_basis] if has_basis else []
    parts.append(
        _("%(indicator)s, article %(article)s of the scheme")
        % {"indicator": reason.indicator.name, "article": reason.indicator.article}
    )
    if reason.superseded:
        parts.append(_in_whose_place(reason.indicator))
    elif how := _how_it_counts(reason.indicator):
        parts.append(how)
    if reason.is_weighted:
        repeats = isinstance(reason.indicator, RecordsComponent) and reason.indicator.repeat
        parts.append(
            (
                _("%(full)s, weighing %(weight)s by age and repetition")
                if repeats
                else _("%(full)s, weighing %(weight)s at its age")
            )
            % {
                "full": formats.points(reason.full),
                "weight": formats.percent(reason.numerator / reason.denominator, 0),
            }
        )
    if reason.ceiling:
        parts.append(_("no better grade than %(grade)s while it counts") % {"grade": reason.ceiling})
    if reason.direct:
        parts.append(_("gives %(grade)s directly") % {"grade": reason.direct})
    if reason.record and reason.record.objected:
        parts.append(_("under objection, counts until that is answered"))
    return " · ".join(parts)


def _in_whose_place(one: AnyComponent | Rule) -> str:
    """Which record speaks where one does not."""
    if isinstance(one, Parts):
        return _("counts within its part")
    if not isinstance(one, RecordsComponent):
        return _("a later one speaks in its place")
    if one.running is not None and one.running.since:
        return _("counts in the step of its period, if that has ended")
    by_size = one.highest or one.lowest or one.take in {"largest", "smallest", "earliest"}
    return _("others speak in its place") if by_size else _("a later one speaks in its place")


def _how_it_counts(one: AnyComponent | Rule) -> str:
    """How a record counts that gives no points of its own, or whose points depend on those before it."""
    if isinstance(one, Parts):
        return _("the points of its part, for which it stands as the last record")
    if not isinstance(one, RecordsComponent):
        return ""
    return {
        "mean": _("one of those whose mean is taken"),
        "median": _("one of those of which the middle is taken"),
        "quantile": _("one of those of which a quantile is taken"),
        "streak": _("looked at for what comes in a row"),
        "running": _("moves the balance in its turn"),
    }.get(one.take, "")
