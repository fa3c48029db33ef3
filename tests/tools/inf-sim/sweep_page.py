#!/usr/bin/env python3
"""Looks at the page of a sweep in Chromium, with made-up results.

Usage: sweep_page.py SWEEP_SAMPLES
Two runs give the same page. It draws every point, tells on hover what it is, keeps what is clicked with the command that computes it again,
joins the front, brushes, filters, sorts and turns pages; reasons lead to their points; texts cannot become markup. It logs nothing, asks the
network for nothing and is never wider than its window, at the width of a telephone and of a desk, light and dark.
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

from browser import Browser, check_sections, expect, expect_quiet, shapes, told

POINTS = 300
MANY = 5000
ROWS = "[...document.querySelectorAll('#point-table tbody tr:not(.detail)')]"
HEADS = "[...document.querySelectorAll('#point-table th button')]"
SETS = "Object.fromEntries(frontChart.chart.data.datasets.map(set => [set.id, set.data.length]))"
TIP = "document.querySelector('#front .tip')"
# A pointer event at a place of an element, in its own pixels.
POINTER = """((element, type, x, y) => {{
  const box = element.getBoundingClientRect();
  element.dispatchEvent(new {0}(type, {{clientX: box.left + x, clientY: box.top + y, bubbles: true, pointerId: 1}}));
}})"""


class Sample:
    """The files that the program writes of one sweep."""

    def __init__(self, program, folder, points, objectives):
        self.folder = folder
        folder.mkdir()
        subprocess.run([program, folder, str(points), str(objectives)], check=True)
        self.page = folder / "page.html"
        with open(folder / "points.csv", encoding="utf-8", newline="") as lines:
            self.rows = list(csv.DictReader(lines))
        self.document = json.loads((folder / "points.json").read_text(encoding="utf-8"))

    def count(self, **wanted):
        return sum(all(row[key] == value for key, value in wanted.items()) for row in self.rows)


def check_exports(sample, failures):
    """CSV and JSON say the same, and Python's reader of CSV agrees with what was meant."""
    for row, other in zip(sample.rows, sample.document["rows"]):
        settings = {key: row[key] for key in other["settings"]}
        if settings != other["settings"] or row["status"] != other["status"] or row["reason"] != other.get("reason", ""):
            failures.append(f"CSV and JSON differ in point {row['number']}: {settings}")
    on_front = [row["number"] for row in sample.rows if row["on_front"] == "yes"]
    if sorted(map(int, on_front)) != sorted(sample.document["front"]):
        failures.append("CSV and JSON have different fronts")


def check_picture(browser, sample, failures):
    """What is drawn, and what the pointer finds."""
    browser.open(sample.page, 1280, 900, False)
    able = sample.count(status="done", within_limits="yes", on_front="no")
    key = next(row["key"] for row in sample.rows if int(row["number"]) == sample.document["front"][0])
    place = "(mark => [mark.x, mark.y])(frontChart.chart.getDatasetMeta(0).data[0])"
    move = f"{POINTER.format('PointerEvent')}(frontChart.canvas, 'pointermove', ...{place})"
    click = f"{POINTER.format('MouseEvent')}(frontChart.canvas, 'click', ...{place})"
    arrow = "frontChart.canvas.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}))"
    expect(browser, "picture", {
        f"{SETS}.front === {sample.count(on_front='yes')}": "the front is not whole",
        f"{SETS}.done === {able}": "points that are done are missing",
        f"{SETS}.limited === {sample.count(status='done', within_limits='no')}": "points beyond the limit are missing",
        f"{SETS}.discarded === {sample.count(status='discarded')}": "discarded points are missing",
        "frontChart.chart.data.datasets[0].showLine === true": "the front is not joined",
        f"{TIP}.hidden": "the tip shows before anything is pointed at",
        f"{move}, !{TIP}.hidden && {TIP}.textContent.includes('on the front')": "hover does not tell of the point",
        f"['latency', 'USD per million', 'chip.tensor.rows', 'chip.tensor.columns', 'compile.auto_cast'].every(word => {TIP}.textContent.includes(word))": "hover does not tell the whole configuration",
        f"{click}, document.getElementById('pinned').textContent.includes('inf-sim sweep rerun {key} --db chips.sweep.db')": "a click does not give the command",
        f"{arrow}, selection.pinned === front[1]": "the arrow key does not walk along the front",
        f"document.getElementById('front').textContent.includes('{sample.count(status='infeasible')} infeasible')": "points without a place are not told",
        "(choice => { choice.value = 'chip.tensor.rows'; choice.dispatchEvent(new Event('change')); return frontChart.chart.scales.x.options.title.text.startsWith('tensor.rows') && !frontChart.chart.data.datasets[0].showLine; })(document.getElementById('front-x'))": "the axes cannot be chosen",
    }, failures)
    expect_quiet(browser, "picture", failures)


def check_brush(browser, sample, failures):
    """A range on the first axis keeps its points everywhere."""
    browser.open(sample.page, 1280, 900, False)
    levels = sample.document["axes"][0]["levels"]
    held = sum(row["status"] == "done" and row["chip.tensor.rows"] == levels[1] for row in sample.rows)
    along = "(k, place) => { const [x, y] = spot(k, place); return parallelState.upright ? [x, y] : [x, y]; }"
    act = POINTER.format("PointerEvent")
    drag = (f"(at => {{ parallelCanvas.setPointerCapture = () => undefined; {act}(parallelCanvas, 'pointerdown', ...at(0, 0.2)); "
            f"{act}(parallelCanvas, 'pointermove', ...at(0, 0.4)); {act}(parallelCanvas, 'pointermove', ...at(0, 0.5)); {act}(parallelCanvas, 'pointerup', ...at(0, 0.5)); }})({along})")
    click = f"(at => {{ {act}(parallelCanvas, 'pointerdown', ...at(0, 0.5)); {act}(parallelCanvas, 'pointerup', ...at(0, 0.5)); }})({along})"
    count = "done.filter(point => selection.holds(point)).length"
    told_count = f"document.getElementById('brushed').textContent.startsWith('{held} of ')"
    expect(browser, "brush", {
        f"{drag}, {count} === {held}": f"not the {held} points of the second level",
        told_count: "the number of points in the ranges is not told",
        f"{SETS}.others > 0": "other points do not step back in the picture",
        "document.getElementById('point-count').textContent.includes('in the ranges')": "the table does not follow the ranges",
        f"{click}, selection.brushes.size === 0": "a click on the axis does not let go",
        f"{drag}, document.getElementById('clear-brushes').click(), {count} === done.length": "the button does not let go",
        "(choice => { choice.value = 'throughput'; choice.dispatchEvent(new Event('change')); return parallelState.color === 'throughput'; })(document.getElementById('parallel-color'))": "the colours cannot be chosen",
    }, failures)
    expect_quiet(browser, "brush", failures)


def check_table(browser, sample, failures):
    browser.open(sample.page, 1280, 900, False)
    column = f"{HEADS}.find(button => button.textContent === 'latency')"
    figures = f"{ROWS}.map(row => points[row.dataset.row]).map(point => dimension.latency.value(point.i))"
    rising = f"(list => list.every((v, k) => k === 0 || v === null || list[k - 1] <= v))({figures})"
    filtered = sum(row["chip.tensor.rows"] == "128" and row["status"] == "infeasible" for row in sample.rows)
    write = "(words => {{ const input = document.getElementById('point-filter'); input.value = words; input.dispatchEvent(new Event('input')); }})({})"
    status = "(name => {{ const choice = document.getElementById('point-status'); choice.value = name; choice.dispatchEvent(new Event('change')); }})({})"
    group = sample.document["reasons"][0]
    expect(browser, "table", {
        f"{ROWS}.length === 50": "the table has no pages",
        f"{ROWS}[0].textContent.includes('on the front')": "the front does not come first",
        f"{column}.click(), {column}.click(), {column}.closest('th').getAttribute('aria-sort') === 'ascending' && {rising}": "a column does not sort",
        "document.querySelector('[aria-label=\"next rows\"]').click(), document.querySelector('.pages').textContent.includes('rows 51 to 100')": "pages do not turn",
        f"{status.format(json.dumps('infeasible'))}, document.getElementById('point-count').textContent.startsWith('{sample.count(status='infeasible')} of ')": "the status filter does not filter",
        f"{write.format(json.dumps('tensor.rows=128'))}, true": "the filter cannot be written to",
    }, failures)
    browser.value("new Promise(done => setTimeout(done, 50))")
    expect(browser, "table", {
        f"document.getElementById('point-count').textContent.startsWith('{filtered} of ')": f"not the {filtered} points that were filtered for",
        f"{ROWS}[0].querySelector('.expand').click(), document.querySelector('tr.detail').textContent.includes('SBUF per partition')": "a row does not open with its reason",
        f"document.querySelector('#reason-table').textContent.includes({json.dumps(group['knob'])})": "the key that closes the gap is not told",
        f"document.querySelector('#reason-table button').click(), document.getElementById('point-count').textContent.startsWith('{len(group['points'])} of ')": "a reason does not lead to its points",
        "document.querySelectorAll('#discarded-table button').length === 2": "discarded points are not told by bound",
        "document.querySelectorAll('main i:not([class]):not([style]), h1 b').length === 0": "a text became markup",
        "document.getElementById('title').textContent.includes('<b>')": "a text is not shown as it is",
    }, failures)
    expect_quiet(browser, "table", failures)


def check_workloads(browser, sample, failures):
    """With several workloads a point tells of each."""
    browser.open(sample.page, 1280, 900, False)
    expect(browser, "workloads", {
        "selection.pin(front[0]), document.querySelectorAll('#pinned table tr').length === 3": "a workload has no line",
        f"document.querySelectorAll('#front-x option').length >= 4 && {SETS}.front === {sample.count(on_front='yes')}": "more objectives cannot be chosen from",
        "frontChart.chart.data.datasets[0].showLine === undefined": "a line joins points of a front that has more than two objectives",
    }, failures)
    expect_quiet(browser, "workloads", failures)


def check_many(browser, sample, failures):
    """Thousands of points: what one does with them takes no time that one would notice."""
    browser.open(sample.page, 1280, 900, False)
    timed = "((work) => {{ const start = performance.now(); work(); return performance.now() - start < {}; }})(() => {{ {} }})"
    expect(browser, "many", {
        f"{SETS}.front === {sample.count(on_front='yes')}": "the front is not whole",
        timed.format(3000, "drawParallel()"): "parallel coordinates take seconds",
        timed.format(1000, f"{HEADS}[2].click()"): "sorting takes a second",
        timed.format(200, "nearestPoint(300, 200)"): "looking for the nearest point takes too long",
        f"{ROWS}.length === 50": "the table has no pages",
    }, failures)


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    failures = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        two, again = Sample(program, folder / "two", POINTS, 2), Sample(program, folder / "again", POINTS, 2)
        for file in ("page.html", "points.csv", "points.json", "text.txt"):
            if (two.folder / file).read_bytes() != (again.folder / file).read_bytes():
                failures.append(f"two runs give different {file}")
        check_exports(two, failures)
        browser = Browser()
        samples = [two] + [Sample(program, folder / str(count), POINTS, count) for count in (1, 4)]
        for sample in samples:
            for shape in shapes():
                name = check_sections(browser, sample.page, shape, failures)
                expect(browser, name, {"document.querySelectorAll('canvas').length === 2": "a picture is missing"}, failures)
        check_picture(browser, two, failures)
        check_brush(browser, two, failures)
        check_table(browser, two, failures)
        check_workloads(browser, samples[2], failures)
        for count in (0, 1):
            few = Sample(program, folder / f"few_{count}", count, 2)
            for shape in shapes()[::3]:
                check_sections(browser, few.page, shape, failures)
        check_many(browser, Sample(program, folder / "many", MANY, 2), failures)
        browser.close()
    return told(failures)


if __name__ == "__main__":
    sys.exit(main())
