// Keeps lists and moves up to date while the page is looked at: a stream tells when there is something to ask for.

import { tell } from "./times.js";
import { markCurrent, refresh } from "./visit.js";

const GATHER = 60;
const FILLING = 1_000;
const RETRY = 5_000;

const moves = document.getElementById("moves");
const lists = document.getElementById("lists");
const pulse = document.getElementById("pulse");
const shown = new Map();
const stay = new AbortController();
let stream = null;
let timer = 0;
let looking = false;

/** Browsers open few connections to one host, so a page that nobody looks at gives its own back. */
export function keepUpToDate() {
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  document.addEventListener("submit", (event) => event.defaultPrevented || signOut());
  open();
}

function open() {
  close();
  if (stay.signal.aborted) return;
  stream = new EventSource("/page/stream");
  for (const kind of ["BEGIN", "JOIN", "LEAVE", "BEAT"]) stream.addEventListener(kind, () => lookIn(GATHER));
  stream.addEventListener("open", () => say("live"));
  stream.addEventListener("error", () => stream?.readyState === EventSource.CLOSED && askAgain());
}

function close() {
  stream?.close();
  stream = null;
}

/** The form that is sent ends the session: whatever is asked from now on would be refused. */
function signOut() {
  stay.abort();
  close();
}

/** Without a stream, such as when too many follow it already, look and try again every few seconds. */
function askAgain() {
  close();
  lookIn(0);
  setTimeout(() => document.hidden || stream || open(), RETRY);
}

/** Look soon; what comes meanwhile is seen in the same look. */
function lookIn(milliseconds) {
  timer ||= setTimeout(() => {
    timer = 0;
    look();
  }, milliseconds);
}

/** Ask for both columns, one request at a time. */
async function look() {
  if (stay.signal.aborted) return;
  if (looking) return lookIn(GATHER);
  looking = true;
  try {
    const answer = await fetch("/page/news", { signal: stay.signal });
    if (answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
    take(document.createRange().createContextualFragment(await answer.text()));
    if (stream?.readyState === EventSource.OPEN) say("live");
  } catch {
    say("not answering");
  } finally {
    looking = false;
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
  if (lists.querySelector(".state:not(.bad)")) lookIn(FILLING);
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
