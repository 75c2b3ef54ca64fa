"""What a paper cites when it uses the lab's methods, as BibTeX.

Owns which entries a text cites, and those on nets, optimizers and statistics; the sentences that cite
them are written in `paper` and its continuations.
"""

import re
from collections.abc import Sequence

from dropout_lab.activations import INITIALISATIONS
from dropout_lab.noise import KINDS, SCHEDULES
from dropout_lab.optimizers import OPTIMIZERS
from dropout_lab.report import citations_of_dropout

_CITED = re.compile(r"\\cite\{([\w,]+)\}")

ENTRIES = {
    **citations_of_dropout.ENTRIES,
    "student1908": """@article{student1908,
  author  = {Student},
  title   = {The Probable Error of a Mean},
  journal = {Biometrika},
  volume  = {6},
  number  = {1},
  pages   = {1--25},
  year    = {1908}
}""",
    "fisher1935": """@book{fisher1935,
  author    = {Fisher, Ronald A.},
  title     = {The Design of Experiments},
  publisher = {Oliver and Boyd},
  address   = {Edinburgh},
  year      = {1935}
}""",
    "hartigan1969": """@article{hartigan1969,
  author  = {Hartigan, John A.},
  title   = {Using Subsample Values as Typical Values},
  journal = {Journal of the American Statistical Association},
  volume  = {64},
  number  = {328},
  pages   = {1303--1317},
  year    = {1969}
}""",
    "efron1993": """@book{efron1993,
  author    = {Efron, Bradley and Tibshirani, Robert J.},
  title     = {An Introduction to the Bootstrap},
  publisher = {Chapman and Hall},
  address   = {New York},
  year      = {1993}
}""",
    "gao2017": """@article{gao2017,
  author  = {Gao, Katelyn and Owen, Art},
  title   = {Efficient Moment Calculations for Variance Components in Large Unbalanced Crossed Random Effects Models},
  journal = {Electronic Journal of Statistics},
  volume  = {11},
  number  = {1},
  pages   = {1235--1296},
  year    = {2017}
}""",
    "satterthwaite1946": """@article{satterthwaite1946,
  author  = {Satterthwaite, Franklin E.},
  title   = {An Approximate Distribution of Estimates of Variance Components},
  journal = {Biometrics Bulletin},
  volume  = {2},
  number  = {6},
  pages   = {110--114},
  year    = {1946}
}""",
    "hall1992": """@article{hall1992,
  author  = {Hall, Peter},
  title   = {On the Removal of Skewness by Transformation},
  journal = {Journal of the Royal Statistical Society, Series B},
  volume  = {54},
  number  = {1},
  pages   = {221--228},
  year    = {1992}
}""",
    "holm1979": """@article{holm1979,
  author  = {Holm, Sture},
  title   = {A Simple Sequentially Rejective Multiple Test Procedure},
  journal = {Scandinavian Journal of Statistics},
  volume  = {6},
  number  = {2},
  pages   = {65--70},
  year    = {1979}
}""",
}


def entries() -> dict[str, str]:
    """Return every BibTeX entry by its key, those of the registries included."""
    cited_by = [one.citations for one in OPTIMIZERS.values()]
    cited_by += [one.citations for one in INITIALISATIONS.values()]
    cited_by += [one.citations for one in KINDS.values()]
    cited_by += [one.citations for one in SCHEDULES.values()]
    return ENTRIES | {key_of(entry): entry for citations in cited_by for entry in citations}


def key_of(entry: str) -> str:
    """Return the key of a BibTeX entry.

    >>> key_of("@book{fisher1935, author = {Fisher, Ronald A.}}")
    'fisher1935'
    """
    return entry.partition("{")[2].partition(",")[0]


def in_a_paper(words: str, citations: Sequence[str]) -> str:
    r"""Return words in LaTeX, and what they cite: BibTeX entries.

    >>> in_a_paper("the test of Fisher et al.", ["@book{fisher1935, author = {Fisher, Ronald A.}}"])
    'the test of Fisher et al.\\ \\cite{fisher1935}'
    """
    space = r"\ " if words.endswith(".") else " "  # "al." ends no sentence
    named = rf"{space}\cite{{{','.join(map(key_of, citations))}}}" if citations else ""
    return words.replace(". ", r".\ ") + named


def cited(text: str) -> list[str]:
    r"""Return the entries that a LaTeX text cites, in the order of their first mention.

    Args:
        text: with citations such as ``\cite{holm1979}``; a key without an entry here is passed over.
    """
    keys = ",".join(_CITED.findall(text)).split(",")
    known = entries()
    return [known[key] for key in dict.fromkeys(keys) if key in known]
