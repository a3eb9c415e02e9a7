// Comfort only: hides the entries of the index that do not hold all words of the search.
"use strict";

const search = document.getElementById("search");
const field = search.querySelector("input");
const status = search.querySelector("[role=status]");
const entries = [...document.querySelectorAll(".searched li")];
const texts = entries.map((entry) => entry.textContent.toLowerCase());

function filter() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  entries.forEach((entry, index) => {
    entry.hidden = !words.every((word) => texts[index].includes(word));
    shown += entry.hidden ? 0 : 1;
  });
  for (const section of document.querySelectorAll(".searched")) {
    section.hidden = !section.querySelector("li:not([hidden])");
  }
  status.textContent = words.length ? `${shown} of ${entries.length}` : "";
}

search.hidden = false;
field.addEventListener("input", filter);
filter();
