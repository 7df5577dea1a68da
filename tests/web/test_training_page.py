"""The training page, and the layout and contrast of all pages, in a real headless browser (Chromium)."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import expect

import shirokuro as sk
from shirokuro.matches.ladder import read_rungs
from shirokuro.plots.style import PALETTES
from shirokuro.runs.checkpoints import checkpoint_name
from shirokuro.training.strength_history import ANCHOR, StrengthHistory
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Callable

STYLES = Path(sk.__file__).parent / "web" / "static"

# The contrast of every element with its own text to its background, as defined by WCAG 2.
CONTRASTS = """() => {
  const light = (rgb) => rgb.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const parse = (colour) => {
    const numbers = colour.match(/[\\d.]+/g).map(Number);
    return numbers.length > 3 && numbers[3] === 0 ? null : numbers.slice(0, 3);
  };
  const behind = (e) => e ? parse(getComputedStyle(e).backgroundColor) ?? behind(e.parentElement) : [255, 255, 255];
  const hasText = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const shown = [...document.querySelectorAll("body *:not(svg, svg *)")].filter((e) => e.checkVisibility());
  return shown.filter((e) => !e.disabled && hasText(e)).map((e) => {
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return [contrast, `${e.tagName}.${e.className}: ${e.textContent.slice(0, 30)}`];
  });
}"""


@pytest.mark.parametrize("width", [360, 768])
def test_narrow_screens_need_no_sideways_scrolling(
    open_tab: Callable[..., Any], serve: Callable[..., Any], run_of: Callable[..., Path], width: int
) -> None:
    run = run_of(9000, warnings=[{"kind": "stagnation", "message": "a" * 200}])
    with open_tab(serve(run).url, width=width, height=740) as page:
        expect(page.locator(".curve").first).to_be_visible()  # shown first, since a model to play against is missing
        for name in ("Play", "Training"):
            page.get_by_role("tab", name=name).click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("tab", name="Play").click()
        for button in page.locator("button:visible").all():
            box = button.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 32, button.inner_text()
        board = page.locator(".board").bounding_box()
        assert board
        assert board["width"] >= 0.85 * min(width, 740 - 150)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(
    open_tab: Callable[..., Any],
    serve: Callable[..., Any],
    run_of: Callable[..., Path],
    scheme: Literal["light", "dark"],
) -> None:
    run = run_of(9000, warnings=[{"kind": "stagnation", "message": "something"}])
    with open_tab(serve(run).url, scheme=scheme) as page:
        page.locator(".curve").first.wait_for()
        for key in ("1", "?", "Escape", "2"):
            page.keyboard.press(key)
            found = page.evaluate(CONTRASTS)
            assert len(found) > 10
            assert [text for contrast, text in found if contrast < 4.5] == []


def test_curves_have_the_colours_of_the_pictures() -> None:
    styles = (STYLES / "charts.css").read_text(encoding="utf-8")
    for number in (1, 2, 3):
        pair = f"light-dark({PALETTES['light'].series[number - 1]}, {PALETTES['dark'].series[number - 1]})"
        assert f"--series-{number}: {pair};" in styles


def test_a_live_run_updates_its_curves_warnings_and_progress_and_offers_its_newest_model(
    open_tab: Callable[..., Any],
    serve: Callable[..., Any],
    small: sk.TrainConfig,
    tmp_path: Path,
    line_of: Callable[..., Any],
) -> None:
    trainer = sk.Trainer(small.replace(games=2000, checkpoint_games=500), patterns=PATTERNS)
    trainer.start_training(1000, directory=tmp_path / "run")
    with open_tab(serve(tmp_path / "run").url) as page:
        expect(page.locator("#model")).to_have_text("run, 1,000 games")
        page.get_by_role("tab", name="Training").click()
        curve = page.get_by_role("region", name="TD error").locator(".path")
        before = str(curve.get_attribute("d"))
        expect(page.locator(".tiles")).to_contain_text("1,000 of 2,000")
        trainer.resume_training(2000)
        expect(page.locator(".tiles")).to_contain_text("2,000 of 2,000")
        expect(page.locator(".state")).to_have_text("complete")
        after = str(curve.get_attribute("d"))
        assert after.count("L") >= before.count("L") + 9
        with (tmp_path / "run" / "metrics.jsonl").open("a", encoding="utf-8") as file:
            warning = {"kind": "divergence", "message": "<b>TD error 99</b>"}
            file.write(json.dumps(line_of(2100, games=100, time=time.time(), warnings=[warning])) + "\n")
        expect(page.locator(".warnings")).to_contain_text("divergence <b>TD error 99</b>")
        page.locator("#renew").click()
        expect(page.locator("#model")).to_have_text("run, 2,000 games")
        expect(page.locator("#renew")).to_be_hidden()
        assert (tmp_path / "run" / "checkpoints" / checkpoint_name(2000)).exists()


def test_the_values_at_the_pointer_are_shown(
    open_tab: Callable[..., Any], serve: Callable[..., Any], run_of: Callable[..., Path], line_of: Callable[..., Any]
) -> None:
    with open_tab(serve(run_of(9000)).url) as page:
        page.get_by_role("tab", name="Training").click()
        card = page.get_by_role("region", name="TD error")
        expect(card.locator(".now")).to_have_text(f"{line_of(9000)['td_error']:.2f}")
        picture = card.locator("svg")
        shown = f"{line_of(4000)['td_error']:.2f} at 4k"
        for _ in range(20):  # the page may still change its layout
            width = picture.evaluate("svg => svg.getBoundingClientRect().width")
            picture.hover(position={"x": width * (44 + 408 * 4.1 / 9) / 460, "y": 60})
            if card.locator(".now").text_content() == shown:
                break
        expect(card.locator(".now")).to_have_text(shown)


def test_the_strength_during_training_is_drawn_with_its_intervals(
    open_tab: Callable[..., Any], serve: Callable[..., Any], run_of: Callable[..., Path]
) -> None:
    run = run_of(9000)
    history = StrengthHistory()
    history.results = {(4000, ANCHOR): (1, 2, 10, 20, 60), (8000, ANCHOR): (0, 0, 5, 20, 160)}
    history.save(run / "strength.json", history.ratings())
    first, second, _ = (rung.rating for rung in read_rungs(run / "strength.json"))
    with open_tab(serve(run).url) as page:
        page.get_by_role("tab", name="Training").click()
        card = page.get_by_role("region", name="Strength during training")
        expect(card).to_contain_text("Elo relative to the mean of the snapshots, 95 % intervals")
        dots = [float(each.get_attribute("cy")) for each in card.locator(".dot").all()]
        bars = [
            abs(float(each.get_attribute("y1")) - float(each.get_attribute("y2")))
            for each in card.locator(".bar").all()
        ]
        assert len(dots) == 2
        unit = (dots[0] - dots[1]) / (second.elo - first.elo)
        assert bars == pytest.approx([2 * first.error * unit, 2 * second.error * unit], rel=1e-3)


def test_a_model_file_has_no_training_page(
    open_tab: Callable[..., Any], serve: Callable[..., Any], model: Path
) -> None:
    with open_tab(serve(model).url) as page:
        expect(page.get_by_role("tab", name="Training")).to_have_count(0)
        expect(page.locator("#model")).to_have_text("model.shiro, 1,000 games")
