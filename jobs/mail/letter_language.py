"""The part of Jinja that letters may use, and its translation into code that only fills in plain text.

A letter is checked before it is compiled: fields of the table, `if`, `for` over the articles, a few filters. Nothing
in that language can loop without end, call anything or grow without bound, so that no letter needs a time limit.
What passes is compiled with the clinic's own values already in place; a patient's values are flat text variables.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import CodeType

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from jobs.clinic.faults import Fault, did_you_mean
from jobs.mail.fields import ARTICLE_FIELDS, FIELDS
from jobs.mail.letter_marks import TAG

FILTERS = ("capitalize", "default", "length", "lower", "title", "trim", "upper")
SHELL_FIELDS = (
    "letter.subject",
    "letter.preheader",
    "letter.body",
    "letter.stop_url",
    "letter.language",
    "letter.direction",
)

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
)
_LOOP = ("first", "last", "index", "length")
_NEVER = ("diagnosis", "complaint", "condition", "code", "treatment", "activity", "service", "referral")


@lru_cache(maxsize=2)
def environment(html: bool) -> SandboxedEnvironment:
    """The bounded Jinja of letters: strict names, no globals, values escaped in HTML."""
    bounded = SandboxedEnvironment(autoescape=html, undefined=StrictUndefined, keep_trailing_newline=True)
    bounded.globals.clear()
    bounded.filters = {name: bounded.filters[name] for name in FILTERS}
    bounded.tests = {"defined": bounded.tests["defined"], "in": bounded.tests["in"]}
    return bounded


def check(text: str, file: str, first_line: int, allowed: Iterable[str] = (), loops: bool = True) -> list[Fault]:
    """Faults of every tag of a text that starts on `first_line` of its file."""
    fields = tuple(allowed) or tuple(field.name for field in FIELDS)
    try:
        tree = environment(False).parse("\n" * (first_line - 1) + text)
    except TemplateSyntaxError as trouble:
        return [_syntax_fault(text, file, first_line, trouble.lineno, fields)]
    except (RecursionError, ValueError, OverflowError):  # ten thousand brackets, or a number of a thousand digits
        return [Fault(file, 0, "A tag of the letter is far too complicated.", "Use one field in each pair of braces.")]
    reader = _Translator(fields, {}, file)
    try:
        reader.visit(tree)
    except RecursionError:
        return [Fault(file, 0, "A tag of the letter is far too complicated.", "Use one field in each pair of braces.")]
    return list(dict.fromkeys(reader.faults))


def _syntax_fault(text: str, file: str, first_line: int, line: int, fields: tuple[str, ...]) -> Fault:
    lines = text.split("\n")
    place = lines[min(max(line - first_line, 0), len(lines) - 1)]
    tag = next((found for found in TAG.findall(place) if not _can_be_read(found)), place)[:60].strip()
    inside = tag[2:].partition("}")[0].partition("%")[0].strip()
    remedy = did_you_mean("_".join(inside.lower().split()), fields) or "templates/README.md lists all fields."
    if tag.startswith("{%") and re.search(r"[^=!<>]=[^=]", tag):
        remedy = "Write two equals signs to compare: {% if clinic.phone == '555-0100' %}."
    return Fault(file, line, f'"{tag}" cannot be understood.', remedy)


def _can_be_read(tag: str) -> bool:
    """Whether a tag can be read by itself, an instruction with what belongs to it."""
    word = (tag[2:].strip("-+ ").split() or [""])[0]
    whole = {"if": tag + "{% endif %}", "for": tag + "{% endfor %}", "elif": "{% if 1 %}" + tag + "{% endif %}"}
    try:
        environment(False).parse(tag if tag.startswith("{{") else whole.get(word, ""))
    except (TemplateSyntaxError, RecursionError, ValueError, OverflowError):
        return False
    return True


def translate(source: str, name: str, html: bool, constants: Mapping[str, str], allowed: Iterable[str]) -> CodeType:
    """The code of a checked template: `constants` are written into it, all other fields become flat variables."""
    bounded = environment(html)
    reader = _Translator(tuple(allowed), constants, name)
    tree = reader.visit(bounded.parse(source))
    if reader.faults:
        raise ValueError(str(reader.faults[0]))
    code = bounded.compile(tree, name, name)
    assert isinstance(code, CodeType)
    return code


def wake(code: CodeType, html: bool) -> Template:
    """The template of compiled code."""
    bounded = environment(html)
    return Template.from_code(bounded, code, bounded.globals)


class _Translator(NodeTransformer):
    """Walks a parsed template: notes what letters may not use, and turns fields into constants or flat variables."""

    def __init__(self, fields: tuple[str, ...], constants: Mapping[str, str], file: str) -> None:
        self.fields, self.constants, self.file = fields, constants, file
        self.loops: list[str] = []
        self.faults: list[Fault] = []

    def _fault(self, node: nodes.Node, what: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, node.lineno, what, remedy))

    def generic_visit(self, node: nodes.Node, *args: object, **kwargs: object) -> nodes.Node:
        if not isinstance(node, _ALLOWED):
            kind = type(node).__name__.lower()
            remedy = "A letter fills in fields and uses {% if %}; {{ articles }} brings the articles."
            self._fault(node, f"The letter calculates or calls something ({kind}), which letters cannot do.", remedy)
            return node
        return super().generic_visit(node, *args, **kwargs)

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        root = node.node
        if not isinstance(root, nodes.Name):
            return self.generic_visit(node)
        if root.name in self.loops:
            return self._article_field(node, root)
        if root.name == "loop" and self.loops and node.attr in _LOOP:
            return node
        return self._field(node, f"{root.name}.{node.attr}")

    def _article_field(self, node: nodes.Getattr, article: nodes.Name) -> nodes.Node:
        if node.attr not in ARTICLE_FIELDS:
            remedy = did_you_mean(node.attr, ARTICLE_FIELDS) or f"An article has {', '.join(ARTICLE_FIELDS)}."
            self._fault(node, f'An article has no "{node.attr}".', remedy)
            return node
        place = nodes.Const(ARTICLE_FIELDS.index(node.attr), lineno=node.lineno)
        return nodes.Getitem(article, place, "load", lineno=node.lineno)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        return node if node.name in self.loops else self._field(node, node.name)

    def _field(self, node: nodes.Node, name: str) -> nodes.Node:
        if name not in self.fields:
            self._fault(node, *unknown_field(name, self.fields))
            return node
        if name in self.constants:
            return nodes.Const(self.constants[name], lineno=node.lineno)
        return nodes.Name(name.replace(".", "_"), "load", lineno=node.lineno)

    def visit_For(self, node: nodes.For) -> nodes.Node:
        over = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        if over != "articles" or "articles" not in self.fields or not isinstance(node.target, nodes.Name) or self.loops:
            self._fault(node, "{% for %} goes over something else than the articles.",
                        "Write {{ articles }} on its own line; it needs no {% for %}.")  # fmt: skip
            return node
        if node.recursive or node.test:
            self._fault(node, "{% for %} has a condition.", "Write only: {% for article in articles %}.")
            return node
        self.loops.append(node.target.name)
        node.body = [self.visit(child) for child in node.body]
        self.loops.pop()
        node.else_ = [self.visit(child) for child in node.else_]
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        plain = all(isinstance(value, nodes.Const) for value in node.args)
        if node.name not in FILTERS or not plain or node.kwargs or node.node is None:
            remedy = did_you_mean(node.name, FILTERS) or f"Letters know {', '.join(FILTERS)}."
            self._fault(node, f'"| {node.name}" is not known in letters.', remedy)
            return node
        node.node = self.visit(node.node)
        return node

    def visit_Test(self, node: nodes.Test) -> nodes.Node:
        if node.name != "defined" or node.args:
            self._fault(node, f'"is {node.name}" is not known in letters.', "Write only {% if patient.first_name %}.")
            return node
        node.node = self.visit(node.node)
        return node


def unknown_field(name: str, fields: Iterable[str]) -> tuple[str, str]:
    """What is wrong with a field that does not exist, and the remedy."""
    known = [field for field in fields if field != "letter.body"]
    last = name.rpartition(".")[2].lower()
    if last in _NEVER or any(last.startswith(word) for word in _NEVER):
        remedy = "Delete it: letters say nothing about a patient's health. {{ articles }} brings the reading that fits."
        return f"{{{{ {name} }}}} is no field, and never will be.", remedy
    near = did_you_mean(name.lower(), known)
    if not near:
        ends = {field.rpartition(".")[2]: field for field in known}
        hit = did_you_mean(last, ends)
        near = f'Did you mean "{ends[hit[14:-2]]}"?' if hit else "All fields are listed in templates/README.md."
    return f"{{{{ {name} }}}} is no field.", near
