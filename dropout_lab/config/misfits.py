"""Values that fit a config one at a time and not together: the corners of a grid.

Owns the check of whole combinations, for the axes whose settings some rule joins. Must not know what the rules say. It
exists because an axis value is checked with the config's other settings, while the grid pairs it with every value of
the other axes.
"""

from collections.abc import Iterator, Mapping
from itertools import product

from dropout_lab.config.catalogue import split_path
from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.examine import changed, involved
from dropout_lab.config.problem import Problem, SettingPath, show_path
from dropout_lab.config.rules import JOINED
from dropout_lab.config.schema import Study
from dropout_lab.wording import listed


def misfits(study: Study) -> Iterator[Problem]:
    """Yield a problem for the first combination that breaks each rule.

    Args:
        study: validated, every single axis value too.
    """
    axes = {name: values for name, values in (study.sweep | study.tune).items() if split_path(name) in JOINED}
    if len(axes) < 2:
        return
    seen: set[SettingPath] = set()
    for values in product(*axes.values()):
        combination = dict(zip(map(split_path, axes), values, strict=True))
        found = changed(study, combination)
        for problem in found if isinstance(found, list) else ():
            if problem.path not in seen:
                seen.add(problem.path)
                yield _of_grid(problem, combination, "sweep" if study.sweep else "tune")


def _of_grid(problem: Problem, combination: Mapping[SettingPath, object], group: str) -> Problem:
    looked_at = involved(problem)
    joined = [f"{show_path(path)} {yaml_text(value)}" for path, value in combination.items() if path in looked_at]
    must = f"must not combine {listed(joined)}: {show_path(problem.path)} {problem.must}"
    return Problem((group,), must, mend="Leave one of the values out, or make two studies.", involved=tuple(looked_at))
