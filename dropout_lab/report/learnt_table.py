"""The rates that concrete dropout learnt, layer by layer: a row for each condition that learns.

Facts in, columns of text out; must not know HTML, Markdown or LaTeX.
"""

from dropout_lab.findings import StudyFacts
from dropout_lab.report.extra_tables import ExtraTable, estimates_column, names_column

_TITLE = "Learnt rates"


def learnt_table(study: StudyFacts) -> ExtraTable | None:
    """Return the table; None where no rate was learnt."""
    learnt = study.learnt
    if not learnt:
        return None
    layers = list(dict.fromkeys(name for one in learnt for name in one.layers))
    ordered = sorted(layers, key=lambda name: (name == "outputs", name != "inputs", len(name), name))
    chosen = {group.choice.label for group in study.groups if group.choice}
    return ExtraTable(
        name="learnt",
        title=_TITLE,
        about=(
            "Means over seeds at the last epoch. The condition's rate is where learning began; the gradient of the "
            "objective then moved each layer's rate. What a layer learns depends on what the objective says a rate "
            "costs as much as on the data, so compare it with the rate that val chose among fixed ones."
        ),
        columns=(
            names_column("condition", (one.label for one in learnt)),
            *(
                estimates_column(
                    f"hidden layer {name}" if name.isdigit() else name, [one.layers.get(name) for one in learnt]
                )
                for name in ordered
            ),
        ),
        strong=tuple(one.label in chosen for one in learnt),
    )
