"""What a screen reader is told of a page: Chromium's own tree of accessibility, held to a few rules.

axe looks at elements one by one; the rules here are about what a reader hears in order: where the parts of the page
are, which headings lead through it, where a link goes that is heard alone, and in which language a passage is.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

CONTROLS = {
    "button", "checkbox", "combobox", "link", "listbox", "menuitem", "radio", "searchbox", "slider", "spinbutton",
    "switch", "tab", "textbox",
}  # fmt: skip
#: What is announced when it changes.
LIVE = {"status", "alert", "log"}
#: Landmarks of which a page has one.
ONCE = ("banner", "main", "contentinfo")
#: Words that say nothing of where a link goes.
NOWHERE = {
    "here",
    "more",
    "click here",
    "read more",
    "link",
    "open",
    "点击",
    "点击这里",
    "这里",
    "更多",
    "详情",
}
HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
#: Text of the page in Chinese signs whose nearest `lang` says English. What is typed in a field is the reader's own.
MISREAD = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (!/[\\u4e00-\\u9fff]{2,}/.test(text) || !element || element.closest('script, style, [aria-hidden=true], option, textarea')) continue;
    if (!element.closest('[lang]').lang.startsWith('zh')) found.push(text.slice(0, 60));
  }
  return found;
}"""

Node = dict[str, Any]


def tree_of(page: Page) -> list[Node]:
    """The nodes of the page that a screen reader is told of, in order."""
    nodes = _nodes_of(page)
    return list(_in_order(nodes[0], {node["nodeId"]: node for node in nodes}))


def _nodes_of(page: Page) -> list[Node]:
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return nodes


def _in_order(node: Node, by_id: dict[str, Node]) -> Iterator[Node]:
    """The node and what is within it, as far as it is told."""
    if not node.get("ignored"):
        yield node
    for key in node.get("childIds", ()):
        if key in by_id:
            yield from _in_order(by_id[key], by_id)


Live = dict[int, tuple[str, str]]


def live_words(page: Page) -> Live:
    """What each live region says now, with its role, by the element that it is."""
    nodes = _nodes_of(page)
    by_id = {node["nodeId"]: node for node in nodes}
    return {
        node["backendDOMNodeId"]: (role(node), _words_within(node, by_id))
        for node in nodes
        if role(node) in LIVE or _value(node, "live") in {"polite", "assertive"}
    }


def announced(before: Live, after: Live) -> list[str]:
    """What is heard: words that came to a region that was there already, and every alert that came."""
    return [
        words
        for key, (kind, words) in after.items()
        if words and (key in before or kind == "alert") and before.get(key) != (kind, words)
    ]


def focused(page: Page) -> tuple[str, str]:
    """Role and name of what the reader stands on; ("", "") on nothing but the page."""
    held = [node for node in tree_of(page) if _value(node, "focused") and role(node) != "RootWebArea"]
    return (role(held[-1]), name(held[-1])) if held else ("", "")


def _words_within(node: Node, by_id: dict[str, Node]) -> str:
    texts = (name(one) for one in _in_order(node, by_id) if role(one) == "StaticText")
    return " ".join(text for text in texts if text)


def complaints(page: Page) -> list[str]:
    """What a listener would stumble over, as sentences; empty where there is nothing."""
    nodes = tree_of(page)
    said = [*_landmarks(nodes), *_headings(nodes), *_names(nodes), *_tables(nodes), *_links(nodes)]
    if page.locator("html").get_attribute("lang") == "en":
        said += [f"Chinese read as English: {text}" for text in page.evaluate(MISREAD)]
    return said


def role(node: Node) -> str:
    return node.get("role", {}).get("value", "")


def name(node: Node) -> str:
    return " ".join(str(node.get("name", {}).get("value", "")).split())


def _value(node: Node, of: str) -> Any:
    return next((one["value"].get("value") for one in node.get("properties", ()) if one["name"] == of), None)


def _landmarks(nodes: list[Node]) -> Iterator[str]:
    for landmark in ONCE:
        if (count := sum(role(node) == landmark for node in nodes)) != 1:
            yield f"{count} × {landmark}"
    navigations = [name(node) for node in nodes if role(node) == "navigation"]
    if "" in navigations or len(set(navigations)) < len(navigations):
        yield f"navigations that one cannot tell apart: {navigations}"


def _headings(nodes: list[Node]) -> Iterator[str]:
    levels = [(_value(node, "level"), name(node)) for node in nodes if role(node) == "heading"]
    if (count := sum(level == 1 for level, _said in levels)) != 1:
        yield f"{count} headings of the first level"
    for (before, _said), (level, said) in pairwise(levels):
        if level > before + 1:
            yield f"heading of level {level} after one of level {before}: {said}"
    yield from (f"heading of level {level} without a word" for level, said in levels if not said)


def _names(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if role(node) in CONTROLS and not name(node):
            yield f"{role(node)} without a name"


def _tables(nodes: list[Node]) -> Iterator[str]:
    by_id = {node["nodeId"]: node for node in nodes}
    for node in nodes:
        if role(node) == "table":
            if not name(node):
                yield "table without a name"
            if not _headers_within(node, by_id):
                yield f"table without headers: {name(node)}"


def _headers_within(node: Node, by_id: dict[str, Node]) -> bool:
    children = [by_id[key] for key in node.get("childIds", ()) if key in by_id]
    return any(role(one) in {"columnheader", "rowheader"} or _headers_within(one, by_id) for one in children)


def _links(nodes: list[Node]) -> Iterator[str]:
    goes: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        if role(node) == "link" and (url := _value(node, "url")):
            goes[name(node)].add(str(url).partition("#")[0])
    yield from (f"“{said}” leads to {len(urls)} places" for said, urls in goes.items() if len(urls) > 1)
    yield from (f"“{said}” does not say where it leads" for said in goes if said.lower() in NOWHERE)
