// A table that sorts by any column and may have details below a row. Columns: { name, unit, text(row) or node(row), key(row), words, wide, bar(row), color(row), title }.
// With `paged` it shows `most` rows at a time and a line to turn pages with; else the first `most` and a button for the rest.
// `chosen(row)` is called when a row without details is clicked.
const makeTable = ({ id, label, columns, rows, detail, most = 250, sorted = -1, rising = true, tall = false, rowId, paged = false, chosen }) => {
  const box = element("div", undefined, "scroll" + (tall ? " tall" : "")), table = element("table"), head = element("thead"), body = element("tbody");
  const more = element("button", "", "tool");
  more.type = "button";
  more.hidden = true;
  const back = element("button", "\u2190", "tool"), on = element("button", "\u2192", "tool"), place = element("span", "", "soft"), turn = element("div", undefined, "tools pages");
  back.type = on.type = "button";
  back.setAttribute("aria-label", "previous rows");
  on.setAttribute("aria-label", "next rows");
  turn.append(back, on, place);
  if (id) table.id = id;
  table.setAttribute("aria-label", label);
  box.tabIndex = -1;
  table.append(head, body);
  box.append(table);
  const state = { rows, shown: rows, sorted, rising, most, open: new Set(), chosen: null, first: 0 };

  const cell = (column, row, index) => {
    const td = element("td", undefined, column.wide ? "wide" : column.words ? "words" : "");
    if (index === 0 && detail) td.append(expander(column, row));
    else if (column.node) td.append(column.node(row));
    else td.textContent = column.text(row);
    if (column.bar) {
      const bar = element("span", undefined, "cellbar"), part = element("i");
      part.style.width = (100 * Math.max(0, Math.min(1, column.bar(row)))).toFixed(1) + "%";
      if (column.color) part.style.background = column.color(row);
      bar.append(part);
      td.append(bar);
    }
    if (column.name === "operator") td.classList.add("name");
    return td;
  };
  const expander = (column, row) => {
    const button = element("button", column.text(row), "expand");
    button.type = "button";
    button.title = column.text(row);
    button.setAttribute("aria-expanded", String(state.open.has(row)));
    button.addEventListener("click", () => toggle(row));
    button.addEventListener("keydown", event => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const all = [...body.querySelectorAll(".expand")], next = all[all.indexOf(button) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) { event.preventDefault(); next.focus(); }
    });
    return button;
  };
  const lines = new Map();
  const openRow = row => {
    const line = element("tr", undefined, "detail"), td = element("td");
    td.colSpan = columns.length;
    td.append(detail(row));
    line.append(td);
    lines.get(row).after(line);
    lines.get(row).classList.add("open");
  };
  const toggle = row => {
    const line = lines.get(row);
    if (state.open.delete(row)) {
      line.nextSibling.remove();
      line.classList.remove("open");
    } else {
      state.open.add(row);
      openRow(row);
    }
    line.querySelector(".expand").setAttribute("aria-expanded", String(state.open.has(row)));
  };
  const show = () => {
    body.replaceChildren();
    lines.clear();
    if (state.first >= state.shown.length) state.first = 0;
    const end = Math.min(state.shown.length, state.first + state.most);
    for (const row of state.shown.slice(state.first, end)) {
      const line = element("tr");
      columns.forEach((column, index) => line.append(cell(column, row, index)));
      if (rowId) line.dataset.row = rowId(row);
      if (row === state.chosen) line.classList.add("chosen");
      if (chosen) line.addEventListener("click", () => chosen(row));
      lines.set(row, line);
      body.append(line);
      if (state.open.has(row)) openRow(row);
    }
    more.hidden = paged || state.shown.length <= state.most;
    turn.hidden = !paged || state.shown.length <= state.most;
    place.textContent = state.shown.length === 0 ? "" : "rows " + whole(state.first + 1) + " to " + whole(end) + " of " + whole(state.shown.length);
    back.disabled = state.first === 0;
    on.disabled = end === state.shown.length;
    more.textContent = "show all " + whole(state.shown.length) + " rows";
  };
  const order = () => {
    const column = columns[state.sorted];
    if (!column) return;
    const key = column.key || column.text, up = state.rising ? 1 : -1;
    state.shown = [...state.shown].sort((a, b) => { const x = key(a), y = key(b); return x < y ? -up : x > y ? up : 0; });
  };
  const line = element("tr");
  columns.forEach((column, index) => {
    const th = element("th", undefined, column.words || column.wide ? "words" : ""), button = element("button", column.name);
    th.scope = "col";
    button.type = "button";
    if (column.title) button.title = column.title;
    th.append(button);
    if (column.unit) th.append(element("span", column.unit, "unit"));
    button.addEventListener("click", () => {
      state.rising = state.sorted === index ? !state.rising : Boolean(column.words || column.wide);
      state.sorted = index;
      state.first = 0;
      marks();
      order();
      show();
    });
    line.append(th);
  });
  const marks = () => [...line.children].forEach((th, index) => {
    if (index === state.sorted) th.setAttribute("aria-sort", state.rising ? "ascending" : "descending");
    else th.removeAttribute("aria-sort");
  });
  head.append(line);
  back.addEventListener("click", () => { state.first = Math.max(0, state.first - state.most); show(); });
  on.addEventListener("click", () => { state.first += state.most; show(); });
  more.addEventListener("click", () => { state.most = Infinity; show(); });
  marks();
  order();
  show();
  const whole_ = element("div");
  whole_.append(box, more, turn);
  return {
    node: whole_, table,
    filter(keep) { state.shown = state.rows.filter(keep); state.first = 0; order(); show(); return state.shown.length; },
    choose(row, open) {
      state.chosen = row;
      if (row && !state.shown.includes(row)) state.shown = state.rows, order();
      if (row && paged) state.first = Math.floor(state.shown.indexOf(row) / state.most) * state.most;
      else if (row && state.shown.indexOf(row) >= state.most) state.most = Infinity;
      if (row && open) state.open.add(row);
      show();
      return row && lines.get(row);
    },
  };
};

// Names and figures in two columns.
const factsList = facts => {
  const list = element("dl", undefined, "facts");
  for (const [name, value] of facts) {
    const dd = element("dd");
    if (value instanceof Node) dd.append(value); else dd.textContent = value;
    list.append(element("dt", name), dd);
  }
  return list;
};
