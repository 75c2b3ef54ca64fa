"""The code in docs/extending.md is that of the worked examples, which run."""

import re
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLES = {path.name: path.read_text("utf-8") for path in HERE.glob("test_adding_*.py")}
PAGE = (HERE.parents[1] / "docs" / "extending.md").read_text("utf-8")
CODE = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_every_piece_of_code_stands_in_an_example() -> None:
    assert CODE
    assert [code for code in CODE if not any(code in source for source in EXAMPLES.values())] == []


def test_every_example_is_on_the_page() -> None:
    assert [name for name, source in EXAMPLES.items() if not any(code in source for code in CODE)] == []
