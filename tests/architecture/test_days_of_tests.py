"""No test keeps the day on which it was collected: a run that goes over midnight would hold it against another day."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ASKING = {"localdate", "localtime", "now", "today", "utcnow"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module is read: all but what functions hold, whose defaults and decorators run."""
    for child in ast.iter_child_nodes(node):
        yield child
        if isinstance(child, FUNCTIONS):
            outside = [*getattr(child, "decorator_list", ()), *child.args.defaults, *child.args.kw_defaults]
            for part in filter(None, outside):
                yield part
                yield from at_import(part)
        else:
            yield from at_import(child)


def asks_for_the_day(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING


def asked_at_import(text: str) -> list[int]:
    """The lines on which a module asks for day or moment as it is read, by itself or by a function of its own."""
    module = ast.parse(text)
    asking = {
        one.name
        for one in module.body
        if isinstance(one, ast.FunctionDef) and any(asks_for_the_day(part) for part in ast.walk(one))
    }
    return [
        node.lineno
        for node in at_import(module)
        if isinstance(node, ast.Call)
        and (asks_for_the_day(node) or (isinstance(node.func, ast.Name) and node.func.id in asking))
    ]


def test_what_asks_at_import_is_found():
    text = """
TODAY = timezone.localdate()
LATER = timezone.localdate
@pytest.mark.parametrize("day", [date.today(), lambda: date.today()])
def ago(days, now=timezone.now()):
    return timezone.localdate() - timedelta(days=days)
YESTERDAY = ago(1)
class Factory:
    made_on = timezone.localdate()
    sent_at = factory.LazyFunction(lambda: timezone.now())
"""
    assert sorted(asked_at_import(text)) == [2, 4, 5, 7, 9]


def test_every_test_asks_for_the_day_when_it_runs():
    found = {
        f"{path.relative_to(TESTS)}:{line}"
        for path in TESTS.rglob("*.py")
        for line in asked_at_import(path.read_text(encoding="utf-8"))
    }
    assert found == set()
