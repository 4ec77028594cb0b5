// The form of a list: groups of questions, one group of which must be met whole. What it would give is counted meanwhile.

import { answerOf } from "./answers.js";
import { headers, make } from "./dom.js";
import { visit, whenShown } from "./visit.js";

const DELAY = 250;
const LISTS = "lists";

export function buildLists() {
  whenShown((main) => {
    const form = main.querySelector("form.builder");
    if (form) new Builder(form);
  });
}

class Builder {
  constructor(form) {
    this.form = form;
    const data = form.querySelector("#form");
    this.known = data && JSON.parse(data.textContent);
    form.addEventListener("submit", (event) => this.save(event));
    if (this.known) this.start();
  }

  start() {
    this.groups = this.form.querySelector("#groups");
    this.preview = this.form.querySelector("#preview");
    this.properties = new Map(this.known.groups.flatMap((group) => group.properties.map((each) => [each.name, each])));
    this.rows = new Map();
    for (const group of this.known.asked.length ? this.known.asked : [[{}]]) this.addGroup(group);
    this.form.querySelector("#add-group").addEventListener("click", () => this.addGroup([{}]).querySelector("select").focus());
    this.form.addEventListener("input", () => this.edited());
    this.count();
  }

  addGroup(asked) {
    const rows = make("div", { class: "rows" });
    const add = make("button", { type: "button", class: "quiet", onclick: () => this.addRow(rows, {}).focus() }, "And …");
    const group = make("fieldset", { class: "group" }, make("legend"), rows, add);
    this.groups.append(group);
    this.sayOr();
    for (const each of asked) this.addRow(rows, each);
    this.edited();
    return group;
  }

  /** Add a question to a group, as `asked` or the first one there is; return its first control. */
  addRow(rows, asked) {
    const row = make("div", { class: "row", role: "group", "aria-label": "Condition" });
    const subject = this.subjects(asked);
    const question = make("select", { "aria-label": "Condition" });
    const answer = make("span", { class: "answer" });
    const remove = () => this.remove(row);
    const removing = make("button", { type: "button", class: "quiet", title: "Remove", "aria-label": "Remove", onclick: remove }, "×");
    const state = { subject, question, answer, control: null };
    this.rows.set(row, state);
    subject.addEventListener("change", () => this.ask(state, 0));
    question.addEventListener("change", () => this.answerAnew(state, {}));
    row.append(subject, question, answer, removing);
    rows.append(row);
    this.ask(state, asked.place ?? 0, asked.filter ?? {});
    return subject;
  }

  subjects(asked) {
    const chosen = asked.kind === LISTS ? LISTS : (asked.filter?.property ?? "lifecyclestage");
    const option = (value, label) => make("option", { value, selected: value === chosen }, label);
    const groups = this.known.groups.map((group) =>
      make("optgroup", { label: group.label }, ...group.properties.map((each) => option(each.name, each.label))),
    );
    return make("select", { "aria-label": "Property" }, option(LISTS, "List membership"), ...groups);
  }

  /** Offer the questions about what was chosen. */
  ask(state, place, filter = {}) {
    state.property = this.properties.get(state.subject.value);
    state.questions = this.known.questions[state.property?.type ?? LISTS];
    const options = state.questions.map((each, i) => make("option", { value: i, selected: i === place }, each.words));
    state.question.replaceChildren(...options);
    this.answerAnew(state, filter);
  }

  answerAnew(state, filter) {
    const { control } = state.questions[state.question.value];
    state.control = answerOf(control, state.property, this.known.lists, filter);
    state.answer.replaceChildren(state.control.element);
    this.edited();
  }

  remove(row) {
    const group = row.closest(".group");
    this.rows.delete(row);
    row.remove();
    if (!group.querySelector(".row") && this.groups.children.length > 1) group.remove();
    this.sayOr();
    this.form.querySelector("#add-group").focus();
    this.edited();
  }

  sayOr() {
    this.groups.querySelectorAll("legend").forEach((legend, i) => (legend.textContent = i ? "or for whom" : "Contacts for whom"));
  }

  /** Return v1 filters of all that is answered, and whether that is everything. */
  read() {
    const groups = [...this.groups.children].map((group) => [...group.querySelectorAll(".row")].map((row) => this.filterOf(row)));
    const whole = groups.map((group) => group.filter(Boolean)).filter((group) => group.length);
    return { filters: whole, complete: groups.flat().every(Boolean) };
  }

  filterOf(row) {
    const state = this.rows.get(row);
    const keys = state.control.read();
    if (!keys) return null;
    const subject = state.property ? { filterFamily: "PropertyValue", property: state.property.name } : {};
    return { ...subject, ...state.questions[state.question.value].keys, ...keys };
  }

  edited() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.count(), DELAY);
  }

  async count() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const { filters } = this.read();
    if (!filters.length) return this.tell(make("p", { class: "lead" }, "Answer a question to see how many contacts meet it."));
    this.preview.setAttribute("aria-busy", "true");
    const listId = this.form.dataset.for ? { listId: Number(this.form.dataset.for) } : {};
    const shown = await send("/page/preview", { filters, ...listId });
    if (turn !== this.turn || !this.form.isConnected) return;
    this.tell(shown.problem ? make("p", { class: "bad" }, shown.problem) : document.createRange().createContextualFragment(shown.text));
  }

  tell(shown) {
    this.preview.replaceChildren(shown);
    this.preview.removeAttribute("aria-busy");
  }

  async save(event) {
    event.preventDefault();
    const given = new FormData(this.form);
    const body = { name: given.get("name") };
    if (this.known) {
      const { filters, complete } = this.read();
      if (!complete) return this.refuse("A condition has no value yet: choose one, or remove the condition.");
      Object.assign(body, { filters });
    }
    if (given.has("dynamic")) body.dynamic = given.get("dynamic") === "true";
    const saved = await send(this.form.getAttribute("action"), body);
    saved.problem ? this.refuse(saved.problem) : visit(JSON.parse(saved.text).address);
  }

  refuse(problem) {
    const line = this.form.querySelector("#refused");
    line.textContent = problem;
    line.hidden = false;
  }
}

/** Send JSON; return the answer's text, or the problem in words. */
async function send(address, body) {
  try {
    const answer = await fetch(address, { method: "POST", headers: headers(), body: JSON.stringify(body) });
    const text = await answer.text();
    if (answer.status === 401) location.reload();
    return answer.ok ? { text } : { problem: JSON.parse(text).message };
  } catch {
    return { problem: "The service cannot be reached. Nothing was changed; try again." };
  }
}
