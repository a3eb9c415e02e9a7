// Comfort only: tables sort by a click on a head; the list of pushes is filtered and turned page by page.
"use strict";

const PAGE = 100;

function heads(table, sort) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sort(column, down);
    });
  });
}

function ordered(keyed, down) {
  const order = (a, b) => (typeof a === "number" ? a - b : a < b ? -1 : a > b ? 1 : 0);
  return keyed.sort(([a], [b]) => (down ? order(b, a) : order(a, b))).map(([, row]) => row);
}

function sortable(table) {
  const body = table.tBodies[0];
  heads(table, (column, down) => {
    const keyed = [...body.rows].map((row) => {
      const cell = row.cells[column];
      return [cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v), row];
    });
    body.append(...ordered(keyed, down));
  });
}

// A push of the list: the texts of its cells, its seconds, its page and its cause; its row is made when it is shown.
function fromRow(row) {
  const texts = [...row.cells].map((cell) => cell.textContent.trim());
  return { texts, sort: Number(row.cells[5].dataset.v), cause: row.dataset.cause || "", row };
}

function fromData(entry, words) {
  const width = entry.length - 3;
  const texts = entry.slice(0, width).map((place) => words[place]);
  return { texts, sort: entry[width], page: words[entry[width + 1]], cause: words[entry[width + 2]], row: null };
}

function drawn(push) {
  if (push.row) return push.row;
  push.row = document.createElement("tr");
  push.texts.forEach((text, column) => {
    const cell = push.row.insertCell();
    cell.textContent = text;
    if (column === 0 && push.page) {
      const link = document.createElement("a");
      link.href = push.page;
      link.textContent = text;
      cell.replaceChildren(link);
    }
  });
  return push.row;
}

function control(bar, name, label, options) {
  const made = document.createElement(name);
  made.setAttribute("aria-label", label);
  for (const [text, value] of options || []) made.append(new Option(text, value));
  bar.append(made);
  return made;
}

function listed(table) {
  const body = table.tBodies[0];
  const own = [...body.rows].map(fromRow);
  const all = typeof PUSHES === "undefined" ? own : PUSHES.rows.map((entry) => fromData(entry, PUSHES.texts));
  const bar = document.createElement("form");
  bar.className = "filter";
  const text = control(bar, "input", "Filter by image, registry, failure, runner or log");
  text.type = "search";
  text.placeholder = text.getAttribute("aria-label");
  const ends = ["failed", "interrupted", "incomplete", "succeeded"].map((word) => [word, word]);
  const outcome = control(bar, "select", "Outcome", [["all outcomes", ""], ...ends]);
  const titles = [...document.querySelectorAll("[data-cause][href]")].map((link) => {
    const card = link.closest("article").querySelector("h3");
    return [card.textContent.replace(/\s+/g, " ").trim().slice(0, 80), link.dataset.cause];
  });
  const cause = control(bar, "select", "Cause", [["all causes", ""], ...titles]);
  const shown = control(bar, "output", "Pushes shown");
  const back = control(bar, "button", "Previous page");
  const on = control(bar, "button", "Next page");
  back.type = on.type = "button";
  back.textContent = "\u2190";
  on.textContent = "\u2192";
  let order = all;
  let fitting = all;
  let first = 0;

  const turn = (to) => {
    first = Math.max(0, Math.min(to, Math.floor(Math.max(fitting.length - 1, 0) / PAGE) * PAGE));
    body.replaceChildren(...fitting.slice(first, first + PAGE).map(drawn));
    const of = fitting.length === all.length ? "" : ` (${all.length.toLocaleString("en")} in all)`;
    const last = Math.min(first + PAGE, fitting.length);
    shown.textContent = fitting.length > PAGE
      ? `${(first + 1).toLocaleString("en")} to ${last.toLocaleString("en")} of ${fitting.length.toLocaleString("en")}${of}`
      : `${fitting.length.toLocaleString("en")} of ${all.length.toLocaleString("en")}`;
    back.disabled = first === 0;
    on.disabled = last >= fitting.length;
  };
  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    fitting = order.filter((push) => {
      if (outcome.value && push.texts[0] !== outcome.value) return false;
      if (cause.value && push.cause !== cause.value) return false;
      if (!words.length) return true;
      push.lower ??= push.texts.join(" ").toLowerCase();
      return words.every((word) => push.lower.includes(word));
    });
    turn(0);
  };
  heads(table, (column, down) => {
    order = ordered(all.map((push) => [column === 5 ? push.sort : push.texts[column], push]), down);
    apply();
  });
  bar.addEventListener("input", apply);
  bar.addEventListener("submit", (event) => event.preventDefault());
  back.addEventListener("click", () => turn(first - PAGE));
  on.addEventListener("click", () => turn(first + PAGE));
  for (const link of document.querySelectorAll("a.only")) {
    link.addEventListener("click", () => {
      outcome.value = text.value = "";
      cause.value = link.dataset.cause;
      apply();
    });
  }
  table.parentElement.before(bar);
  turn(0);
}

for (const table of document.querySelectorAll("table.sortable")) if (table.id !== "pushes") sortable(table);
const pushes = document.getElementById("pushes");
if (pushes) listed(pushes);
