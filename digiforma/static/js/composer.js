// A ready answer chosen fills the message in place; without this script the page opens prefilled.
(() => {
  "use strict";

  const choice = document.querySelector("[data-fills]");
  if (!choice) return;
  const message = document.getElementById(choice.dataset.fills);
  const blanks = document.querySelector("[data-blanks]");
  document.querySelector("[data-without-script]").hidden = true;

  choice.addEventListener("change", () => {
    const { body, missing } = choice.selectedOptions[0].dataset;
    if (!body) return;
    const written = message.value.trim();
    message.value = written ? `${written}\n\n${body}` : body;
    blanks.textContent = missing ? `${blanks.dataset.blanks} {${missing}}` : "";
    message.focus();
  });
})();
