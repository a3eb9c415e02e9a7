// Comfort only: tables sort by a click on a head, and the list of pushes can be filtered. The page reads without it.
"use strict";

function sortable(table) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = [...body.rows].map((row) => {
        const cell = row.cells[column];
        return [cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v), row];
      });
      const order = (a, b) => (typeof a === "number" ? a - b : a < b ? -1 : a > b ? 1 : 0);
      keyed.sort(([a], [b]) => (down ? order(b, a) : order(a, b)));
      body.append(...keyed.map(([, row]) => row));
    });
  });
}

function filter(table) {
  const bar = document.createElement("form");
  const text = document.createElement("input");
  const outcome = document.createElement("select");
  const shown = document.createElement("output");
  bar.className = "filter";
  text.type = "search";
  text.placeholder = "Filter by image, registry, failure or log";
  text.setAttribute("aria-label", text.placeholder);
  outcome.setAttribute("aria-label", "Outcome");
  const ends = ["failed", "interrupted", "incomplete", "succeeded"];
  for (const name of ["all outcomes", ...ends]) outcome.append(new Option(name));
  let rows, texts;
  const apply = () => {
    // Ten thousand rows are gone through when somebody filters, not before: the page must open at once.
    rows ??= [...table.tBodies[0].rows];
    texts ??= rows.map((row) => row.textContent.toLowerCase());
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = outcome.selectedIndex ? outcome.value : null;
    let count = 0;
    rows.forEach((row, at) => {
      const fits = words.every((word) => texts[at].includes(word)) && (!wanted || row.cells[0].textContent === wanted);
      row.hidden = !fits;
      count += fits;
    });
    shown.textContent = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")}`;
  };
  bar.addEventListener("input", apply);
  bar.addEventListener("submit", (event) => event.preventDefault());
  bar.append(text, outcome, shown);
  table.parentElement.before(bar);
}

document.querySelectorAll("table.sortable").forEach(sortable);
const pushes = document.getElementById("pushes");
if (pushes) filter(pushes);
