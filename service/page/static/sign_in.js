// Fills in the key of a link like /#key=…: what follows # never leaves the browser, so no log can hold it.

const key = new URLSearchParams(location.hash.slice(1)).get("key");
if (key) {
  history.replaceState(null, "", location.pathname + location.search);
  document.getElementById("key").value = key;
  document.querySelector("form button").focus();
}
