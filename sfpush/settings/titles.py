"""Title templates (E4): which variables they may use, and the check when settings load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfpush.settings.keys import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import nodes

VARIABLES = (
    "arrow", "direction", "subject", "title", "type", "status", "outcome", "duration", "date",
    "user.name", "user.email",
    "contact.name", "contact.first_name", "contact.last_name", "contact.title", "contact.email",
    "account.name", "deal.name",
)  # fmt: skip
"""Every name that a title template may use; planning gives each of them a value, empty where there is none."""

DEFAULT_TITLES = {
    "email": "[Apollo] [Email] [{{ arrow }}] {{ subject }}",
    "task": "[Apollo] {{ title }}",
    "call": "[Apollo] [Call] {{ contact.name }}: {{ outcome }}",
    "meeting": "{{ title }}",
}


def check_title(template: str) -> str:
    """The template itself; raises ValueError for one that Jinja can't read or that uses an unknown variable (E4)."""
    if "{" not in template or template in DEFAULT_TITLES.values():  # the usual case does not pay for jinja2
        return template
    from jinja2 import TemplateSyntaxError, meta, nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment()
    environment.globals.clear()  # range, namespace and so on are not variables of a title
    try:
        tree = environment.parse(template)
        free = meta.find_undeclared_variables(tree)
    except TemplateSyntaxError as error:
        raise ValueError(
            f"The template can't be read: {error.message} Variables stand in double braces, as in {{{{ title }}}}."
        ) from None
    except RecursionError:
        raise ValueError("The template is nested too deeply. Write a simpler one.") from None
    if any(tree.find(kind) for kind in (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        raise ValueError("A title can't take in other templates. Write it out.")
    unknown = sorted(set(_used(tree, free)).difference(VARIABLES))
    if unknown:
        names = ", ".join(shown(name) for name in unknown)
        raise ValueError(f"The template uses {names}, which no activity has. Known are: {', '.join(VARIABLES)}.")
    return template


def _used(tree: nodes.Template, free: set[str]) -> Iterator[str]:
    """The variables that a template asks for, with what it asks of them: `contact.name`, not `contact`."""
    from jinja2 import nodes

    asked: set[int] = set()
    for attribute in tree.find_all(nodes.Getattr):
        owner = attribute.node
        if isinstance(owner, nodes.Name):
            asked.add(id(owner))
            if owner.name in free:
                yield f"{owner.name}.{attribute.attr}"
        else:
            yield f"….{attribute.attr}"
    for name in tree.find_all(nodes.Name):
        if name.name == "self" or (name.name in free and id(name) not in asked):
            yield name.name
