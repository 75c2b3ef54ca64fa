"""The page in a real browser: it renders, sorts, toggles, follows the pointer and the keys, and asks for nothing."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from written_studies import BETTER, GOOD, make_results, whole

from dropout_lab.report import html as html_module
from dropout_lab.report import html_report

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed (pip install '.[test]')")
By = pytest.importorskip("selenium.webdriver.common.by").By
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMEDRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and CHROMEDRIVER),
    reason="needs Chromium and its driver on the PATH (Debian: chromium, chromium-driver)",
)
RATES = (0.1, 0.3, 0.5, 0.7)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(CHROMEDRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of two train sizes, four rates and three seeds: 30 trials, of which one diverged."""
    groups = [
        {0: GOOD}
        | {rate: replace(BETTER, last=0.30 + rate / 10 + shift, best=0.25 + rate / 10 + shift) for rate in RATES}
        for shift in (0.0, 0.1)
    ]
    groups[0][0.7] = replace(groups[0][0.7], status={2: "diverged"})
    results = whole(make_results(*groups, seeds=3, swept={"data.train_size": [300, 100]}, rows_factor=2.0))
    path = tmp_path_factory.mktemp("page") / "report.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dropout_lab.report.figures._SHOWN", ("loss_curves",))  # one figure is enough to look at
        path.write_text(html_report(results), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Any, page_path: Path) -> Callable[..., Any]:
    """Open the page at a size and in a theme; a page that logs anything or asks for anything fails the test."""

    def show(width: int = 1280, height: int = 900, theme: str = "light", media: str = "") -> Any:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [
            {"name": "prefers-color-scheme", "value": theme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
        browser.get(page_path.as_uri())
        return browser

    browser.get_log("browser")
    browser.get_log("performance")
    yield show
    assert browser.get_log("browser") == []
    asked = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = {one["params"]["request"]["url"] for one in asked if one["method"] == "Network.requestWillBeSent"}
    assert {url for url in urls if not url.startswith("data:")} == {page_path.as_uri()}


def rows(driver: Any, table: str) -> list[list[str]]:
    script = (
        "return [...document.querySelectorAll(arguments[0])].map((row) => [...row.cells].map((one) => one.innerText))"
    )
    return driver.execute_script(script, f"#{table} tbody tr")


def choose(driver: Any, select: str, value: str) -> None:
    script = """
      const [box, value] = arguments;
      box.value = value;
      for (const event of ["input", "change"]) box.dispatchEvent(new Event(event));
    """
    driver.execute_script(script, driver.find_element(By.CSS_SELECTOR, select), value)


def drawn_lines(driver: Any) -> tuple[int, int]:
    """Count the lines of the explorer: clear ones and faint ones."""
    all_lines = driver.find_elements(By.CSS_SELECTOR, "#plot path.line")
    faint = driver.find_elements(By.CSS_SELECTOR, "#plot path.faint")
    return len(all_lines) - len(faint), len(faint)


def test_the_script_writes_the_same_table_as_the_page_has_without_it(page: Callable[..., Any], page_path: Path) -> None:
    driver = page()
    with_script = {table: rows(driver, table) for table in ("condition-table", "trial-table")}
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    driver.get(page_path.as_uri())
    try:
        assert len(with_script["condition-table"]) == 10
        assert len(with_script["trial-table"]) == 30
        assert {table: rows(driver, table) for table in with_script} == with_script
        assert not driver.find_element(By.ID, "explorer").is_displayed()
        assert driver.find_element(By.CSS_SELECTOR, "figure svg").is_displayed()
        assert driver.find_elements(By.CSS_SELECTOR, "noscript table tbody tr")
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_column_sorts_up_down_and_back(page: Callable[..., Any]) -> None:
    driver = page()
    head = driver.find_element(By.CSS_SELECTOR, "#condition-table thead tr:last-child th:nth-child(4)")
    button = head.find_element(By.TAG_NAME, "button")
    before = rows(driver, "condition-table")
    means = {}
    for state in ("ascending", "descending", "none"):
        button.send_keys(Keys.ENTER)
        assert head.get_attribute("aria-sort") == state
        means[state] = [float(row[3]) for row in rows(driver, "condition-table")]
    assert button.text == "mean"
    assert means["ascending"] == sorted(means["none"]) != means["none"]
    assert means["descending"] == sorted(means["none"], reverse=True)
    assert rows(driver, "condition-table") == before


def test_another_metric_and_point_fill_the_table_anew(page: Callable[..., Any]) -> None:
    driver = page()
    before = rows(driver, "condition-table")
    choose(driver, "#metric", "val_accuracy")
    choose(driver, "#point", "best")
    after = rows(driver, "condition-table")
    assert [row[:3] for row in after] == [row[:3] for row in before]
    assert [row[3:] for row in after] != [row[3:] for row in before]
    assert driver.find_element(By.ID, "metric-heading").text.startswith("val accuracy")
    caption = driver.find_element(By.ID, "condition-caption").text
    assert caption.startswith("Val accuracy at the epoch of lowest val loss")
    assert "(fraction of rows)" in caption


def test_trials_are_filtered_by_status_and_by_condition(page: Callable[..., Any]) -> None:
    driver = page()
    choose(driver, "#trial-filter", "status diverged")
    assert [row[:3] for row in rows(driver, "trial-table")] == [["rate=0.7 data.train_size=300", "2", "diverged"]]
    choose(driver, "#trial-filter", "condition 1")
    assert {row[0] for row in rows(driver, "trial-table")} == {"rate=0.1 data.train_size=300"}
    choose(driver, "#trial-filter", "")
    assert len(rows(driver, "trial-table")) == 30


def test_a_single_rate_has_no_slider_and_no_word_of_one(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(html_report(whole(make_results({0: GOOD, 0.5: BETTER}))), encoding="utf-8")
    browser.get(path.as_uri())
    assert browser.find_element(By.ID, "explorer-help").is_displayed()
    assert not browser.find_element(By.ID, "slider-help").is_displayed()
    assert not browser.find_element(By.ID, "rate-control").is_displayed()


def test_the_slider_shows_one_rate_against_the_baseline(page: Callable[..., Any]) -> None:
    driver = page()
    slider, name = driver.find_element(By.ID, "rate"), driver.find_element(By.ID, "rate-name")
    assert name.text == "rate 0.1"
    assert driver.find_element(By.ID, "slider-help").is_displayed()
    assert drawn_lines(driver) == (4, 6)
    slider.send_keys(Keys.ARROW_RIGHT)
    assert name.text == slider.get_attribute("aria-valuetext") == "rate 0.3"
    assert driver.find_element(By.CSS_SELECTOR, "#readout-body .looked-at label").text == "rate 0.3"
    assert "rate 0.3 val" in driver.find_element(By.ID, "plot").text
    choose(driver, "#rate", "0")
    assert name.text == "all"
    assert drawn_lines(driver) == (10, 0)


def test_rates_toggle_and_views_and_groups_change(page: Callable[..., Any]) -> None:
    driver = page()
    choose(driver, "#rate", "0")
    driver.find_elements(By.CSS_SELECTOR, "#readout-body input")[2].click()
    assert drawn_lines(driver) == (8, 0)
    driver.find_element(By.CSS_SELECTOR, "#views label:nth-child(2)").click()
    assert drawn_lines(driver) == (4, 0)
    assert "Loss gap (nats)" in driver.find_element(By.ID, "plot").text
    before = driver.find_element(By.ID, "readout-body").text
    choose(driver, "#group-controls select", "100")
    assert driver.find_element(By.ID, "readout-body").text != before


def test_the_pointer_and_the_keys_choose_the_epoch_that_is_read_out(page: Callable[..., Any]) -> None:
    driver = page()
    plot, caption = driver.find_element(By.ID, "plot"), driver.find_element(By.ID, "readout-caption")
    assert caption.text == "Loss at epoch 20"
    webdriver.ActionChains(driver).move_to_element(plot).perform()
    assert plot.get_attribute("aria-valuenow") not in ("1", "20")
    assert driver.find_elements(By.CSS_SELECTOR, "#plot .cross")
    plot.send_keys(Keys.HOME, Keys.ARROW_RIGHT)
    assert caption.text == "Loss at epoch 2"
    assert plot.get_attribute("aria-valuetext") == "epoch 2"
    values = [cell.text for cell in driver.find_elements(By.CSS_SELECTOR, "#readout-body tr:first-child td")]
    assert all("±" in value for value in values)
    spoken = driver.find_element(By.ID, "live")
    deadline = time.monotonic() + 2
    while not spoken.get_attribute("textContent").startswith("Epoch 2. ") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert spoken.get_attribute("textContent").startswith("Epoch 2. baseline: train ")


def contrast(driver: Any, selector: str) -> float:
    """Return the contrast of a text with the page behind it (WCAG 2.2)."""
    script = """
      const level = (color) => {
        const parts = color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
          .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05;
      };
      const element = document.querySelector(arguments[0]);
      const style = getComputedStyle(element);
      const text = level(element instanceof SVGElement ? style.fill : style.color);
      const paper = level(getComputedStyle(document.body).backgroundColor);
      return Math.max(text, paper) / Math.min(text, paper);
    """
    return driver.execute_script(script, selector)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_can_be_read_in_both_themes(page: Callable[..., Any], theme: str) -> None:
    driver = page(theme=theme)
    level = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (level == "rgb(255, 255, 255)") == (theme == "light")
    for selector in (
        "h1",
        ".answers dd",
        ".aside",
        "a[href='#data']",
        "tr.baseline td",
        "#plot text",
        "figure svg text",
        ".sort",
    ):
        assert contrast(driver, selector) >= 4.5, selector


def test_the_button_changes_the_theme(page: Callable[..., Any]) -> None:
    driver = page()
    button = driver.find_element(By.ID, "theme")
    assert button.text == "Dark page"
    button.click()
    assert button.text == "Light page"
    assert contrast(driver, "figure svg text") >= 4.5
    assert driver.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 29)"


def test_paper_is_white_and_shows_every_paragraph(page: Callable[..., Any]) -> None:
    driver = page(theme="dark", media="print")
    driver.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert driver.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not driver.find_elements(By.CSS_SELECTOR, "details:not([open])")
    assert not driver.find_element(By.ID, "theme").is_displayed()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_page_scrolls_sideways(page: Callable[..., Any], width: int) -> None:
    driver = page(width=width, height=740)
    widths = driver.execute_script("const page = document.documentElement; return [page.scrollWidth, page.clientWidth]")
    assert widths[0] == widths[1] > width - 20
    plot = driver.find_element(By.ID, "plot").rect
    assert plot["x"] >= 0
    assert plot["x"] + plot["width"] <= width
    assert drawn_lines(driver) == (4, 6)


def test_hundreds_of_trials_come_in_pages(browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_module, "key_figures", lambda *_: [])
    results = whole(make_results({0: GOOD, 0.5: BETTER}, seeds=60, has_test=False))
    path = tmp_path / "report.html"
    path.write_text(html_report(results), encoding="utf-8")
    browser.get(path.as_uri())
    pager = browser.find_element(By.ID, "trial-pager")
    assert len(rows(browser, "trial-table")) == 50
    assert pager.text.split("\n")[-1].endswith("1 to 50 of 120")
    for shown in ("51 to 100 of 120", "101 to 120 of 120"):
        pager.find_element(By.CSS_SELECTOR, "button:nth-of-type(2)").click()
        assert pager.text.endswith(shown)
    assert not pager.find_element(By.CSS_SELECTOR, "button:nth-of-type(2)").is_enabled()
    choose(browser, "#trial-filter", "condition 1")
    assert pager.text.endswith("1 to 50 of 60")
