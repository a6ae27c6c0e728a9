// The queue by keyboard: / searches, j and k go down and up, o opens, ? lists the keys. They are off
// until somebody turns them on in the list, on this device, and silent while one types (WCAG 2.1.4).
(() => {
  "use strict";

  const stored = "desk-shortcuts";
  const dialog = document.getElementById("keys");
  const choice = dialog.querySelector("[data-shortcuts]");
  const opener = document.querySelector("[data-open=keys]");
  const search = document.getElementById("q");
  const rows = [...document.querySelectorAll(".queue a.t")];

  const go = (step) => {
    const here = rows.findIndex((link) => link.closest("tr").contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step;
    rows[Math.min(Math.max(next, 0), rows.length - 1)]?.focus();
  };
  const deeds = {
    "/": () => search.focus(),
    j: () => go(1),
    k: () => go(-1),
    o: () => document.activeElement.closest("tr")?.querySelector("a.t")?.click(),
    "?": () => dialog.showModal(),
  };

  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  choice.checked = localStorage.getItem(stored) === "on";
  choice.addEventListener("change", () => localStorage.setItem(stored, choice.checked ? "on" : "off"));

  document.addEventListener("keydown", (event) => {
    if (!choice.checked || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog")) return;
    const deed = deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
})();
