// Makes elements: what the forms of the page are built of.

/** Return an element with attributes, listeners (`onclick` and the like) and children. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** Return the headers of what the page sends: its form token, and that answers are for the script. */
export function headers() {
  const token = document.querySelector("meta[name=form-token]").content;
  return { "Content-Type": "application/json", "X-Form-Token": token, Accept: "application/json" };
}
