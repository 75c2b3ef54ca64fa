"""How a running study shows itself: a moving bar, a line per finished cohort, or nothing.

Takes the stream to write to. It exists so that the command line and a notebook say the same while they wait. Imports
nothing heavy: rich waits until a bar moves.
"""

from dropout_lab.progress.lines import CohortLines, cohort_line, shown, status_counts, write_line

__all__ = ["CohortLines", "cohort_line", "shown", "status_counts", "write_line"]
