import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_data import classes_of_sizes

from dropout_lab.data import Dataset, PreparedData, Split, TextColumn, load_dataset, prepare, split_rows
from dropout_lab.errors import DataError
from dropout_lab.randomness import Purpose, raw_words

SETTINGS = {"scaling": "auto", "missing": "impute", "label_noise": 0.0, "split_seed": 0}
NAN = float("nan")


def prepared(dataset: Dataset, split: Split, **changed: object) -> PreparedData:
    return prepare(dataset, split, **{**SETTINGS, **changed})


def table(features: object, *, texts: tuple[TextColumn, ...] = (), dtype: str = "float64", **other: object) -> Dataset:
    """A two-class data set of these numeric columns."""
    columns = np.array(features, dtype=dtype)
    names = tuple(f"x{column}" for column in range(columns.shape[1]))
    target = np.arange(len(columns)) % 2
    return Dataset("made", "classification", columns, names, target, ("no", "yes"), text_columns=texts, **other)


def regression(target: object) -> Dataset:
    values = np.array(target, dtype=np.float64)
    return Dataset("made", "regression", np.arange(len(values), dtype=np.float64)[:, None], ("x",), values)


def rows(train: list[int], val: list[int], test: list[int] | None = None) -> Split:
    return Split(*(np.array(part, dtype=np.int64) for part in (train, val, test or [])))


@pytest.fixture
def wine() -> Dataset:
    return load_dataset("wine")


@pytest.fixture
def wine_split(wine) -> Split:
    return split_rows(wine, train_size=80, val_size=30, test_size=30, stratify=True, split_seed=0)


class TestScaling:
    def test_standardised_train_columns_have_mean_0_and_standard_deviation_1(self, wine, wine_split):
        features = prepared(wine, wine_split, dtype="float64").train_features
        np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(features.std(axis=0), 1, rtol=1e-12)

    @pytest.mark.parametrize("part", ["val", "test"])
    def test_val_and_test_are_scaled_by_the_statistics_of_the_train_rows(self, wine, wine_split, part):
        train, raw = wine.features[wine_split.train], wine.features[getattr(wine_split, part)]
        features = getattr(prepared(wine, wine_split, dtype="float64"), f"{part}_features")
        np.testing.assert_allclose(features, (raw - train.mean(axis=0)) / train.std(axis=0), rtol=1e-12)

    @pytest.mark.parametrize("scaling", ["standardize", "unit", "none"])
    def test_val_and_test_rows_gone_wild_leave_train_as_it_was(self, wine, wine_split, scaling):
        wild = wine.features.copy()
        wild[[*wine_split.val, *wine_split.test]] = 1e9
        before = prepared(wine, wine_split, scaling=scaling)
        after = prepared(dataclasses.replace(wine, features=wild), wine_split, scaling=scaling)
        np.testing.assert_array_equal(after.train_features, before.train_features)
        assert (after.val_features != before.val_features).all()

    @pytest.mark.parametrize("part", ["train", "val", "test"])
    def test_without_scaling_the_values_are_the_raw_ones(self, wine, wine_split, part):
        features = getattr(prepared(wine, wine_split, scaling="none", dtype="float64"), f"{part}_features")
        np.testing.assert_array_equal(features, wine.features[getattr(wine_split, part)])

    def test_unit_scaling_maps_the_one_range_of_all_train_values_to_0_and_1(self):
        dataset = table([[10, 20], [14, 30], [50, 0]])
        data = prepared(dataset, rows([0, 1], [2]), scaling="unit", dtype="float64")
        assert data.train_features.tolist() == [[0, 0.5], [0.2, 1]]
        assert data.val_features.tolist() == [[2, -0.5]]

    def test_auto_means_unit_for_images_and_standardize_otherwise(self):
        features = [[0, 1], [255, 2], [51, 3]]
        split = rows([0, 1, 2], [0])
        image = prepared(table(features, dtype="uint8", is_image=True), split)
        assert image.train_features[:, 0].tolist() == [0, 1, np.float32(0.2)]
        no_image = prepared(table(features), split)
        np.testing.assert_array_equal(
            no_image.train_features, prepared(table(features), split, scaling="standardize").train_features
        )

    @pytest.mark.parametrize("scaling", ["standardize", "unit"])
    @pytest.mark.parametrize("value", [0.1, 0.0, -1e90, 3e-300], ids=str)
    def test_a_column_constant_on_train_is_0_everywhere_and_named(self, scaling, value):
        dataset = table([[value]] * 7 + [[5.0]])
        data = prepared(dataset, rows(list(range(7)), [7]), scaling=scaling)
        assert data.train_features.tolist() == [[0]] * 7
        assert data.val_features.tolist() == [[0]]
        assert data.notes == ("Constant on the train rows, so set to 0: x0.",)

    def test_a_variation_whose_square_is_0_in_float64_counts_as_constant(self):
        data = prepared(table([[1e-200], [3e-200]]), rows([0, 1], [0]))
        assert data.train_features.tolist() == [[0], [0]]

    def test_float32_loses_nothing_of_a_small_variation_around_a_large_mean(self):
        data = prepared(table([[1e9], [1e9 + 1], [1e9 + 2]]), rows([0, 1, 2], [0]))
        np.testing.assert_allclose(data.train_features[:, 0], np.array([-1, 0, 1]) * np.sqrt(1.5), rtol=1e-6)

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_features_come_in_the_precision_asked_for(self, wine, wine_split, dtype):
        data = prepared(wine, wine_split, dtype=dtype)
        assert {data.train_features.dtype, data.val_features.dtype, data.test_features.dtype} == {np.dtype(dtype)}

    def test_a_value_that_float32_cannot_hold_is_refused_by_row_and_column(self):
        dataset = table([[1, 1], [2, 2], [3, 1e60]])
        split = rows([0, 1], [2])
        with pytest.raises(DataError, match=r"must fit float32 once scaled\. Got one too large in column x1, row 3"):
            prepared(dataset, split, scaling="none")
        assert prepared(dataset, split, scaling="none", dtype="float64").val_features[0, 1] == 1e60

    def test_an_unknown_scaling_is_a_programmers_error(self, wine, wine_split):
        with pytest.raises(ValueError, match=r"scaling must be auto, standardize, unit or none\. Got robust"):
            prepared(wine, wine_split, scaling="robust")

    def test_many_rows_are_encoded_as_a_few_are(self):
        dataset = table(np.random.Philox(1).random_raw(1000 * 70).reshape(1000, 70) % 1000)
        everything = prepared(dataset, rows(list(range(1000)), [999]), dtype="float64")
        raw = dataset.features
        np.testing.assert_allclose(everything.train_features, (raw - raw.mean(axis=0)) / raw.std(axis=0), rtol=1e-9)
        np.testing.assert_array_equal(everything.val_features[0], everything.train_features[999])


class TestMissingValues:
    SPLIT = rows([0, 1, 2, 3], [4])

    def test_a_gap_becomes_the_median_of_the_train_rows_with_an_indicator_column(self):
        dataset = table([[1, 7], [NAN, 7], [3, 8], [9, 7], [NAN, 1000]])
        data = prepared(dataset, self.SPLIT, scaling="none")
        assert data.feature_names == ("x0", "x1", "x0 is missing")
        assert data.train_features.tolist() == [[1, 7, 0], [3, 7, 1], [3, 8, 0], [9, 7, 0]]
        assert data.val_features.tolist() == [[3, 1000, 1]]
        assert data.notes == ("Missing values become the train median, with an indicator column each: x0.",)

    def test_a_gap_in_val_alone_gets_the_train_median_and_no_column(self):
        dataset = table([[1], [2], [9], [4], [NAN]])
        data = prepared(dataset, self.SPLIT, scaling="none")
        assert data.feature_names == ("x0",)
        assert data.val_features.tolist() == [[3]]

    def test_indicator_columns_are_not_scaled(self):
        dataset = table([[1], [NAN], [9], [4], [NAN]])
        for scaling in ("standardize", "unit"):
            data = prepared(dataset, self.SPLIT, scaling=scaling)
            assert data.train_features[:, 1].tolist() == [0, 1, 0, 0]

    def test_a_column_without_any_train_value_is_0(self):
        dataset = table([[NAN], [NAN], [NAN], [NAN], [5]])
        data = prepared(dataset, self.SPLIT)
        assert data.train_features.tolist() == [[0, 1]] * 4
        assert data.val_features.tolist() == [[0, 0]]

    def test_under_error_a_gap_is_refused_by_row_and_column(self):
        with pytest.raises(DataError, match=r"Got 2 missing, the first in column x1, row 2 \(counted from 1\)"):
            prepared(table([[1, 2], [3, NAN], [NAN, 6], [1, 1], [2, 2]]), self.SPLIT, missing="error")

    def test_preparing_leaves_the_data_set_as_it_was(self):
        dataset = table([[1], [NAN], [9], [4], [NAN]])
        fingerprint = dataset.fingerprint
        prepared(dataset, self.SPLIT)
        assert dataclasses.replace(dataset).fingerprint == fingerprint


class TestTextColumns:
    SPLIT = rows([0, 1, 2], [3, 4])

    @staticmethod
    def coloured(codes: list[int], numbers: object = None) -> Dataset:
        colour = TextColumn("colour", ("blue", "green", "red"), np.array(codes))
        return table(np.empty((len(codes), 0)) if numbers is None else numbers, texts=(colour,))

    def test_each_level_gets_a_column_of_0_and_1_which_is_not_scaled(self):
        data = prepared(self.coloured([2, 0, 2, 0, 2]), self.SPLIT)
        assert data.feature_names == ("colour=blue", "colour=red")
        assert data.train_features.tolist() == [[0, 1], [1, 0], [0, 1]]
        assert data.val_features.tolist() == [[1, 0], [0, 1]]

    def test_a_level_without_a_train_row_is_0_in_all_columns_and_named(self):
        data = prepared(self.coloured([2, 0, 2, 1, -1]), self.SPLIT)
        assert data.val_features.tolist() == [[0, 0], [0, 0]]
        assert data.notes == ("Levels without a train row, so 0 in all columns: colour=green.",)

    def test_a_missing_text_is_a_level_of_its_own(self):
        data = prepared(self.coloured([0, -1, 1, -1, 0]), self.SPLIT)
        assert data.feature_names == ("colour is missing", "colour=blue", "colour=green")
        assert data.train_features.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
        assert data.val_features.tolist() == [[1, 0, 0], [0, 1, 0]]
        assert "Missing text is a level of its own: colour." in data.notes

    def test_under_error_a_missing_text_is_refused_by_row_and_column(self):
        with pytest.raises(DataError, match="Got 1 missing, the first in column colour, row 4"):
            prepared(self.coloured([0, 1, 1, -1, 0]), self.SPLIT, missing="error")

    def test_numeric_columns_come_first(self):
        data = prepared(self.coloured([0, 1, 1, 1, 0], numbers=[[1], [NAN], [5], [2], [2]]), self.SPLIT, scaling="none")
        assert data.feature_names == ("x0", "x0 is missing", "colour=blue", "colour=green")
        assert data.train_features.tolist() == [[1, 0, 1, 0], [3, 1, 0, 1], [5, 0, 0, 1]]


class TestTargets:
    def test_classes_are_codes_with_scale_1(self, wine, wine_split):
        data = prepared(wine, wine_split)
        assert data.train_targets.dtype == np.int64
        assert data.train_targets.tolist() == wine.target[wine_split.train].tolist()
        assert (data.n_classes, data.target_mean, data.target_scale) == (3, 0.0, 1.0)
        assert data.class_names == ("class_0", "class_1", "class_2")

    def test_regression_targets_are_standardised_by_the_train_rows(self):
        data = prepared(regression([2, 4, 6, 100, -100]), rows([0, 1, 2], [3], [4]), dtype="float64")
        deviation = np.sqrt(8 / 3)
        assert (data.target_mean, data.target_scale) == (4.0, pytest.approx(deviation))
        np.testing.assert_allclose(data.train_targets, np.array([-2, 0, 2]) / deviation)
        np.testing.assert_allclose([*data.val_targets, *data.test_targets], np.array([96, -104]) / deviation)
        assert data.n_classes == 0
        assert data.class_names == ()

    def test_scale_and_mean_lead_back_to_the_targets_units(self):
        dataset = load_dataset("diabetes")
        split = split_rows(dataset, train_size=None, val_size=0.2, test_size=0.2, stratify=True, split_seed=0)
        data = prepared(dataset, split)
        assert data.val_targets.dtype == np.float32
        back = data.val_targets * data.target_scale + data.target_mean
        np.testing.assert_allclose(back, dataset.target[split.val], rtol=1e-4)

    def test_a_target_constant_on_the_train_rows_is_refused(self):
        with pytest.raises(DataError, match=r"must vary on the train rows\. Got 3\.0 in all 2 of them"):
            prepared(regression([3, 3, 4]), rows([0, 1], [2]))

    def test_an_empty_test_split_gives_empty_arrays_of_the_right_width(self, wine, wine_split):
        data = prepared(wine, Split(wine_split.train, wine_split.val, wine_split.test[:0]))
        assert data.test_features.shape == (0, 13)
        assert data.test_targets.shape == (0,)

    def test_the_readers_notes_are_passed_on(self, wine, wine_split):
        data = prepared(dataclasses.replace(wine, notes=("As read.",)), wine_split)
        assert data.notes == ("As read.",)


class TestLabelNoise:
    @staticmethod
    def noisy(dataset: Dataset, fraction: float, **changed: object) -> PreparedData:
        split = split_rows(dataset, train_size=None, val_size=0.2, test_size=0.2, stratify=True, split_seed=0)
        return prepared(dataset, split, label_noise=fraction, **changed)

    @given(st.floats(0, 1))
    def test_exactly_the_rounded_fraction_of_train_rows_gets_another_class(self, fraction):
        data = self.noisy(classes_of_sizes(50, 30, 20), fraction)
        assert (data.train_targets != data.train_true_targets).sum() == round(fraction * 60)
        assert set(data.train_targets.tolist()) <= {0, 1, 2}

    def test_the_rows_corrupted_at_a_fraction_are_among_those_at_a_larger_one_with_the_same_class(self):
        dataset = load_dataset("digits")
        few, many = self.noisy(dataset, 0.1), self.noisy(dataset, 0.4)
        corrupted = few.train_targets != few.train_true_targets
        assert corrupted.sum() == 108
        np.testing.assert_array_equal(many.train_targets[corrupted], few.train_targets[corrupted])

    def test_val_test_and_the_true_targets_stay_clean(self):
        dataset = load_dataset("digits")
        clean, noisy = self.noisy(dataset, 0.0), self.noisy(dataset, 1.0)
        for field in ("train_true_targets", "val_targets", "test_targets", "train_features"):
            np.testing.assert_array_equal(getattr(noisy, field), getattr(clean, field))
        np.testing.assert_array_equal(clean.train_targets, clean.train_true_targets)

    def test_every_other_class_is_equally_likely(self):
        data = self.noisy(classes_of_sizes(*[4000] * 4), 1.0)
        steps = (data.train_targets - data.train_true_targets) % 4
        share = np.bincount(steps, minlength=4) / len(steps)
        # 9,600 draws: one standard deviation of a share of 1/3 is 0.005
        np.testing.assert_allclose(share, [0, 1 / 3, 1 / 3, 1 / 3], atol=0.02)

    def test_keys_and_replacements_belong_to_the_row_whichever_rows_are_train(self):
        dataset = classes_of_sizes(30, 40, 20, 10)
        keys, words = (raw_words(0, Purpose.LABEL_NOISE, count=100, layer=layer) for layer in (0, 1))
        train = [97, 3, 50, 18, 66, 41]
        data = prepared(dataset, rows(train, [99]), label_noise=0.5)
        expected = dataset.target.copy()
        for row in sorted(train, key=keys.__getitem__)[:3]:
            expected[row] = (expected[row] + 1 + int(words[row]) % 3) % 4
        assert data.train_targets.tolist() == expected[train].tolist()

    def test_another_split_seed_corrupts_other_rows(self):
        dataset = classes_of_sizes(60, 40)
        first, other = self.noisy(dataset, 0.3), self.noisy(dataset, 0.3, split_seed=1)
        assert first.train_targets.tolist() != other.train_targets.tolist()

    def test_it_is_refused_for_regression(self):
        with pytest.raises(DataError, match=r"data\.label_noise must be 0 for regression, .* Got 0\.1"):
            prepared(regression([2, 4, 6]), rows([0, 1], [2]), label_noise=0.1)

    def test_a_fraction_outside_0_to_1_is_a_programmers_error(self):
        with pytest.raises(ValueError, match=r"fraction must be in \[0, 1\]. Got 1.5"):
            self.noisy(classes_of_sizes(50, 50), 1.5)
