// Searches while one types. An answer that a later question has overtaken is dropped.

import { visit } from "./visit.js";

const DELAY = 80;

const box = document.getElementById("q");
const typed = document.getElementById("typed");
let timer = 0;
let asked = 0;
let selected = -1;

export function searchWhileTyping() {
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, DELAY);
  });
  box.addEventListener("keydown", onKey);
  box.addEventListener("focus", () => box.value.trim() && search());
  box.form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    box.blur();
    visit(`${box.form.getAttribute("action")}?${new URLSearchParams({ q: box.value })}`);
  });
  typed.addEventListener("click", close);
  document.addEventListener("pointerdown", (event) => box.form.contains(event.target) || close());
  box.form.addEventListener("focusout", (event) => box.form.contains(event.relatedTarget) || close());
  document.addEventListener("keydown", reachBox);
  if (document.activeElement === box) search(); // who was quicker than this script
}

async function search() {
  const turn = ++asked;
  if (!box.value.trim()) return close();
  try {
    const answer = await fetch(`/page/typed?${new URLSearchParams({ q: box.value })}`);
    const text = answer.ok ? await answer.text() : null;
    if (turn !== asked) return;
    if (answer.status === 401) return location.reload();
    text === null ? say("Search does not answer. It is tried again as you type.") : show(text);
  } catch {
    if (turn === asked) say("The service cannot be reached. It is tried again as you type.");
  }
}

function show(html) {
  typed.replaceChildren(document.createRange().createContextualFragment(html));
  typed.hidden = false;
  select(-1);
  box.setAttribute("aria-expanded", "true");
}

function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  typed.replaceChildren(line);
  typed.hidden = false;
}

function close() {
  clearTimeout(timer);
  asked += 1;
  typed.hidden = true;
  select(-1);
  box.setAttribute("aria-expanded", "false");
}

function onKey(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && !typed.hidden) {
    event.preventDefault();
    move(step);
  } else if (event.key === "Enter" && selected >= 0) {
    event.preventDefault();
    const option = options()[selected];
    box.blur();
    option.click();
  } else if (event.key === "Escape") {
    event.preventDefault();
    typed.hidden ? box.blur() : close();
  }
}

/** Go up or down; before the first option is the box itself. */
function move(step) {
  const places = options().length + 1;
  select(((selected + 1 + step + places) % places) - 1);
}

function select(place) {
  selected = place;
  options().forEach((option, i) => option.setAttribute("aria-selected", String(i === place)));
  const option = options()[place];
  if (option) {
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    box.removeAttribute("aria-activedescendant");
  }
}

function options() {
  return [...typed.querySelectorAll("[role=option]")];
}

function reachBox(event) {
  const writing = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "/" && !writing && !event.metaKey && !event.ctrlKey && !event.altKey) {
    event.preventDefault();
    box.focus();
    box.select();
  }
}
