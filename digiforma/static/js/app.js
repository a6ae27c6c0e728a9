// Small touches on pages that work without them: dialogs, one deed per press, words for a lost connection.
(() => {
  "use strict";

  const announce = (text) => {
    document.getElementById("live").textContent = text;
  };

  // <button data-open="dialog-id"> opens a dialog of the page, [data-close] closes the one it stands in.
  // Focus moves in, Esc closes and focus comes back: the browser does it.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    const dialog = opener
      ? document.getElementById(opener.dataset.open)
      : event.target.closest("[data-close]")?.closest("dialog[open]");
    if (!dialog) return;
    event.preventDefault();
    if (opener) dialog.showModal();
    else dialog.close();
  });

  // A plain form leaves once; htmx forms carry hx-sync="this:drop".
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // What htmx puts into a dialog opens it. Focus goes to what carries `autofocus`: htmx does it.
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.detail.target.closest("dialog");
    if (dialog && !dialog.open) dialog.showModal();
  });

  // HX-Trigger: {"announce": "Option souscrite."} is read out; "close-dialog" closes what is open.
  document.addEventListener("announce", (event) => announce(event.detail.value));
  document.addEventListener("close-dialog", () => document.querySelector("dialog[open]")?.close());

  // A link whose fragment does not come is followed; a form keeps what was typed and says so.
  const fail = (event) => {
    const source = event.detail.elt;
    if (source.tagName === "A") {
      window.location.assign(source.href);
      return;
    }
    const failure = document.getElementById("failure").content.cloneNode(true);
    source.querySelector("[data-failure]")?.remove();
    source.prepend(failure);
  };
  // Shortcuts of one key: off until somebody turns them on here, silent while one types (WCAG 2.1.4).
  // A page says which element a key reaches: <input data-key="/"> is focused, <a data-key="j"> is followed.
  const stored = "shortcuts";
  const help = document.querySelector("[data-help]");
  const choice = document.querySelector("[data-shortcuts]");
  if (choice) {
    choice.closest("[data-needs-js]").hidden = false;
    choice.checked = localStorage.getItem(stored) === "on";
    choice.addEventListener("change", () => localStorage.setItem(stored, choice.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    if (!choice?.checked || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog")) return;
    if (event.key === "?") help.open = !help.open;
    const reached = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!reached && event.key !== "?") return;
    event.preventDefault();
    if (reached?.matches("a, button")) reached.click();
    else (reached ?? help.querySelector("summary")).focus();
  });

  document.addEventListener("htmx:responseError", fail);
  document.addEventListener("htmx:sendError", fail);
})();
