"""Every made study that figures are tried on, by name."""

from collections.abc import Callable

from made_learning_study import learning_study
from made_sampled_study import with_samples
from made_studies import SCENARIOS, MadeStudy, make_study
from made_summaries import with_summary
from made_tuned_study import tuned_study

KINDS = ("bernoulli", "gaussian", "dropconnect")

EVERY: dict[str, Callable[[], MadeStudy]] = SCENARIOS | {
    "sampled": lambda: with_samples(make_study([0.5])),
    "three_sampled": lambda: with_samples(make_study([0.2, 0.5, 0.8])),
    "sampled_train_sizes": lambda: with_samples(make_study([0.2, 0.5], swept={"data.train_size": [100, 1000]})),
    "sampled_regression": lambda: with_samples(make_study([0.2, 0.5], task="regression", name="diabetes")),
    "sampled_one_seed": lambda: with_samples(make_study([0.5], seeds=1)),
    "learnt": lambda: with_summary(learning_study()),
    "learnt_alone": lambda: learning_study([0.5], kinds=["concrete"]),
    "kinds": lambda: with_summary(make_study([0.2, 0.5], noise={"dropout.kind": KINDS})),
    "kinds_of_one_rate": lambda: make_study([0.5], noise={"dropout.kind": KINDS}),
    "output_rates": lambda: make_study([0.5], noise={"dropout.output_rate": [0.0, 0.1, 0.3]}),
    "tuned": tuned_study,
    "tuned_train_sizes": lambda: tuned_study(swept={"data.train_size": [100, 1000]}),
}
