// Tells instants as people here do: how long ago when that is short, else in local time.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

export function tellLocalTimes() {
  tell();
  setInterval(tell, 20_000);
}

export function tell(root = document) {
  for (const time of root.querySelectorAll("time")) {
    const instant = new Date(time.dateTime);
    time.textContent = spoken(instant);
    time.title = exact.format(instant);
  }
}

function spoken(instant) {
  const ago = Date.now() - instant;
  if (ago >= -MINUTE && ago < MINUTE) return "just now";
  if (ago >= 0 && ago < 60 * MINUTE) return `${Math.floor(ago / MINUTE)} min ago`;
  if (ago >= 0 && ago < DAY && instant.getDate() === new Date().getDate()) return clock.format(instant);
  return day.format(instant);
}
