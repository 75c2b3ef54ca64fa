"""Kinds, schedules and tuning in the grid: its conditions, their trials, and who trains beside whom."""

import json

import pytest
from small_studies import run, small_study

from dropout_lab.errors import FolderError, UserError
from dropout_lab.noise import RateSchedule
from dropout_lab.results import read_results
from dropout_lab.study import prepare_run, trials
from dropout_lab.study.conditions import expand
from dropout_lab.study.trials import make_trial

PER_LAYER = {"dropout__rates": [0.2, [0.5, 0.1]], "dropout__input_rate": 0.1}
SCHEDULED = {"training__optimizer": "momentum", "training__schedule": "cosine", "training__max_norm": 3.0}


def labels(**changes):
    return [condition.label for condition in expand(small_study(**changes))]


def identity(condition=1, **changes):
    return make_trial(expand(small_study(**changes))[condition], 1, "fingerprint").id


def cohorts(tmp_path, **changes):
    return prepare_run(small_study(**changes), out=tmp_path, threads=1).cohorts


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        pytest.param({}, ["36528129fe32170d", "8ba54db6686e59e6"], id="one rate"),
        pytest.param(PER_LAYER, ["36528129fe32170d", "0feef7cb14a24688", "1c924b3f1f663733"], id="a rate per layer"),
        pytest.param(
            SCHEDULED | {"data__split_seed": "per_seed"}, ["b137e8e4f4770b9d", "ef9e99eac9ae8a03"], id="splits per seed"
        ),
        pytest.param(
            {"model__hidden": [6, 6], "training__epochs": None, "training__steps": 20}
            | {"sweep": {"dropout.input_rate": [0, 0.2], "model.width": [4, 8]}},
            [
                "7b5a3b203030e349",
                "0806b8a81f117c8f",
                "8e2877462d73a19f",
                "b7289b62f4c51da0",
                "f41c42dec7caace6",
                "e657d3c54ba3fab5",
            ],
            id="axes",
        ),
    ],
)
def test_trials_keep_the_names_they_had_before_there_was_a_choice_of_noise(changes, ids):
    assert [make_trial(c, 1, "fingerprint").id for c in expand(small_study(**changes))] == ids


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({"dropout__kind": "concrete"}, ["36528129fe32170d", "65890a2d9ea0b453"]),
        (
            {"dropout__kind": "concrete", "dropout__concrete_entropy": 0.01, "dropout__concrete_temperature": 0.2},
            ["36528129fe32170d", "dd14f223380255cb"],
        ),
        ({"dropout__kind": "concrete", "evaluation__mc_samples": 5}, ["36528129fe32170d", "71bd1eb4a1befc40"]),
        ({"dropout__kind": "gaussian"}, ["36528129fe32170d", "85c8dbf36169d221"]),
        ({"dropout__kind": "alpha", "model__activation": "selu"}, ["6ef3cff14e3ed02d", "59940573360a0822"]),
        ({"dropout__kind": "dropconnect", "dropout__scaling": "inference"}, ["36528129fe32170d", "e3dc398f4e4fb8d3"]),
        ({"dropout__schedule": "early"}, ["36528129fe32170d", "54e0b0975425bde5"]),
        ({"dropout__schedule": "late", "dropout__schedule_until": 1}, ["36528129fe32170d", "5cdc16686f972d61"]),
        ({"dropout__schedule": "curriculum", "dropout__output_rate": 0.2}, ["36528129fe32170d", "dab9426f0b08b20b"]),
        ({"evaluation__mc_samples": 5, "dropout__scaling": "inference"}, ["36528129fe32170d", "c4653e0eccd3f475"]),
        ({"dropout__schedule": "linear", "dropout__kind": "gaussian"}, ["36528129fe32170d", "b4f5b71c45dd6f67"]),
        ({"training__optimizer": "nesterov", "training__schedule": "step"}, ["6c91f0f7fb00adff", "4a09fd90e27ce193"]),
        (
            {"training__optimizer": "rmsprop", "training__schedule": "linear", "model__init": "torch"},
            ["5c313c0ebd1b52fd", "6775f0fb3811a889"],
        ),
        ({"training__optimizer": "adamw", "training__weight_decay": 0.1}, ["9c8aef3a6c382656", "8ba4f0a7ba781b27"]),
        ({"data__label_noise": 0.1, "precision": "float64"}, ["e71ea3b421bf59ac", "d63d3667ae68e09a"]),
    ],
    ids=str,
)
def test_trials_of_every_kind_schedule_and_optimizer_keep_their_names(changes, ids):
    assert [make_trial(c, 1, "fingerprint").id for c in expand(small_study(**changes))] == ids


@pytest.mark.parametrize("condition", [0, 1], ids=["the baseline", "with dropout"])
def test_a_setting_that_came_later_leaves_the_name_at_the_value_it_had_before(condition, monkeypatch):
    before, original = identity(condition), trials.split_settings
    monkeypatch.setattr(trials, "LATER_SETTINGS", trials.LATER_SETTINGS | {"split": {"row_weights": "none"}})
    for value, is_named in (("none", False), ("by class", True)):
        later = {"row_weights": value}
        monkeypatch.setattr(trials, "split_settings", lambda *args, later=later: original(*args) | later)
        assert (identity(condition) != before) == is_named


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"dropout__rates": [0, 0.5], "dropout__output_rate": 0.1},
            ["rate=0", "rate=0.5 output_rate=0.1"],
            id="a fixed output rate applies only with nonzero rates",
        ),
        pytest.param(
            {"dropout__rates": [0, 0.5], "sweep": {"dropout.output_rate": [0, 0.1]}, "dropout__input_rate": 0.2},
            [
                "rate=0",
                "rate=0 output_rate=0.1",
                "rate=0.5 input_rate=0.2",
                "rate=0.5 input_rate=0.2 output_rate=0.1",
            ],
            id="an axis of output rates is taken literally",
        ),
        pytest.param(
            {"sweep": {"dropout.kind": ["bernoulli", "gaussian"], "dropout.scaling": ["inverted", "inference"]}},
            [
                "rate=0",
                "rate=0.5 dropout.kind=bernoulli dropout.scaling=inverted",
                "rate=0.5 dropout.kind=bernoulli dropout.scaling=inference",
                "rate=0.5 dropout.kind=gaussian",
            ],
            id="a setting without effect makes no condition",
        ),
        pytest.param(
            {"sweep": {"dropout.schedule": ["constant", "late"], "dropout.schedule_until": [1, 0.5]}},
            [
                "rate=0",
                "rate=0.5 dropout.schedule=constant",
                "rate=0.5 dropout.schedule=late dropout.schedule_until=0.5",
                "rate=0.5 dropout.schedule=late dropout.schedule_until=1",
            ],
            id="nor does the end of a schedule that has none",
        ),
        pytest.param(
            {"tune": {"training.learning_rate": [0.1, 0.01]}, "seeds": 3, "sweep": {"dropout.kind": ["gaussian"]}},
            [
                f"rate={rate} training.learning_rate={step}{kind}"
                for step in (0.01, 0.1)
                for rate, kind in ((0, ""), (0.5, " dropout.kind=gaussian"))
            ],
            id="a tuned setting is an axis, each value with its baseline",
        ),
    ],
)
def test_the_grid_has_these_conditions_in_this_order(changes, expected):
    assert labels(**changes) == expected


def test_a_condition_knows_its_output_rate_and_an_axis_of_it_has_a_column():
    baseline, without, with_rate = expand(small_study(sweep={"dropout.output_rate": [0, 0.1]}))
    assert [c.output_rate for c in (baseline, without, with_rate)] == [0, 0, 0.1]
    assert [dict(c.swept) for c in (baseline, without, with_rate)] == [
        {},
        {"dropout.output_rate": 0},
        {"dropout.output_rate": 0.1},
    ]
    assert baseline.is_baseline
    assert not without.is_baseline


@pytest.mark.parametrize(
    "changes",
    [
        {"dropout__kind": "gaussian"},
        {"dropout__kind": "dropconnect"},
        {"dropout__kind": "concrete"},
        {"dropout__scaling": "inference"},
        {"dropout__output_rate": 0.1},
        {"dropout__schedule": "late"},
        {"evaluation__mc_samples": 5},
    ],
    ids=str,
)
def test_new_noise_renames_a_trial_and_no_baseline(changes):
    assert identity(**changes) != identity()
    assert identity(condition=0, **changes) == identity(condition=0)


@pytest.mark.parametrize(
    ("base", "changes"),
    [
        ({}, {"dropout__schedule_until": 2, "dropout__schedule_gamma": 3.0, "dropout__concrete_entropy": 0.1}),
        ({"dropout__kind": "gaussian"}, {"dropout__scaling": "inference"}),
        ({"dropout__kind": "concrete"}, {"dropout__scaling": "inference"}),
        ({"dropout__schedule": "early"}, {"dropout__schedule_until": 50 / 300}),
        ({"dropout__schedule": "early"}, {"dropout__schedule_gamma": 3.0}),
        ({}, {"seeds": 3, "tune": {"training.learning_rate": [0.01, 0.1]}}),
        ({"dropout__schedule": "late"}, {"sweep": {"dropout.schedule": ["late", "constant"]}}),
    ],
    ids=str,
)
def test_what_shapes_nothing_renames_nothing(base, changes):
    same = expand(small_study(**base))[1]
    ids = {make_trial(condition, 1, "f").id for condition in expand(small_study(**(base | changes)))}
    assert make_trial(same, 1, "f").id in ids


@pytest.mark.parametrize(
    ("base", "changes"),
    [
        ({"dropout__schedule": "early"}, {"dropout__schedule_until": 2}),
        ({"dropout__schedule": "early"}, {"dropout__schedule": "late"}),
        ({"dropout__schedule": "curriculum"}, {"dropout__schedule_gamma": 3.0}),
        ({"dropout__kind": "concrete"}, {"dropout__concrete_temperature": 0.2}),
        ({"dropout__kind": "concrete"}, {"dropout__concrete_length_scale": 0.2}),
        ({"dropout__kind": "concrete"}, {"dropout__concrete_entropy": 0.2}),
        ({"dropout__kind": "dropconnect"}, {"dropout__scaling": "inference"}),
    ],
    ids=str,
)
def test_what_shapes_the_noise_renames_a_trial(base, changes):
    assert identity(**(base | changes)) != identity(**base)


def test_samples_rename_only_the_trials_that_are_sampled():
    study = {"sweep": {"dropout.schedule": ["constant", "late"]}}
    sampled = [make_trial(c, 1, "f").id for c in expand(small_study(**study, evaluation__mc_samples=5))]
    plain = [make_trial(c, 1, "f").id for c in expand(small_study(**study))]
    assert [one == other for one, other in zip(sampled, plain, strict=True)] == [True, False, True]


def test_a_cohort_has_one_kind_of_noise_and_the_baseline_trains_beside_the_first(tmp_path):
    found = cohorts(tmp_path, dropout__kind="concrete", sweep={"dropout.kind": ["gaussian", "dropconnect"]})
    assert {cohort.settings.noise_kind: [c.label for c in cohort.conditions] for cohort in found} == {
        "gaussian": ["rate=0", "rate=0.5 dropout.kind=gaussian"],
        "dropconnect": ["rate=0.5 dropout.kind=dropconnect"],
    }


def test_scalings_schedules_and_output_rates_share_a_cohort(tmp_path):
    sweep = {"dropout.scaling": ["inverted", "inference"], "dropout.output_rate": [0, 0.25]}
    (cohort,) = cohorts(tmp_path, sweep=sweep)
    assert {(s.rates, s.output_rate, s.scaling) for s in cohort.settings.conditions} == {
        ((0, 0.0, 0.0), 0, "inverted"),
        ((0, 0.5, 0.5), 0, "inverted"),
        ((0, 0.5, 0.5), 0.25, "inverted"),
        ((0, 0.5, 0.5), 0, "inference"),
        ((0, 0.5, 0.5), 0.25, "inference"),
    }
    (cohort,) = cohorts(
        tmp_path, sweep={"dropout.schedule": ["constant", "early", "curriculum"]}, dropout__schedule_until=2
    )
    assert [s.rate_schedule for s in cohort.settings.conditions] == [
        RateSchedule(),
        RateSchedule(),
        RateSchedule("early", until=2),
        RateSchedule("curriculum"),
    ]


def test_training_is_told_only_what_has_an_effect(tmp_path):
    noise = {"dropout__kind": "gaussian", "dropout__scaling": "inference", "dropout__schedule": "late"}
    (cohort,) = cohorts(tmp_path, **noise)
    baseline, noisy = cohort.settings.conditions
    assert baseline.rate_schedule == RateSchedule()
    assert noisy.rate_schedule.kind == "late"
    assert {baseline.scaling, noisy.scaling} == {"inverted"}


def test_settings_of_learning_reach_the_cohort_and_are_shared_by_it(tmp_path):
    found = cohorts(
        tmp_path, dropout__kind="concrete", sweep={"dropout.concrete_entropy": [None, 0.5]}, evaluation__mc_samples=4
    )
    assert {cohort.settings.concrete.entropy for cohort in found} == {None, 0.5}
    assert {(c.settings.noise_kind, c.settings.mc_samples) for c in found} == {("concrete", 4)}


def as_before_the_choice_of_noise(folder):
    """Make a folder's manifest what a version without these settings wrote."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    study = manifest["study"]
    study["dropout"] = {name: study["dropout"][name] for name in ("rates", "input_rate")}
    del study["evaluation"]["mc_samples"], study["tune"]
    path.write_text(json.dumps(manifest))


def test_a_folder_from_before_the_choice_of_noise_may_grow(tmp_path):
    folder = run(small_study(), tmp_path).folder
    as_before_the_choice_of_noise(folder)
    assert prepare_run(small_study(), out=tmp_path, threads=1).n_missing == 0
    grown = run(small_study(dropout__rates=[0.2, 0.5]), tmp_path)
    assert grown.counts == {"complete": 6}
    assert set(read_results(folder).curves["condition"]) == {"rate=0", "rate=0.2", "rate=0.5"}


def test_such_a_folder_holds_bernoulli_noise_and_no_other(tmp_path):
    as_before_the_choice_of_noise(run(small_study(), tmp_path).folder)
    with pytest.raises(FolderError, match=r"dropout\.kind must be bernoulli\. Got gaussian\."):
        prepare_run(small_study(dropout__kind="gaussian"), out=tmp_path, threads=1)


def test_a_tuned_study_grows_in_its_candidates_but_not_in_its_own_value(tmp_path):
    tune = {"training.learning_rate": [0.01, 0.1]}
    run(small_study(seeds=3, tune=tune), tmp_path)
    wider = small_study(seeds=3, tune={"training.learning_rate": [0.01, 0.03]})
    assert prepare_run(wider, out=tmp_path, threads=1).n_missing == 2 * 3
    assert prepare_run(wider, out=tmp_path, threads=1).study.tune == {"training.learning_rate": (0.01, 0.03, 0.1)}
    with pytest.raises(FolderError, match=r"training\.learning_rate must be 0\.01\. Got 0\.1\."):
        prepare_run(small_study(seeds=3, tune=tune, training__learning_rate=0.1), out=tmp_path, threads=1)
    with pytest.raises(FolderError, match=r"tune must be training\.learning_rate\. Got without axes\."):
        prepare_run(small_study(seeds=3), out=tmp_path, threads=1)


def test_a_recorded_cohort_keeps_its_noise_when_the_baseline_would_now_train_beside_another(tmp_path):
    concrete = {"dropout__kind": "concrete"}
    run(small_study(**concrete, sweep={"dropout.concrete_entropy": [0.5]}), tmp_path)
    grown = prepare_run(
        small_study(**concrete, sweep={"dropout.concrete_entropy": [0.1, 0.5]}), out=tmp_path, threads=1
    )
    assert [c.label for c in grown.plan[0].conditions] == ["rate=0", "rate=0.5 dropout.concrete_entropy=0.5"]
    assert [cohort.settings.concrete.entropy for cohort in grown.plan] == [0.5, 0.1]


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        (
            {"evaluation__mc_samples": 5, "sweep": {"dropout.schedule": ["constant", "late"]}},
            "Monte-Carlo passes need noise at a constant rate, so none are taken of rate=0, rate=0.5 "
            "dropout.schedule=late (evaluation.mc_samples).",
        ),
        (
            {"tune": {"training.learning_rate": [0.01, 0.1], "model.width": [6, 8]}, "model__hidden": [6], "seeds": 3},
            "every condition is tuned over the same 4 candidates (tune); what is better when tuned is known for these, "
            "not for values between or beyond them.",
        ),
        (
            {"dropout__kind": "concrete"},
            "dropout.kind concrete: the rates given are where learning starts; curves.csv has the learnt ones.",
        ),
    ],
    ids=["samples", "tuning", "concrete"],
)
def test_what_the_user_should_know_is_said_before_training(tmp_path, changes, note):
    assert prepare_run(small_study(**changes), out=tmp_path, threads=1).notes == (note,)


UNUSED_SETTINGS = {
    "until": (
        {"schedule_until": 0.25},
        "schedule_until 0.25 has no effect under dropout.schedule constant: it is for early and late.",
    ),
    "until of curriculum": (
        {"schedule": "curriculum", "schedule_until": 1},
        "schedule_until 1 has no effect under dropout.schedule curriculum: it is for early and late.",
    ),
    "gamma": (
        {"schedule": "late", "schedule_gamma": 5},
        "schedule_gamma 5.0 has no effect under dropout.schedule late: it is for curriculum.",
    ),
    "scaling": (
        {"kind": "gaussian", "scaling": "inference"},
        "scaling inference has no effect under dropout.kind gaussian: it is for bernoulli and dropconnect.",
    ),
    "entropy": (
        {"concrete_entropy": 0.1},
        "concrete_entropy 0.1 has no effect under dropout.kind bernoulli: it is for concrete.",
    ),
}


@pytest.mark.parametrize(("dropout", "note"), UNUSED_SETTINGS.values(), ids=UNUSED_SETTINGS)
def test_a_changed_setting_without_effect_is_said_before_training(tmp_path, dropout, note):
    assert prepare_run(small_study(dropout=dropout), out=tmp_path, threads=1).notes == (f"dropout.{note}",)


@pytest.mark.parametrize(
    ("dropout", "sweep"),
    [
        ({"schedule_until": None, "schedule_gamma": 10, "concrete_entropy": None, "scaling": "inverted"}, {}),
        ({"schedule": "early", "schedule_until": 1}, {}),
        ({"scaling": "inference"}, {"dropout.kind": ["gaussian", "dropconnect"]}),
        ({"schedule_gamma": 5}, {"dropout.schedule": ["constant", "curriculum"]}),
        ({"rates": [0], "schedule_gamma": 5}, {}),
    ],
    ids=["defaults", "in use", "in use by one kind", "in use by one schedule", "nothing but the baseline"],
)
def test_nothing_is_said_of_a_setting_that_is_as_ever_or_in_use(tmp_path, dropout, sweep):
    assert prepare_run(small_study(dropout=dropout, sweep=sweep), out=tmp_path, threads=1).notes == ()


def test_many_conditions_without_samples_are_counted_not_named(tmp_path):
    sweep = {"dropout.schedule": ["constant", "early", "late", "linear"], "training.weight_decay": [0, 0.1]}
    (note,) = prepare_run(small_study(sweep=sweep, evaluation__mc_samples=5), out=tmp_path, threads=1).notes
    assert note.endswith(" and 4 more (evaluation.mc_samples).")


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("late", "it must be below the epochs that training takes, 2 here. Got 2 in rate=0.5. Write fewer epochs"),
        ("early", "it must be at most the epochs that training takes, 2 here. Got 3 in rate=0.5."),
    ],
)
def test_a_schedule_that_never_turns_is_refused_where_steps_say_how_long(tmp_path, schedule, message):
    changes = {"training__epochs": None, "training__steps": 8, "dropout__schedule": schedule}
    until = 2 if schedule == "late" else 3
    with pytest.raises(UserError) as caught:
        prepare_run(small_study(**changes, dropout__schedule_until=until), out=tmp_path, threads=1)
    assert message in str(caught.value)
    assert prepare_run(small_study(**changes, dropout__schedule_until=until - 1), out=tmp_path, threads=1)


def test_duplicate_conditions_are_refused_naming_the_axis_that_does_nothing(tmp_path):
    study = small_study(dropout__schedule="early", sweep={"dropout.schedule_until": [None, 50 / 300]})
    with pytest.raises(UserError, match=r"the same training twice: .*, where dropout\.schedule_until makes no diff"):
        prepare_run(study, out=tmp_path, threads=1)
