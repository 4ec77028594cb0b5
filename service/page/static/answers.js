// The controls with which questions are answered. Each is made of a filter and reads the keys of one.

import { make } from "./dom.js";

/** Return the control of a kind for a property: its `element`, and `read()`, which returns keys or null while it is empty. */
export function answerOf(control, property, lists, filter = {}) {
  const chosen = property?.options.length ? control : { one: "text", many: "text" }[control] ?? control;
  return CONTROLS[chosen]({ property, lists, filter });
}

const CONTROLS = {
  nothing: () => ({ element: make("span"), read: () => ({}) }),
  text: ({ filter }) => field({ type: "text", value: filter.value ?? "" }),
  number: ({ filter }) => field({ type: "number", step: "any", value: filter.value ?? "" }),
  days: ({ filter }) => {
    const value = filter.withinLastTime ?? 30;
    return field({ type: "number", min: 0, max: 100000, step: 1, value }, (text) => {
      return { withinLastTime: Number(text), withinLastTimeUnit: "DAYS" };
    });
  },
  day: ({ property, filter }) => {
    const before = filter.value === undefined ? "" : dayOf(filter.value);
    return field({ type: "date", value: before }, (text) => ({
      value: text === before ? filter.value : property.type === "date" ? text : String(+new Date(`${text}T00:00`)),
    }));
  },
  one: ({ property, filter }) => choice(property.options, filter.value, (value) => ({ value })),
  list: ({ lists, filter }) => choice(lists, String(filter.list ?? ""), (value) => ({ list: Number(value) })),
  many: ({ property, filter }) => {
    const before = new Set(String(filter.value ?? "").split(";").filter(Boolean));
    const known = property.options.map((option) => option.value);
    const gone = [...before].filter((value) => !known.includes(value)).map((value) => ({ value, label: value }));
    const boxes = [...property.options, ...gone].map((option) => {
      const box = make("input", { type: "checkbox", value: option.value, checked: before.has(option.value) });
      return { box, label: make("label", {}, box, make("span", {}, option.label)) };
    });
    const read = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
    return {
      element: make("span", { class: "chips" }, ...boxes.map(({ label }) => label)),
      read: () => (read().length ? { value: read().join(";") } : null),
    };
  },
};

function field(attributes, keys = (value) => ({ value })) {
  const element = make("input", { "aria-label": "Value", required: true, autocomplete: "off", ...attributes });
  return { element, read: () => (element.value.trim() && element.validity.valid ? keys(element.value.trim()) : null) };
}

function choice(options, value, keys) {
  const known = options.some((option) => option.value === value) || !value;
  const shown = known ? options : [...options, { value, label: value }];
  const element = make(
    "select",
    { "aria-label": "Value", required: true },
    make("option", { value: "" }, "choose …"),
    ...shown.map((option) => make("option", { value: option.value, selected: option.value === value }, option.label)),
  );
  return { element, read: () => (element.value ? keys(element.value) : null) };
}

/** Return the local day, as a date field takes it, of milliseconds or of a day as it is written. */
function dayOf(value) {
  if (!/^-?\d+$/.test(value)) return String(value).slice(0, 10);
  const at = new Date(Number(value));
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
