// Follows links by exchanging the middle of the page, so that search box and live column stay as they are.

import { tell } from "./times.js";

const started = [];
let latest = 0;

/** Have `start(main)` called now and whenever something else is shown. */
export function whenShown(start) {
  started.push(start);
  start(document.getElementById("main"));
}

export function followLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && isOurs(link, event)) {
      event.preventDefault();
      visit(link.href);
    }
  });
  addEventListener("popstate", () => visit(location.href, { push: false }));
  markCurrent();
}

/** Show another address. */
export async function visit(address, { push = true } = {}) {
  const shown = await load(address);
  if (!shown) return;
  if (push) history.pushState(null, "", address);
  show(shown);
  scrollTo(0, 0);
  if (!document.activeElement?.matches("input, select")) document.getElementById("main").focus({ preventScroll: true });
}

/** Bring what is shown up to date. */
export async function refresh() {
  const address = location.href;
  const shown = await load(address);
  if (shown && address === location.href) show(shown);
}

/** Mark the link that leads to what is shown. */
export function markCurrent() {
  for (const link of document.querySelectorAll("#lists a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Return a page's document; null when a later one was asked for meanwhile, or when the browser itself must go there. */
async function load(address) {
  const turn = ++latest;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== latest) return null;
    if (answer.ok && found.querySelector(".columns")) return found;
  } catch {
    if (turn !== latest) return null;
  }
  location.assign(address);
  return null;
}

function show(found) {
  const main = document.getElementById("main");
  main.replaceChildren(...found.getElementById("main").childNodes);
  document.title = found.title;
  markCurrent();
  tell(main);
  for (const start of started) start(main);
}

function isOurs(link, event) {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const here = link.origin === location.origin && (link.pathname !== location.pathname || !link.hash);
  const page = link.pathname === "/" || link.pathname === "/search" || /^\/contacts\/\d+\//.test(link.pathname);
  return plain && here && page && !link.target && !event.defaultPrevented;
}
