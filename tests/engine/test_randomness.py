"""Facts of the raw words: their layout, and that they are data and not state."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import stats

from dropout_lab.randomness import MAX_SEED, Purpose, lanes, normals, permutation, raw_words, uniforms

from .philox import philox_block

STREAMS = [
    pytest.param({"seed": 6}, id="seed"),
    pytest.param({"purpose": Purpose.BATCH_ORDER}, id="purpose"),
    pytest.param({"layer": 3}, id="layer"),
    pytest.param({"step": 8}, id="step"),
]
HOME = {"seed": 5, "purpose": Purpose.DROPOUT_NOISE, "layer": 2, "step": 7}


def words(count: int = 4096, **changes: int) -> np.ndarray:
    stream = HOME | changes
    return raw_words(stream.pop("seed"), stream.pop("purpose"), count=count, **stream)


@pytest.mark.parametrize(
    ("counter", "key", "block"),
    [
        pytest.param(
            (0, 0, 0, 0),
            (0, 0),
            (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
            id="zeros",
        ),
        pytest.param(
            (2**64 - 1,) * 4,
            (2**64 - 1,) * 2,
            (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
            id="ones",
        ),
    ],
)
def test_the_reference_philox_gives_the_published_known_answers(
    counter: tuple[int, ...], key: tuple[int, int], block: tuple[int, ...]
) -> None:
    assert philox_block(counter, key) == block


@pytest.mark.parametrize("element", [0, 3, 4, 5, 4095])
def test_a_word_is_a_pure_function_of_seed_purpose_layer_step_and_element(element: int) -> None:
    block = philox_block((1 + element // 4, 7, 2, 0), (5, Purpose.DROPOUT_NOISE))
    assert int(words()[element]) == block[element % 4]


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 1000])
def test_a_longer_request_starts_with_the_shorter(count: int) -> None:
    np.testing.assert_array_equal(words(count), words()[:count])


@pytest.mark.parametrize("first", [1, 3, 4, 5, 4095])
def test_a_request_may_begin_at_any_element(first: int) -> None:
    np.testing.assert_array_equal(words(100, first=first), words(first + 100)[first:])


@pytest.mark.parametrize("change", STREAMS)
def test_another_seed_purpose_layer_or_step_gives_other_words(change: dict[str, int]) -> None:
    assert not np.isin(words(**change), words()).any()


@pytest.mark.parametrize("change", STREAMS)
def test_words_of_two_streams_are_uncorrelated(change: dict[str, int]) -> None:
    count = 40_000
    correlation = np.corrcoef(uniforms(words(count, **change)), uniforms(words(count)))[0, 1]
    assert abs(correlation) < 4 / np.sqrt(count)


@pytest.mark.parametrize("other", [p for p in Purpose if p is not Purpose.DROPOUT_NOISE], ids=lambda p: p.name)
def test_drawing_for_one_purpose_does_not_disturb_another(other: Purpose) -> None:
    undisturbed = words()
    raw_words(5, other, count=13, layer=2, step=7)
    np.testing.assert_array_equal(words(), undisturbed)


def test_threads_that_draw_at_once_get_the_words_of_one_thread() -> None:
    seeds = list(range(64))
    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(lambda seed: words(seed=seed), seeds))
    np.testing.assert_array_equal(at_once, [words(seed=seed) for seed in seeds])


def test_the_greatest_seed_has_words_of_its_own() -> None:
    assert int(words(seed=MAX_SEED)[0]) == philox_block((1, 7, 2, 0), (MAX_SEED, Purpose.DROPOUT_NOISE))[0]


def test_the_numbers_of_the_purposes_never_change() -> None:
    assert {p.name: p.value for p in Purpose} == {
        "SPLIT": 1,
        "LABEL_NOISE": 2,
        "INITIAL_WEIGHTS": 3,
        "BATCH_ORDER": 4,
        "DROPOUT_NOISE": 5,
        "EVALUATION": 6,
        "RESAMPLING": 7,
        "MC_SAMPLES": 8,
    }


def test_a_permutation_is_the_stable_argsort_of_its_words() -> None:
    order = permutation(5, Purpose.BATCH_ORDER, count=500, step=2)
    of_words = sorted(range(500), key=raw_words(5, Purpose.BATCH_ORDER, count=500, step=2).tolist().__getitem__)
    assert order.tolist() == of_words


def test_lanes_are_the_bits_of_the_words_viewed_as_int16_lowest_first() -> None:
    by_hand = [(int(word) >> shift & 0xFFFF) for word in words(64) for shift in (0, 16, 32, 48)]
    assert lanes(words(64)).dtype == np.dtype("<i2")
    np.testing.assert_array_equal(lanes(words(64)).view("<u2"), by_hand)


def test_lanes_take_all_values_equally_often() -> None:
    counts = np.bincount(lanes(words(400_000)).view("<u2") >> 8, minlength=256)
    assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize(
    ("word", "number"),
    [
        pytest.param(0, 2.0**-53, id="least"),
        pytest.param(2**63, 0.5 + 2.0**-53, id="middle"),
        pytest.param(2**64 - 1, 1 - 2.0**-53, id="greatest"),
    ],
)
def test_uniforms_stay_inside_the_open_interval(word: int, number: float) -> None:
    assert uniforms(np.array([word], dtype=np.uint64))[0] == number


def test_normals_are_normal() -> None:
    assert stats.kstest(normals(words(20_000)), "norm").pvalue > 1e-3


def test_normals_of_the_extreme_words_are_finite_and_opposite() -> None:
    least, greatest = normals(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert least == -greatest == pytest.approx(-8.2095, abs=1e-4)
