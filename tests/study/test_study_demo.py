"""The shipped demo shows what it promises: overfitting to the naked eye, and dropout that shrinks the gap."""

from dropout_lab.config import read_study
from dropout_lab.results import read_results
from dropout_lab.study import prepare_run


def test_the_demo_overfits_without_dropout_and_dropout_shrinks_the_gap(tmp_path):
    results = read_results(prepare_run(read_study("digits"), out=tmp_path).execute().folder)
    baseline = results.curves[results.curves["condition"] == "rate=0"].groupby("epoch")["val_loss"].mean()
    assert baseline.idxmin() < 40
    assert baseline.iloc[-1] > 1.1 * baseline.min()  # val loss turns up

    def last(metric):
        rows = results.summary.query("metric == @metric and point == 'last' and estimand == 'split'")
        return rows.set_index("condition")

    gap = last("loss_gap")
    assert gap.loc["rate=0", "ci95_low"] > 0
    assert gap.loc["rate=0.5", "difference_ci95_high"] < 0
    assert last("val_loss").loc["rate=0.5", "difference_ci95_high"] < 0
