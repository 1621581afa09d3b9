"""Block components: a tag with a body and named slots, drawn by the template of the same name.

    {% card title=_("Records") %}
      {% slot tools %}…{% endslot %}
      …the body…
    {% endcard %}

The tag's Python function turns its arguments into the template's variables; the body arrives as
`body`, each slot under its own name. A wrong argument or slot is an error when the page is drawn.
"""

from collections.abc import Callable
from functools import wraps
from inspect import getfullargspec

from django.template import Library, Node, Template, TemplateSyntaxError
from django.template.library import parse_bits
from django.utils.safestring import SafeString

SLOTS = "_ui_slots"


def _trimmed(drawn: str) -> str:
    """What a node list drew is safe already; `strip` alone would forget that, and an empty slot must be empty."""
    return SafeString(drawn.strip())


class ComponentNode(Node):
    """Draws a block component."""

    def __init__(self, func, takes_context, slots, args, kwargs, nodelist):
        self.func, self.takes_context, self.slots = func, takes_context, slots
        self.args, self.kwargs, self.nodelist = args, kwargs, nodelist
        self._template: Template | None = None

    def render(self, context) -> str:
        filled: dict[str, str] = {}
        with context.push(**{SLOTS: filled}):
            body = _trimmed(self.nodelist.render(context))
        unknown = filled.keys() - set(self.slots)
        if unknown:
            raise TemplateSyntaxError(f"{self.func.__name__} has no slot {', '.join(sorted(unknown))}.")
        args = [argument.resolve(context) for argument in self.args]
        kwargs = {name: value.resolve(context) for name, value in self.kwargs.items()}
        variables = self.func(context, *args, **kwargs) if self.takes_context else self.func(*args, **kwargs)
        inner = context.new(dict.fromkeys(self.slots, "") | variables | filled | {"body": body})
        inner["csrf_token"] = context.get("csrf_token")
        if self._template is None:
            self._template = context.template.engine.get_template(f"components/{self.func.__name__}.html")
        return self._template.render(inner)


class SlotNode(Node):
    """Hands a part of the body to the component around it."""

    def __init__(self, name, nodelist):
        self.name, self.nodelist = name, nodelist

    def render(self, context) -> str:
        if SLOTS not in context:
            raise TemplateSyntaxError(f"The slot {self.name} stands outside of a component.")
        context[SLOTS][self.name] = _trimmed(self.nodelist.render(context))
        return ""


def block_component(
    register: Library, *, slots: tuple[str, ...] = (), takes_context: bool = False
) -> Callable:
    """Register a function as `{% name … %}…{% endname %}`, drawn by `components/name.html`."""

    def decorate(func):
        spec = getfullargspec(func)

        @wraps(func)
        def compile_func(parser, token):
            name, *bits = token.split_contents()
            args, kwargs = parse_bits(
                parser=parser,
                bits=bits,
                params=spec.args,
                varargs=spec.varargs,
                varkw=spec.varkw,
                defaults=spec.defaults,
                kwonly=spec.kwonlyargs,
                kwonly_defaults=spec.kwonlydefaults,
                takes_context=takes_context,  # type: ignore[call-arg]  # The stubs do not know this argument.
                name=name,
            )
            nodelist = parser.parse((f"end{name}",))
            parser.delete_first_token()
            return ComponentNode(func, takes_context, slots, args, kwargs, nodelist)

        register.tag(func.__name__, compile_func)
        return func

    return decorate


def parse_slot(parser, token) -> SlotNode:
    """`{% slot name %}…{% endslot %}`"""
    bits = token.split_contents()
    if len(bits) != 2:
        raise TemplateSyntaxError("A slot has one name: {% slot actions %}.")
    nodelist = parser.parse(("endslot",))
    parser.delete_first_token()
    return SlotNode(bits[1], nodelist)
