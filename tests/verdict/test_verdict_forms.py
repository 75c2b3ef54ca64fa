"""Kinds, scalings and schedules by name, beside each other, and the rates that concrete dropout learnt."""

import pytest
from made_extras import with_learnt_rates
from made_results import Net, Noise, make_results

from dropout_lab.findings import Form, form_of
from dropout_lab.phrases.names import form_name
from dropout_lab.results import ConditionEntry
from dropout_lab.verdict import verdict

KIND = "dropout.kind"
BASELINE = Net(0.30, 0.45, epoch=8)


def entry(**swept: object) -> ConditionEntry:
    paths = {f"dropout.{name}": value for name, value in swept.items()}
    return ConditionEntry(label="x", rate=0.5, input_rate=0, swept=paths, is_baseline=False, baseline="y")


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (Form(), "dropout"),
        (Form(compared=("kind",)), "Bernoulli dropout"),
        (Form("gaussian"), "Gaussian noise"),
        (Form("alpha"), "alpha dropout"),
        (Form("dropconnect", "inference"), "inference-scaled DropConnect"),
        (Form(scaling="inverted", compared=("scaling",)), "inverted dropout"),
        (Form("gaussian", compared=("kind", "scaling")), "Gaussian noise"),
        (Form(schedule="early"), "early dropout"),
        (Form(compared=("schedule",)), "constant dropout"),
        (Form("gaussian", schedule="curriculum"), "curriculum Gaussian noise"),
        (Form("concrete"), "concrete dropout"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_form_is_named_by_what_is_unusual_or_compared(form: Form, name: str) -> None:
    assert form_name(form) == name


@pytest.mark.parametrize(
    ("study", "swept", "form"),
    [
        ({}, {}, Form()),
        ({"dropout": {"kind": "gaussian", "scaling": "inference"}}, {}, Form("gaussian")),
        ({"dropout": {"kind": "bernoulli"}}, {"kind": "dropconnect"}, Form("dropconnect")),
        ({"dropout": {"scaling": "inference"}}, {}, Form(scaling="inference")),
        ({"sweep": {KIND: ["alpha", "bernoulli"]}}, {"kind": "alpha"}, Form("alpha", compared=("kind",))),
    ],
    ids=["an_old_study", "one_scaling_only", "swept", "fixed", "compared"],
)
def test_a_form_is_the_swept_setting_else_the_studys_own(study: dict, swept: dict, form: Form) -> None:
    assert form_of(study, entry(**swept)) == form


def test_a_study_of_one_kind_calls_it_by_its_name() -> None:
    made = make_results({0: BASELINE, 0.5: Net(0.25, 0.30, train=0.1)})
    made.study["dropout"] = {"kind": "gaussian"}
    told = verdict(made)
    assert told.headline.startswith("Gaussian noise at rate 0.5 lowers val loss")
    assert told.conditions["rate=0.5"].startswith("Gaussian noise at rate 0.5 lowers")


def kinds(*bests: float, spread: float = 0.002) -> dict[object, Net]:
    names = ("bernoulli", "gaussian", "dropconnect")
    return {
        0: BASELINE,
        **{
            Noise(rate, 0, ((KIND, name),)): Net(best + rate / 10, best + 0.1, train=0.1, spread=spread)
            for name, best in zip(names, bests, strict=True)
            for rate in (0.1, 0.5)
        },
    }


WITHIN = {KIND: ["bernoulli", "gaussian", "dropconnect"]}


def test_kinds_are_compared_each_at_its_best_rate() -> None:
    told = verdict(make_results(kinds(0.24, 0.22, 0.28), within=WITHIN))
    (group,) = told.facts.groups
    assert [(one.form.kind, one.label.split()[0], one.n_conditions) for one in group.forms] == [
        ("gaussian", "rate=0.1", 2),
        ("bernoulli", "rate=0.1", 2),
        ("dropconnect", "rate=0.1", 2),
    ]
    answer = told.answers["Which kind of noise?"]
    assert answer.startswith("Gaussian noise at rate 0.1 has the lowest val loss at the best epochs, 0.230 nats")
    assert answer.endswith("The others are distinguishably worse (8 seeds).")


def test_kinds_that_cannot_be_told_from_the_best_are_named() -> None:
    answer = verdict(make_results(kinds(0.24, 0.2401, 0.40, spread=0.02), within=WITHIN)).answers[
        "Which kind of noise?"
    ]
    assert "Gaussian noise cannot be told from it. The others are distinguishably worse." in answer


def test_one_kind_alone_raises_no_question_of_kinds() -> None:
    told = verdict(make_results({0: BASELINE, 0.5: Net(0.25, 0.30)}))
    assert not [question for question in told.answers if question.startswith("Which")]


def test_in_several_groups_the_best_kind_of_each_is_named() -> None:
    groups = [kinds(0.24, 0.22, 0.28), kinds(0.22, 0.24, 0.28)]
    told = verdict(make_results(*groups, swept={"data.train_size": [100, 300]}, within=WITHIN))
    assert told.answers["Which kind of noise?"] == (
        "Lowest val loss at the best epochs: Gaussian noise in the group with train size 100 and Bernoulli dropout in "
        "the group with train size 300."
    )


def learning() -> dict[object, Net]:
    return {
        0: BASELINE,
        Noise(0.2, 0, ((KIND, "bernoulli"),)): Net(0.27, 0.37, train=0.1),
        Noise(0.5, 0, ((KIND, "bernoulli"),)): Net(0.25, 0.35, train=0.1),
        Noise(0.1, 0, ((KIND, "concrete"),)): Net(0.26, 0.36, train=0.1),
    }


def test_learnt_rates_stand_beside_the_rate_that_val_chose_among_given_ones() -> None:
    made = make_results(learning(), within={KIND: ["bernoulli", "concrete"]})
    label = f"rate=0.1 {KIND}=concrete"
    told = verdict(with_learnt_rates(made, {label: (0.12, 0.35)}))
    (learnt,) = told.facts.learnt
    assert learnt.label == label
    assert {layer: round(rate.value, 6) for layer, rate in learnt.layers.items()} == {"1": 0.12, "2": 0.35}
    assert learnt.layers["1"].n == 8
    answer = told.answers["Which rates were learnt?"]
    assert (
        "From start rate 0.1, concrete dropout had learnt these rates at the last epoch: hidden layer 1 0.120" in answer
    )
    assert answer.endswith(
        "Of the rates that were given, val chose rate 0.5 (Bernoulli dropout), by mean val loss at the best epochs."
    )
    assert "Over all" not in answer


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (
            (0.13, 0.35),
            "hidden layer 1 at 0.120 to 0.130 and hidden layer 2 at 0.350; the starts cannot be told apart.",
        ),
        (
            (0.12, 0.55),
            "hidden layer 1 at 0.120 and hidden layer 2 at 0.350 to 0.550; what is learnt depends on the start.",
        ),
    ],
    ids=["agree", "disagree"],
)
def test_the_range_over_the_starts_tells_whether_they_agree(second: tuple[float, ...], said: str) -> None:
    nets = learning() | {Noise(0.7, 0, ((KIND, "concrete"),)): Net(0.28, 0.36, train=0.1)}
    made = make_results(nets, within={KIND: ["bernoulli", "concrete"]})
    learnt = {f"rate=0.1 {KIND}=concrete": (0.12, 0.35), f"rate=0.7 {KIND}=concrete": second}
    answer = verdict(with_learnt_rates(made, learnt)).answers["Which rates were learnt?"]
    assert f"Over all 2 starts the mean rates end: {said}" in answer


def test_layers_that_a_net_does_not_have_are_left_out() -> None:
    made = make_results(learning(), within={KIND: ["bernoulli", "concrete"]}, seeds=1)
    (learnt,) = verdict(with_learnt_rates(made, {f"rate=0.1 {KIND}=concrete": (0.12, float("nan"))})).facts.learnt
    assert list(learnt.layers) == ["1"]
    assert learnt.layers["1"].low is None
