"""Every column of every model is declared: asked with each `manage.py check`, so that a gap stops the build."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.checks import Error, register
from django.db import models

from jini.lib import personal_data
from jini.lib.personal_data import Table

_HOW = """

{gaps}

Every column says what it holds, why and for how long. Open {app}/personal_data.py:
- A column of a table that stands there: add its name to the line of its kind, for instance
      Kind.IDENTITY: "name phone email"        what says who somebody is
      Kind.CALLS / CONTENT / LEAD / EMPLOYEE   a log of calls; a note or recording; facts of a lead; of people at work
      Kind.SECRET                              a password, a key, the digest of one (export=(), why_not="…")
      Kind.SETTING: "position"                 a choice of the organisation, a figure
      Kind.TECHNICAL: "id organisation lead"   keys, states, times: about nobody by themselves
  What holds for one column alone goes into but={{"column": {{"erase": Erase.BLANK}}}}.
- A new model: add a Table (copy the one that is most like it) with what it is in words for people, whose it is,
  purpose, basis, keep= (a rule of jini/lib/retention.py), who sees it, export=, erase=, and
  about={{Whose.LEAD: "call__lead", Whose.USER: "telecaller__user"}}: the way from a row to the person.
- A column or model that is gone: take its name out.
The words go into Hindi like all others."""
_APPS = {"teams", "privacy", "leads", "dialer", "reports"}


def columns_of(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.local_concrete_fields}  # noqa: SLF001 -- Django's documented name


def kept() -> dict[str, set[str]]:
    """The columns of every model, those of libraries too."""
    return {model._meta.label: columns_of(model) for model in apps.get_models(include_auto_created=True)}  # noqa: SLF001 -- as above


def explained(gaps: list[str]) -> str:
    """What to do about these gaps and where; ten of them are enough to see the pattern."""
    app = gaps[0].split(".")[0]
    told = "\n".join(gaps[:10]) + (f"\nand {len(gaps) - 10} more" if len(gaps) > 10 else "")
    return _HOW.format(gaps=told, app=app if app in _APPS else "accounts")


def gaps_in(declared: Iterable[Table], held: dict[str, set[str]]) -> list[str]:
    """Return what is held and not declared, or declared and not held, each as "app.Model.column …"."""
    said = {table.model: {column.name for column in table.each()} for table in declared if "." in table.model}
    found = [f"{label} is not declared" for label in sorted(held.keys() - said.keys())]
    found += [f"{label} is declared, but there is no such model" for label in sorted(said.keys() - held.keys())]
    for label in sorted(held.keys() & said.keys()):
        found += [f"{label}.{name} is not declared" for name in sorted(held[label] - said[label])]
        found += [f"{label}.{name} is declared and does not exist" for name in sorted(said[label] - held[label])]
    return found


@register
def nothing_is_undeclared(app_configs: Any = None, **_kwargs: Any) -> list[Error]:
    """Report columns without a declaration and declarations without a column, and how to mend them."""
    gaps = gaps_in(personal_data.tables(), kept())
    return [Error(explained(gaps), id="jini.E010")] if gaps else []
