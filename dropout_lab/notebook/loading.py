"""A study's folder as an object.

Owns which folder a path means.
"""

from os import PathLike
from pathlib import Path

from dropout_lab.errors import FolderError
from dropout_lab.notebook.study_results import StudyResults

_NAMED = 5  # studies named one by one


def load(path: str | PathLike[str]) -> StudyResults:
    """Load a study that `run` or the command line has trained.

    May be called while the study runs: it holds what was finished when its tables were last written.

    Args:
        path: the study's folder, such as ``results/digits``.

    Raises:
        FolderError: there is no study, or its folder is damaged.

    Example:
        >>> study = load("results/digits")  # doctest: +SKIP
        >>> study.summary.query("metric == 'loss_gap'")  # doctest: +SKIP
    """
    from dropout_lab.results import find_studies, read_results
    from dropout_lab.study import bring_up_to_date

    folder = Path(path)
    studies = find_studies(folder)
    if studies != [folder]:
        named = ", ".join(str(study) for study in studies[:_NAMED])
        more = f" and {len(studies) - _NAMED:,} more" if len(studies) > _NAMED else ""
        raise FolderError(f"{folder}: it must be one study's folder. Got a folder of studies. Name {named}{more}.")
    bring_up_to_date(folder)
    return StudyResults(read_results(folder))
