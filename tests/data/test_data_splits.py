import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_data import classes_of_sizes

from dropout_lab.data import Dataset, Split, load_dataset, split_rows
from dropout_lab.data.splits import stratified_order
from dropout_lab.errors import DataError
from dropout_lab.randomness import Purpose, raw_words

SIZES = {"train_size": None, "val_size": 0.2, "test_size": None, "stratify": True, "split_seed": 0}


def split_of(dataset: Dataset, **changed: object) -> Split:
    return split_rows(dataset, **{**SIZES, **changed})


def counts(dataset: Dataset, rows: np.ndarray) -> list[int]:
    return np.bincount(dataset.target[rows], minlength=len(dataset.class_names)).tolist()


@pytest.fixture
def made() -> Dataset:
    return classes_of_sizes(60, 30, 10)


@pytest.fixture
def with_official_test() -> Dataset:
    return classes_of_sizes(90, 40, 20, n_official_test=50)


@pytest.fixture
def regression() -> Dataset:
    values = np.linspace(0, 1, 50)
    return Dataset("made", "regression", values[:, None], ("x",), values)


class TestSizes:
    def test_by_default_a_fifth_is_val_a_fifth_is_test_and_train_is_the_rest(self, made):
        split = split_of(made)
        assert (len(split.train), len(split.val), len(split.test)) == (60, 20, 20)

    def test_a_whole_number_is_rows_and_a_fraction_is_of_all_rows(self, made):
        split = split_of(made, train_size=0.3, val_size=17, test_size=0.25)
        assert (len(split.train), len(split.val), len(split.test)) == (30, 17, 25)

    @pytest.mark.parametrize(("fraction", "rows"), [(0.29, 29), (0.07, 7), (0.999, 99)])
    def test_a_fraction_means_the_decimal_number_as_written_rounded_down(self, fraction, rows):
        split = split_of(classes_of_sizes(100), train_size=fraction, val_size=1, test_size=0)
        assert len(split.train) == rows

    def test_fractions_that_sum_to_one_always_fit(self):
        for n_rows in range(10, 60):
            split = split_of(classes_of_sizes(n_rows), train_size=0.5, val_size=0.25, test_size=0.25)
            assert 0 <= n_rows - len(split.train) - len(split.val) - len(split.test) <= 2

    @pytest.mark.parametrize("nothing", [0, 0.0], ids=repr)
    def test_the_test_split_may_be_empty(self, made, nothing):
        split = split_of(made, test_size=nothing)
        assert len(split.test) == 0
        assert len(split.train) == 80

    @pytest.mark.parametrize("setting", ["train_size", "val_size", "test_size"])
    @pytest.mark.parametrize("size", [-1, -0.1, 1.0, 2.5, 0.001, float("nan")], ids=str)
    def test_a_size_that_is_neither_rows_nor_a_fraction_of_at_least_one_row_is_refused(self, made, setting, size):
        with pytest.raises(
            DataError, match=rf"^made: data\.{setting} must be a whole number.* Got {size} \(of 100 rows\)"
        ):
            split_of(made, **{setting: size})

    @pytest.mark.parametrize("setting", ["train_size", "val_size"])
    def test_only_the_test_split_may_be_asked_to_be_empty(self, made, setting):
        with pytest.raises(DataError, match=rf"data\.{setting} must .* Got 0"):
            split_of(made, **{setting: 0})

    def test_sizes_that_do_not_fit_are_refused_with_what_was_asked_and_what_there_is(self, made):
        with pytest.raises(DataError) as caught:
            split_of(made, train_size=70, val_size=20, test_size=0.3)
        assert str(caught.value) == (
            "made: data.val_size + data.test_size + data.train_size must fit in the 100 rows. "
            "Got 20 + 30 + 70 = 120. Take 20 fewer."
        )
        assert caught.value.exit_code == 2

    def test_val_and_test_that_leave_no_train_row_are_refused(self, made):
        with pytest.raises(DataError, match=r"must fit in the 100 rows\. Got 60 \+ 40 \+ 1 = 101"):
            split_of(made, val_size=60, test_size=40)

    def test_sizes_that_just_fit_are_taken(self, made):
        split = split_of(made, train_size=60, val_size=30, test_size=10)
        assert sorted([*split.train, *split.val, *split.test]) == list(range(100))


class TestRows:
    @given(
        sizes=st.lists(st.integers(10, 60), min_size=1, max_size=5),
        split_seed=st.integers(0, 2**63 - 1),
        stratify=st.booleans(),
        n_official_test=st.integers(0, 3),
    )
    def test_no_row_is_in_two_parts_and_none_is_lost(self, sizes, split_seed, stratify, n_official_test):
        dataset = classes_of_sizes(*sizes, n_official_test=n_official_test)
        try:
            split = split_of(dataset, split_seed=split_seed, stratify=stratify)
        except DataError:  # chance may leave a class out of an unstratified val split
            assert not stratify
            return
        assert sorted([*split.train, *split.val, *split.test]) == list(range(dataset.n_rows))

    def test_the_same_seed_gives_the_same_split_and_another_seed_another(self, made):
        first, again, other = split_of(made), split_of(made), split_of(made, split_seed=1)
        for part in ("train", "val", "test"):
            assert getattr(first, part).tolist() == getattr(again, part).tolist()
            assert sorted(getattr(first, part)) != sorted(getattr(other, part))

    def test_train_sizes_nest_as_prefixes_while_val_and_test_stay_put(self, made):
        splits = [split_of(made, train_size=size) for size in (10, 25, 0.5, 60, None)]
        largest = splits[-1]
        for split in splits:
            assert split.train.tolist() == largest.train[: len(split.train)].tolist()
            assert split.val.tolist() == largest.val.tolist()
            assert split.test.tolist() == largest.test.tolist()

    def test_train_does_not_change_when_val_grows_within_the_unused_rows(self, made):
        small, large = (split_of(made, train_size=30, val_size=size) for size in (10, 40))
        assert small.train.tolist() == large.train.tolist()
        assert small.val.tolist() == large.val[:10].tolist()

    def test_unstratified_rows_go_by_their_raw_key_alone(self, made):
        order = np.argsort(raw_words(5, Purpose.SPLIT, count=100))
        split = split_of(made, stratify=False, split_seed=5)
        assert [*split.test, *split.val, *split.train[::-1]] == order.tolist()

    def test_regression_goes_by_the_raw_key_whether_stratified_or_not(self, regression):
        order = np.argsort(raw_words(0, Purpose.SPLIT, count=50)).tolist()
        for stratify in (True, False):
            split = split_of(regression, stratify=stratify)
            assert [*split.test, *split.val, *split.train[::-1]] == order

    def test_within_a_class_rows_go_by_their_raw_key(self, made):
        split = split_of(made)
        order = np.array([*split.test, *split.val, *split.train[::-1]])
        keys = raw_words(0, Purpose.SPLIT, count=100)
        for code in range(3):
            assert (np.diff(keys[order[made.target[order] == code]].astype(object)) > 0).all()

    def test_the_split_of_iris_is_the_published_one(self):
        split = split_of(load_dataset("iris"))
        assert split.test[:6].tolist() == IRIS_TEST
        assert split.val[:6].tolist() == IRIS_VAL
        assert split.train[:6].tolist() == IRIS_TRAIN


# Changing these rows changes every published figure: they are part of the engine's format.
IRIS_TEST = [17, 101, 70, 34, 139, 59]
IRIS_VAL = [143, 15, 82, 113, 5, 84]
IRIS_TRAIN = [37, 63, 149, 114, 58, 9]


class TestOfficialTestSet:
    def test_it_is_the_test_split_and_the_rest_comes_from_the_official_train_rows(self, with_official_test):
        split = split_of(with_official_test)
        assert sorted(split.test) == list(range(100, 150))
        assert sorted([*split.train, *split.val]) == list(range(100))
        assert len(split.val) == 20

    @pytest.mark.parametrize(("size", "rows"), [(13, 13), (0.3, 15), (0, 0)], ids=["rows", "fraction", "none"])
    def test_a_size_takes_a_stratified_prefix_of_the_official_test_rows(self, with_official_test, size, rows):
        split, whole = split_of(with_official_test, test_size=size), split_of(with_official_test)
        assert split.test.tolist() == whole.test[:rows].tolist()
        shares = np.array(counts(with_official_test, whole.test)) / 50
        assert np.abs(counts(with_official_test, split.test) - shares * rows).max() < 1

    def test_its_rows_go_by_the_keys_of_their_place_in_the_whole_data_set(self, with_official_test):
        test = split_of(with_official_test).test
        keys = raw_words(0, Purpose.SPLIT, count=150)
        for code in range(3):
            assert (np.diff(keys[test[with_official_test.target[test] == code]].astype(object)) > 0).all()

    def test_its_size_leaves_train_and_val_alone(self, with_official_test):
        split, whole = split_of(with_official_test, test_size=5), split_of(with_official_test)
        assert split.train.tolist() == whole.train.tolist()
        assert split.val.tolist() == whole.val.tolist()

    def test_more_than_the_official_test_rows_are_refused(self, with_official_test):
        with pytest.raises(
            DataError, match=r"data\.test_size must fit in the 50 official test rows\. Got 51\. Take 1 fewer"
        ):
            split_of(with_official_test, test_size=51)

    def test_its_rows_are_never_train_or_val_rows_however_many_are_asked_for(self, with_official_test):
        with pytest.raises(DataError, match=r"must fit in the 100 train rows\. Got 20 \+ 81 = 101"):
            split_of(with_official_test, train_size=81)


def is_nearest_to_proportion(prefix: np.ndarray, sizes: np.ndarray) -> bool:
    """Whether no exchange of one row between two classes lowers sum((count - share)^2 / share).

    That the least sum belongs to Webster's apportionment is Sainte-Lague's theorem: nothing here knows keys or places.
    """
    share = len(prefix) * sizes / sizes.sum()
    count = np.bincount(prefix, minlength=len(sizes))

    def error(counted: np.ndarray) -> float:
        return float(((counted - share) ** 2 / share).sum())

    for giver in np.flatnonzero(count):
        for taker in np.flatnonzero(count < sizes):
            exchanged = count.copy()
            exchanged[giver] -= 1
            exchanged[taker] += 1
            if error(exchanged) < error(count) - 1e-9:
                return False
    return True


class TestStratification:
    @given(sizes=st.lists(st.integers(1, 25), min_size=1, max_size=5), split_seed=st.integers(0, 1000))
    def test_every_prefix_and_every_suffix_is_as_near_to_the_class_shares_as_it_can_be(self, sizes, split_seed):
        dataset = classes_of_sizes(*sizes)
        keys = raw_words(split_seed, Purpose.SPLIT, count=dataset.n_rows)
        classes = dataset.target[stratified_order(np.arange(dataset.n_rows), keys, dataset.target)]
        for length in range(1, dataset.n_rows + 1):
            assert is_nearest_to_proportion(classes[:length], np.array(sizes))
            assert is_nearest_to_proportion(classes[-length:], np.array(sizes))

    def test_equal_classes_take_turns_in_random_order(self):
        dataset = classes_of_sizes(40, 40, 40)
        classes = dataset.target[split_of(dataset, val_size=3, test_size=0).train]
        turns = classes[: 3 * 39].reshape(39, 3)
        assert (np.sort(turns, axis=1) == [0, 1, 2]).all()
        assert len({tuple(turn) for turn in turns.tolist()}) > 3

    def test_each_part_holds_the_classes_in_proportion(self, made):
        split = split_of(made)
        assert [counts(made, rows) for rows in (split.train, split.val, split.test)] == [
            [36, 18, 6],
            [12, 6, 2],
            [12, 6, 2],
        ]

    def test_a_class_without_a_train_row_is_refused_by_name(self, made):
        with pytest.raises(DataError) as caught:
            split_of(made, train_size=4)
        assert str(caught.value) == (
            "made: every class must have a row among the train rows. Got none of class c (10 of all 100 rows) "
            "in 4 train rows. Raise data.train_size, or remove or merge rare classes."
        )

    def test_a_class_that_chance_left_out_is_refused_with_stratification_as_the_mend(self, made):
        with pytest.raises(
            DataError, match=r"Got none of class c .* in 5 train rows\. Raise data\.train_size, set data\.strat"
        ):
            split_of(made, train_size=5, stratify=False)

    def test_a_class_without_a_val_row_is_refused_by_name(self):
        with pytest.raises(DataError, match=r"among the val rows\. Got none of class b \(1 of all 51 rows\) in 10 val"):
            split_of(classes_of_sizes(50, 1))
