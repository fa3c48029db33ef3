#!/usr/bin/env python3
"""Writes report pages and looks at them in Chromium.

Usage: report.py INF_SIM
Two runs give the same page but for what stands between the marks of the host section. The page shows every operator of the run in its table,
its roofline and its time line; its parts add up to the latency; columns sort, rows open, the filter filters, the time line zooms; texts of a
model cannot become markup. It logs nothing, asks the network for nothing and is never wider than its window, at the width of a telephone and
of a desk, light and dark.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from browser import Browser, check_sections, expect, expect_quiet, shapes, told

CRAFT = """
model: {builtin: craft, height: 64, width: 96, weights: "random:5"}
inputs: {random: 2}
"""
WORDS = """
model: {builtin: parseq, variant: tiny, characters: 3, weights: "random:5", modes: [nar]}
inputs: {words: 2}
"""
# A name that would be markup, and would load a picture, if it were not escaped.
HOSTILE = "words<!--<script><img src=no>"
MOST_BYTES = 2_000_000
ROOFLINE_POINTS = """rooflineChart.chart.data.datasets.filter(set => !set.roof).reduce((sum, set) => sum + set.data.length, 0)"""
ROWS = "[...document.querySelectorAll('#operator-table tbody tr:not(.detail)')]"
HEADS = "[...document.querySelectorAll('#operator-table th button')]"


def without_host(page):
    return re.sub(r"<!-- host -->.*?<!-- /host -->", "", page, flags=re.DOTALL)


def write_page(inf_sim, folder, name, workload, *options):
    """The page and what the run says about itself in JSON."""
    file, page, out = folder / f"{workload}.yaml", folder / f"{name}.html", folder / name
    subprocess.run([inf_sim, "run", file, "--report", page, "--out", out, "--json", folder / f"{name}.json", *options], check=True, stdout=subprocess.DEVNULL)
    return page, json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def check_repeats(first, second, failures):
    a, b = (page.read_text(encoding="utf-8") for page in (first, second))
    if without_host(a) != without_host(b):
        failures.append("two runs give different pages outside of the host section")
    if without_host(a) == a:
        failures.append("the page has no host section")
    if len(a.encode()) > MOST_BYTES:
        failures.append(f"the page has {len(a.encode())} bytes")


def check_timed(browser, name, run, failures):
    """A single model whose time was taken."""
    count, ticks = len(run["operators"]), run["latency"]["ticks"]
    expect(browser, name, {
        f"{ROWS}.length === {count}": "not every operator has its row",
        f"{ROOFLINE_POINTS} === {count}": "not every operator is a point of the roofline",
        f"data.breakdown.ticks.reduce((a, b) => a + b, 0) === {ticks}": "the parts do not add up to the latency",
        f"new Set(timelineState.rows.flatMap(row => [...row.op])).size >= {count}": "not every operator is on the time line",
        "document.getElementById('breakdown-sum').textContent.replace(/\\D/g, '').startsWith('" + str(ticks) + "')": "the sum is not told",
        "document.querySelectorAll('canvas').length >= 4": "charts are missing",
        "document.getElementById('title').textContent.length > 10": "no title",
    }, failures)


def check_use(browser, page, run, failures):
    """What one can do with the page."""
    browser.open(page, 1280, 900, False)
    costliest = max(run["operators"], key=lambda op: op["added_ns"])["name"]
    first = run["operators"][0]
    click_added = f"{HEADS}.find(button => button.textContent === 'added').click()"
    first_name = f"{ROWS}[0].querySelector('.expand').textContent"
    expect(browser, "use", {
        f"{click_added}, {first_name} === {json.dumps(costliest)}": "sorting by added time does not bring the costliest operator up",
        f"{click_added}, {first_name} !== {json.dumps(costliest)}": "sorting again does not turn the order round",
        "document.querySelector('#operator-table th[aria-sort=ascending]') !== null": "the order is not told to readers of the screen",
        f"{ROWS}.find(row => row.dataset.row === '0').querySelector('.expand').click(), document.querySelectorAll('#operator-table tr.detail').length === 1": "a row does not open",
        f"document.querySelector('tr.detail').textContent.includes({json.dumps('bound by' if first['bound'] != 'waiting' else 'mostly waits')})": "the details do not say what bounds the operator",
        f"document.querySelector('tr.detail').textContent.includes({json.dumps(first['decision'])})": "the details do not say how the operator is computed",
        f"{ROWS}.find(row => row.dataset.row === '0').querySelector('.expand').click(), document.querySelectorAll('tr.detail').length === 0": "a row does not close",
        f"(input => {{ input.value = {json.dumps(first['name'])}; input.dispatchEvent(new Event('input')); return {ROWS}.length >= 1 && {ROWS}.length < {len(run['operators'])}; }})(document.getElementById('operator-filter'))": "the filter does not filter",
        "(input => { input.value = ''; input.dispatchEvent(new Event('input')); return true; })(document.getElementById('operator-filter'))": "the filter cannot be cleared",
        "chooseOperator(0, true), document.activeElement.closest('tr').dataset.row === '0'": "a point of the roofline does not lead to its row",
        "(() => { theme.choose('dark'); return document.documentElement.dataset.theme === 'dark'; })()": "the colours cannot be chosen",
    }, failures)
    view = "(timelineState.view.to - timelineState.view.from)"
    act = "document.getElementById('timeline-canvas').dispatchEvent(new {}({}))"
    wheel = act.format("WheelEvent", "'wheel', {deltaY: -200, clientX: 600, bubbles: true, cancelable: true}")
    key = "document.getElementById('timeline-canvas').dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}))"
    expect(browser, "time line", {
        f"{view} === data.timeline.ticks": "it does not begin with the whole run",
        f"{wheel}, {view} < data.timeline.ticks": "the wheel does not zoom",
        f"(before => ({key % 'ArrowRight'}, timelineState.view.from > before))(timelineState.view.from)": "the arrow does not move",
        f"{key % 'Home'}, {view} === data.timeline.ticks": "Home does not show the whole run",
        f"document.querySelector('#timeline [aria-label=\"zoom in\"]').click(), {view} < data.timeline.ticks": "the button does not zoom",
    }, failures)
    expect_quiet(browser, "use", failures)


def check_words(browser, name, run, failures):
    expect(browser, name, {
        f"document.querySelectorAll('#word-table tbody tr').length === {len(run['words'])}": "not every word has its row",
        f"document.getElementById('subtitle').textContent.includes({json.dumps(HOSTILE)})": "a name is not shown as it is",
        "document.querySelectorAll('img[src=no]').length === 0": "a name became markup",
    }, failures)


def check_refusals(inf_sim, folder, failures):
    """Before any work."""
    for options, message in ((("--report", folder / "no" / "page.html"), "page.html"), (("--report", folder / "p.html", "--mode", "values"), "values has no times to look at")):
        done = subprocess.run([inf_sim, "run", folder / "craft.yaml", *options], capture_output=True, text=True, check=False)
        if done.returncode != 2 or message not in done.stderr:
            failures.append(f"{options}: {done.returncode} '{done.stderr}'")
    if (folder / "p.html").exists():
        failures.append("a refused run leaves a page")


def main():
    inf_sim = pathlib.Path(sys.argv[1]).resolve()
    failures = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "craft.yaml").write_text(CRAFT, encoding="utf-8")
        (folder / f"{HOSTILE}.yaml").write_text(WORDS, encoding="utf-8")
        page, run = write_page(inf_sim, folder, "first", "craft")
        again, _ = write_page(inf_sim, folder, "second", "craft", "--threads", "1")
        check_repeats(page, again, failures)
        words, read = write_page(inf_sim, folder, "words", HOSTILE)
        check_refusals(inf_sim, folder, failures)
        browser = Browser()
        for shape in shapes():
            check_timed(browser, check_sections(browser, page, shape, failures), run, failures)
        check_use(browser, page, run, failures)
        check_words(browser, check_sections(browser, words, shapes()[2], failures), read, failures)
        browser.close()
    return told(failures)


if __name__ == "__main__":
    sys.exit(main())
