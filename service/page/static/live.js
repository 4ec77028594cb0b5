// Keeps lists and moves up to date while the page is looked at.

import { tell } from "./times.js";
import { markCurrent, refresh } from "./visit.js";

const PERIOD = 2_000;

const moves = document.getElementById("moves");
const lists = document.getElementById("lists");
const pulse = document.getElementById("pulse");
const shown = new Map();

export function keepUpToDate() {
  setInterval(() => document.hidden || look(), PERIOD);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  look();
}

async function look() {
  try {
    const answer = await fetch("/page/news");
    if (answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
    take(document.createRange().createContextualFragment(await answer.text()));
    say("live");
  } catch {
    say("not answering");
  }
}

function take(found) {
  const before = told(lists) + told(moves);
  const last = Number(moves.firstElementChild?.dataset.seq ?? 0);
  const arrived = [...found.querySelectorAll("li.move")].filter((move) => Number(move.dataset.seq) > last);
  for (const move of arrived) move.classList.add("fresh");
  renew(lists, found.querySelector("nav"));
  if (arrived.length) renew(moves, found.querySelector("ol"));
  markCurrent();
  tell(moves);
  if (told(lists) + told(moves) !== before) refresh();
}

/** Show a column anew if it differs, and leave the keyboard where it is. */
function renew(column, found) {
  if (found.innerHTML === shown.get(column)) return;
  shown.set(column, found.innerHTML);
  const focused = column.contains(document.activeElement) ? document.activeElement.href : null;
  column.replaceChildren(...found.childNodes);
  if (focused) [...column.querySelectorAll("a")].find((link) => link.href === focused)?.focus();
}

/** Return what a column tells of the contact or list that is shown. */
function told(column) {
  const { list, vid } = document.querySelector("#main article")?.dataset ?? {};
  const lines = [...column.querySelectorAll(`[data-list="${list}"], [data-vid="${vid}"]`)];
  return lines.map((line) => line.dataset.seq ?? line.textContent).join();
}

function say(text) {
  if (pulse.textContent !== text) pulse.textContent = text;
  pulse.classList.toggle("on", text === "live");
}
