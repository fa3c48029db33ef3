#!/usr/bin/env python3
"""Compares instances twice and looks at the page in Chromium.

Usage: compare.py INF_SIM
The cache changes no byte, also when its entries are damaged. The page draws its picture, shows every point, logs nothing to the console and
asks the network for nothing, in a window of a telephone's width and in one of a desk's, light and dark.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

from browser import DRAWN, FITS, Browser, expect, expect_quiet, shapes, told

WORKLOAD = """
model: {builtin: craft, height: 32, width: 64, weights: "random:5"}
compare: {instances: [inf1.xlarge, inf2.xlarge, inf2.8xlarge], batches: [1, 2], slo: 100ms}
"""


def check_cache(inf_sim, folder, failures):
    def compare(*options):
        command = [inf_sim, "compare", folder / "w.yaml", "--json", folder / "w.json", *options]
        return subprocess.run(command, check=True, capture_output=True, text=True)

    cache = folder / "cache"
    plain = compare("--no-cache").stdout
    first = compare("--cache", cache)
    entries = sorted(cache.glob("*.run"))
    second = compare("--cache", cache)
    if not plain == first.stdout == second.stdout:
        failures.append("the cache changes the result")
    if len(entries) != 4 or second.stderr:
        failures.append(f"{len(entries)} entries for 2 chips and 2 batches; stderr '{second.stderr}'")
    entries[0].write_text("damaged", encoding="utf-8")
    entries[1].write_bytes(entries[1].read_bytes()[:-20])
    third = compare("--cache", cache)
    if third.stdout != plain or third.stderr.count("a damaged cache entry; computed again") != 2:
        failures.append(f"damaged entries: '{third.stderr}'")
    if compare("--cache", cache).stderr:
        failures.append("a damaged entry was not written again")


def check_page(browser, page, shape, points, failures):
    name, width, dark = shape
    browser.open(page, width, 900, dark)
    expect(browser, name, {
        f"(drawn => drawn.length === 1 && drawn[0] > 5000)({DRAWN})": "the picture is empty",
        f"document.querySelectorAll('#points tbody tr').length === {points}": "not every point has its row",
        FITS: "the page is wider than the window",
        "document.getElementById('crossovers').textContent.includes('inf1 against inf2')": "no crossover is told",
        "document.querySelectorAll('.card').length === 4": "the best are missing",
        "document.querySelectorAll('#points th')[4].click() === undefined": "the table cannot be sorted",
    }, failures)
    expect_quiet(browser, name, failures)


def main():
    inf_sim = pathlib.Path(sys.argv[1]).resolve()
    failures = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "w.yaml").write_text(WORKLOAD, encoding="utf-8")
        check_cache(inf_sim, folder, failures)
        page = folder / "page.html"
        command = [inf_sim, "compare", folder / "w.yaml", "--no-cache", "--html", page, "--json", folder / "w.json"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        points = len(json.loads((folder / "w.json").read_text(encoding="utf-8"))["points"])
        browser = Browser()
        for shape in shapes():
            check_page(browser, page, shape, points, failures)
        browser.close()
    return told(failures)


if __name__ == "__main__":
    sys.exit(main())
