"""The report as one page of HTML: self-contained, the same bytes for the same results.

Owns how the parts make a page and what the page may do: it loads nothing, and runs the one script that
it carries. Returns text; saves nothing. The template escapes every text that it is given, but for what is made here:
style, script, their policy, packed data and figures.
"""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from dropout_lab.phrases import glossary
from dropout_lab.phrases.names import setting_names
from dropout_lab.phrases.texts import sentence
from dropout_lab.report import page_tables, tables
from dropout_lab.report.contents import Contents, gather
from dropout_lab.report.embedding import script_json
from dropout_lab.report.explorer import explorer_data
from dropout_lab.report.figures import arranged, key_figures
from dropout_lab.report.key_numbers import focus_text, key_numbers
from dropout_lab.report.svg import Palette
from dropout_lab.results import Results
from dropout_lab.verdict import Verdict

_SCRIPTS = ("basics.js", "tables.js", "plot.js", "explorer.js", "page.js")
_SECTIONS = (
    ("explorer", "Curves"),
    ("figures", "Figures"),
    ("conditions", "Conditions"),
    ("trials", "Trials"),
    ("measured", "How it was measured"),
    ("data", "Data"),
    ("config", "Config"),
    ("environment", "Environment"),
    ("again", "Run it again, cite it"),
)


def html_report(results: Results, *, verdict: Verdict | None = None) -> str:
    """Return the report of a study as one page of HTML.

    Args:
        results: the study.
        verdict: its verdict, where it is known already; None works it out.

    Returns:
        The page. It needs no network and no other file; equal results give equal text.
    """
    contents = gather(results, verdict=verdict)
    palette = Palette()
    explorer = explorer_data(contents.study, palette)
    pictures = arranged(key_figures(results, palette), ["figures", *(table.name for table in contents.extras)])
    data = {
        "explorer": explorer,
        "conditions": page_tables.conditions_data(contents),
        "trials": page_tables.trials_data(contents),
    }
    absent = {"explorer": explorer is None, "figures": not pictures["figures"]}
    css, script = _css(palette), _script()
    page = _template("report.html.jinja").render(
        contents=contents,
        policy=_policy(css, script),
        css=css,
        script=script,
        data=script_json(data),
        sections=[(anchor, title) for anchor, title in _sections(contents) if not absent.get(anchor)],
        explorer=explorer is not None,
        pictures=pictures,
        **_parts(contents),
    )
    return page + "\n"


def _sections(contents: Contents) -> list[tuple[str, str]]:
    """Return anchors and titles, the tables that only some studies have after the figures."""
    after = [anchor for anchor, _ in _SECTIONS].index("figures") + 1
    return [*_SECTIONS[:after], *((table.name, table.title) for table in contents.extras), *_SECTIONS[after:]]


def _parts(contents: Contents) -> dict[str, Any]:
    """Return what the template shows of the contents beside the contents themselves."""
    own = contents.study.has_own_splits
    return {
        "glossary": glossary,
        "estimands": [(name, glossary.estimand(name, has_own_splits=own)) for name in contents.estimands],
        "choice": f"{sentence(glossary.CHOSEN)} {sentence(glossary.MAY_BE_BEST)}",
        "key_numbers": key_numbers(contents),
        "focus_text": focus_text(contents),
        "has_intervals": contents.study.has_intervals(*contents.estimands),
        "has_comparisons": contents.study.has_differences,
        "setting_headings": setting_names(contents.settings),
        "condition_table": page_tables.conditions(contents),
        "trials_text": page_tables.trials_text,
        "trial_table": page_tables.trials(contents),
        "all_numbers": tables.all_numbers(contents.study, contents.metrics),
        "paragraphs": [row for row in contents.conditions if row.paragraph],
        "n_hidden_trials": max(0, contents.study.planned.planned - page_tables.MOST_TRIALS),
    }


def _css(palette: Palette) -> str:
    rules = palette.rules()
    light, dark = palette.variables(is_dark=False), palette.variables(is_dark=True)
    themes = [
        f":root{{{light}}}",
        f'@media screen and (prefers-color-scheme: dark){{:root:not([data-theme="light"]){{{dark}}}}}',
        f'@media screen{{:root[data-theme="dark"]{{{dark}}}}}',
    ]
    return "\n".join([*themes, _source("report.css"), rules])


def _script() -> str:
    parts = "\n".join(_source(name) for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();'


def _policy(css: str, script: str) -> str:
    """Return the content security policy: nothing from anywhere, and only this style and this script."""
    return (
        f"default-src 'none'; style-src {_hash(css)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _source(name: str) -> str:
    return files("dropout_lab.report").joinpath("page", name).read_text("utf-8")


@cache
def _template(name: str) -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["tidy"] = _tidy
    return environment.from_string(_source(name))


def _tidy(text: str) -> str:
    """Keep a number and its per cent sign on one line."""
    return re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", text)
