import numpy as np
import pytest

from dropout_lab.data import Dataset, load_dataset
from dropout_lab.errors import DataError

SPECIES = "height,colour,species\n1.5,red,oak\n2,blue,elm\n2.5,red,oak\n3,red,elm\n"


@pytest.fixture
def read(write_table):
    """Write text as a CSV file and read it back as a data set."""

    def read_text(text: str, target: str | None = "y", **options: object) -> Dataset:
        return load_dataset(write_table(text), target=target, **options)

    return read_text


def column_of(values: list[object]) -> str:
    """A table of one feature and these targets."""
    return "x,y\n" + "".join(f"{row},{value}\n" for row, value in enumerate(values))


class TestColumns:
    def test_numbers_are_features_and_text_is_coded_by_its_levels(self, read):
        dataset = read(SPECIES, "species")
        assert dataset.feature_names == ("height",)
        assert dataset.features.tolist() == [[1.5], [2], [2.5], [3]]
        (colour,) = dataset.text_columns
        assert (colour.name, colour.levels, colour.codes.tolist()) == ("colour", ("blue", "red"), [1, 0, 1, 1])

    def test_the_target_may_be_any_column(self, read):
        dataset = read(SPECIES, "colour")
        assert dataset.class_names == ("blue", "red")
        assert [column.name for column in dataset.text_columns] == ["species"]

    @pytest.mark.parametrize("gap", ["", "?", "NA", "NaN", "null", " "], ids=repr)
    def test_a_gap_is_kept_for_later(self, read, gap):
        dataset = read(f"a,b,y\n{gap},red,no\n1,{gap},yes\n2,red,no\n")
        assert np.isnan(dataset.features[:, 0]).tolist() == [True, False, False]
        assert dataset.text_columns[0].codes.tolist() == [0, -1, 0]

    def test_true_and_false_are_1_and_0(self, read):
        assert read("a,y\nTrue,no\nFalse,yes\nTrue,no\n").features[:, 0].tolist() == [1, 0, 1]

    def test_true_and_false_with_a_gap_are_text(self, read):
        (column,) = read("a,b,y\nTrue,1,no\nFalse,2,yes\nTrue,3,no\n,4,no\n").text_columns
        assert (column.levels, column.codes.tolist()) == (("False", "True"), [1, 0, 1, -1])

    def test_spaces_around_names_and_texts_do_not_count(self, read):
        dataset = read("a , b,y\n1, red ,no\n2,red, yes\n")
        assert dataset.feature_names == ("a",)
        assert dataset.text_columns[0].levels == ("red",)
        assert dataset.class_names == ("no", "yes")

    def test_quotes_blank_lines_and_a_byte_order_mark_are_read_as_usual(self, read):
        dataset = read('\ufeff"a, b",y\n\n1,"no, never"\n\n2,yes\n')
        assert dataset.feature_names == ("a, b",)
        assert dataset.class_names == ("no, never", "yes")

    def test_every_digit_of_a_number_counts(self, read):
        dataset = read("a,y\n0.1234567890123456789,no\n1e-300,yes\n")
        assert dataset.features[:, 0].tolist() == [0.1234567890123456789, 1e-300]

    def test_a_table_without_numbers_has_no_numeric_columns(self, read):
        dataset = read("a,y\nred,no\nred,yes\n")
        assert dataset.features.shape == (2, 0)

    def test_a_column_of_numbers_with_a_stray_text_is_read_as_text_with_a_note(self, read):
        dataset = read("a,b,y\n1,1,no\n1,2,yes\nmany,3,no\n1,4,yes\n")
        assert dataset.text_columns[0].levels == ("1", "many")
        assert dataset.notes == ("a is read as text, since many in row 3 (counted from 1) is no number.",)


class TestTask:
    def test_a_text_target_is_classification_in_alphabetical_order(self, read):
        dataset = read(SPECIES, "species")
        assert (dataset.task, dataset.class_names, dataset.target.tolist()) == (
            "classification",
            ("elm", "oak"),
            [1, 0, 1, 0],
        )
        assert dataset.notes == ()

    def test_up_to_20_different_whole_numbers_are_classes_in_numeric_order_with_a_note(self, read):
        dataset = read(column_of([10, 9, -1] * 3 + list(range(20, 37))))
        assert dataset.task == "classification"
        assert dataset.class_names == ("-1", "9", "10", *map(str, range(20, 37)))
        assert dataset.target.tolist()[:3] == [2, 1, 0]
        assert dataset.notes == (
            "y holds 20 different whole numbers (at most 20), so they are read as classes; "
            "data.task=regression would read them as numbers.",
        )

    @pytest.mark.parametrize("values", [range(21), [0.5, 1, 2]], ids=["21 whole numbers", "a fraction"])
    def test_other_numbers_are_regression_with_a_note(self, read, values):
        dataset = read(column_of(list(values)))
        assert dataset.task == "regression"
        assert dataset.target.tolist() == list(values)
        assert dataset.class_names == ()
        assert "so the task is regression" in dataset.notes[0]

    def test_whole_numbers_written_with_a_point_are_classes_too(self, read):
        dataset = read(column_of(["1.0", "0.0", "1.0"]))
        assert dataset.class_names == ("0", "1")

    @pytest.mark.parametrize(
        ("task", "values", "names"),
        [("regression", [0, 1, 0], ()), ("classification", [0.5, 2, 0.5], ("0.5", "2"))],
        ids=["regression", "classification"],
    )
    def test_the_task_setting_overrules_the_rule(self, read, task, values, names):
        dataset = read(column_of(values), task=task)
        assert (dataset.task, dataset.class_names, dataset.notes) == (task, names, ())

    @pytest.mark.parametrize(("task", "names"), [("auto", ("False", "True")), ("regression", ())])
    def test_true_and_false_are_classes_unless_regression_is_asked_for(self, read, task, names):
        dataset = read(column_of(["true", "false", "true"]), task=task)
        assert dataset.class_names == names
        assert dataset.target.tolist() == [1, 0, 1]

    def test_regression_on_text_is_refused(self, read):
        with pytest.raises(DataError, match=r"must be numeric\. Got text in species, such as elm"):
            read(SPECIES, "species", task="regression")


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "must hold a header and rows. Got an empty file."),
            ("\n\n", "must hold a header and rows. Got an empty file."),
            ("a,y\n", "must hold rows. Got only a header."),
            ("a;y\n1;2\n", "separated by commas. Got one column, a;y."),
            ("a,,y\n1,2,3\n", "every column must have a name. Got none for column 2."),
            ("a,a,y\n1,2,3\n", "column names must differ. Got more than one a."),
            ("a,y\n1,no\n2\n", ":3: every row must have 2 values, as the header has. Got 1."),
            (
                "a,y\n1,no\n2,yes,5\n",
                "must parse as CSV. Got this from the parser: Expected 2 fields in line 3, saw 3.",
            ),
            ("a,y\n1,no,5\n2,yes,5\n", "every row must have as many values as the header. Got more."),
            ('a,y\n1,"no\n2,yes\n', "must parse as CSV. Got this from the parser: EOF inside string"),
            ("a,y\n1,no\n2,\n3,?\n", "every row must have a target. Got none for y in rows 2, 3 (counted from 1)."),
            ("a,y\n1,4.5\n2,\n", "every row must have a target. Got none for y in row 2 (counted from 1)."),
            ("a,y\n1,4.5\n2,-inf\n", "must be finite and at most 1e+100 in size. Got -inf for y in row 2"),
            ("a,y\n1,no\n2,no\n", "the target must vary. Got no in all 2 rows of y."),
            ("a,y\n1,7\n2,7\n", "the target must vary. Got 7 in all 2 rows of y."),
            ("a,b,y\n1,2,no\n2,inf,yes\n", "must be finite and at most 1e+100 in size. Got inf in column b, row 2"),
            ("a,b,y\n1,2,no\n-1e400,3,yes\n", "Got -inf in column a, row 2 (counted from 1)."),
            ("a,b,y\n1,,no\n2,,yes\n", "every column must hold values. Got none in b."),
            ("a,b,y\n1,x7,no\n2,x8,yes\n3,x9,no\n", "must be a category: levels that repeat, at most 100 of them. "),
        ],
        ids=lambda value: repr(value)[:40],
    )
    def test_a_table_that_cannot_be_trained_on_is_refused_with_its_place(self, read, text, message):
        with pytest.raises(DataError) as caught:
            read(text)
        assert message in str(caught.value)
        assert "table.csv" in str(caught.value)
        assert caught.value.exit_code == 2

    def test_too_many_levels_are_refused_with_their_number_and_the_text_that_is_no_number(self, read):
        lines = "".join(f"{row // 2 if row != 6 else 'n/k'},{row},{row % 2}\n" for row in range(300))
        with pytest.raises(DataError) as caught:
            read("code,x,y\n" + lines)
        assert "Got 151 different texts in 300 values of code (the first that is no number: n/k in row 7" in str(
            caught.value
        )

    def test_100_levels_are_taken(self, read):
        lines = "".join(f"level {row % 100},{row % 2}\n" for row in range(300))
        assert len(read("code,y\n" + lines).text_columns[0].levels) == 100

    @pytest.mark.parametrize(
        ("target", "message"),
        [
            (None, "Got nothing. Its columns: height, colour, species."),
            ("Specis", "Got Specis. Did you mean species? Its columns: height, colour, species."),
            ("zzz", "Got zzz. Its columns: height, colour, species."),
        ],
        ids=["none", "near", "far"],
    )
    def test_a_target_that_is_no_column_is_refused_with_the_columns(self, read, target, message):
        with pytest.raises(DataError) as caught:
            read(SPECIES, target)
        assert str(caught.value).endswith(f"data.target must be a column of the table. {message}")

    def test_under_error_a_gap_is_refused_by_row_and_column(self, read):
        text = "a,b,y\n1,red,no\n,red,yes\n3,,no\n"
        assert read(text).n_rows == 3
        with pytest.raises(DataError, match=r"Got 2 missing, the first in column a, row 2 \(counted from 1\)"):
            read(text, missing="error")

    def test_a_file_that_is_not_utf_8_is_refused(self, tmp_path):
        path = tmp_path / "latin.csv"
        path.write_bytes("name,y\ncafé,1\n".encode("latin-1"))
        with pytest.raises(DataError, match="must be UTF-8 text"):
            load_dataset(str(path), target="y")


class TestFingerprint:
    def test_it_is_of_the_content_not_of_the_path_or_the_spelling(self, write_table):
        one = load_dataset(write_table(SPECIES, "one.csv"), target="species")
        other = load_dataset(write_table(SPECIES.replace("1.5", "1.50"), "other.csv"), target="species")
        assert one.fingerprint == other.fingerprint

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("2.5", "2.6"),
            ("height", "length"),
            ("elm", "ash"),
            ("blue", "green"),
            ("3,red", "3,blue"),
            ("3,red", ",red"),
        ],
        ids=["value", "column", "class", "level", "text", "gap"],
    )
    def test_it_changes_with_every_value_and_name(self, read, old, new):
        assert read(SPECIES, "species").fingerprint != read(SPECIES.replace(old, new), "species").fingerprint

    def test_it_changes_with_the_task(self, read):
        text = column_of([0, 1, 0])
        assert read(text).fingerprint != read(text, task="regression").fingerprint
