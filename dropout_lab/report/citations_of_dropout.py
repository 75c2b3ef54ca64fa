"""What a paper cites for a kind of noise, its schedule, its scaling, sampled nets and tuning, as BibTeX.

Owns these entries; `citations` has the others, and knows which of all a text cites.
"""

ENTRIES = {
    "srivastava2014": """@article{srivastava2014,
  author  = {Srivastava, Nitish and Hinton, Geoffrey and Krizhevsky, Alex and Sutskever, Ilya and
             Salakhutdinov, Ruslan},
  title   = {Dropout: A Simple Way to Prevent Neural Networks from Overfitting},
  journal = {Journal of Machine Learning Research},
  volume  = {15},
  number  = {56},
  pages   = {1929--1958},
  year    = {2014}
}""",
    "klambauer2017": """@inproceedings{klambauer2017,
  author    = {Klambauer, G{\\"u}nter and Unterthiner, Thomas and Mayr, Andreas and Hochreiter, Sepp},
  title     = {Self-Normalizing Neural Networks},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {30},
  year      = {2017}
}""",
    "wan2013": """@inproceedings{wan2013,
  author    = {Wan, Li and Zeiler, Matthew and Zhang, Sixin and {Le Cun}, Yann and Fergus, Rob},
  title     = {Regularization of Neural Networks using {DropConnect}},
  booktitle = {International Conference on Machine Learning},
  pages     = {1058--1066},
  year      = {2013}
}""",
    "gal2017": """@inproceedings{gal2017,
  author    = {Gal, Yarin and Hron, Jiri and Kendall, Alex},
  title     = {Concrete Dropout},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {30},
  year      = {2017}
}""",
    "liu2023": """@inproceedings{liu2023,
  author    = {Liu, Zhuang and Xu, Zhiqiu and Jin, Joseph and Shen, Zhiqiang and Darrell, Trevor},
  title     = {Dropout Reduces Underfitting},
  booktitle = {International Conference on Machine Learning},
  year      = {2023}
}""",
    "morerio2017": """@inproceedings{morerio2017,
  author    = {Morerio, Pietro and Cavazza, Jacopo and Volpi, Riccardo and Vidal, Ren{\\'e} and Murino, Vittorio},
  title     = {Curriculum Dropout},
  booktitle = {IEEE International Conference on Computer Vision},
  pages     = {3544--3552},
  year      = {2017}
}""",
    "zoph2018": """@inproceedings{zoph2018,
  author    = {Zoph, Barret and Vasudevan, Vijay and Shlens, Jonathon and Le, Quoc V.},
  title     = {Learning Transferable Architectures for Scalable Image Recognition},
  booktitle = {IEEE Conference on Computer Vision and Pattern Recognition},
  pages     = {8697--8710},
  year      = {2018}
}""",
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
