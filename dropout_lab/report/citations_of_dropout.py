"""What a paper cites for sampled nets and tuning, as BibTeX.

Owns these entries; `citations` has the others, and knows which of all a text cites.
"""

ENTRIES = {
    "gal2016": """@inproceedings{gal2016,
  author    = {Gal, Yarin and Ghahramani, Zoubin},
  title     = {Dropout as a {Bayesian} Approximation: Representing Model Uncertainty in Deep Learning},
  booktitle = {International Conference on Machine Learning},
  pages     = {1050--1059},
  year      = {2016}
}""",
    "guo2017": """@inproceedings{guo2017,
  author    = {Guo, Chuan and Pleiss, Geoff and Sun, Yu and Weinberger, Kilian Q.},
  title     = {On Calibration of Modern Neural Networks},
  booktitle = {International Conference on Machine Learning},
  pages     = {1321--1330},
  year      = {2017}
}""",
    "brier1950": """@article{brier1950,
  author  = {Brier, Glenn W.},
  title   = {Verification of Forecasts Expressed in Terms of Probability},
  journal = {Monthly Weather Review},
  volume  = {78},
  number  = {1},
  pages   = {1--3},
  year    = {1950}
}""",
    "dodge2019": """@inproceedings{dodge2019,
  author    = {Dodge, Jesse and Gururangan, Suchin and Card, Dallas and Schwartz, Roy and Smith, Noah A.},
  title     = {Show Your Work: Improved Reporting of Experimental Results},
  booktitle = {Conference on Empirical Methods in Natural Language Processing},
  pages     = {2185--2194},
  year      = {2019}
}""",
    "efron1981": """@article{efron1981,
  author  = {Efron, Bradley and Stein, Charles},
  title   = {The Jackknife Estimate of Variance},
  journal = {Annals of Statistics},
  volume  = {9},
  number  = {3},
  pages   = {586--596},
  year    = {1981}
}""",
    "varma2006": """@article{varma2006,
  author  = {Varma, Sudhir and Simon, Richard},
  title   = {Bias in Error Estimation When Using Cross-Validation for Model Selection},
  journal = {BMC Bioinformatics},
  volume  = {7},
  pages   = {91},
  year    = {2006}
}""",
}
