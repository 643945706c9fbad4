// A form that changes something is sent once: its buttons rest until the answer is there.
// data-jini-again on the form: it may be sent again at any time (a download, which never leaves the page).
"use strict";

{
  const LONGEST_MS = 10000; // then the buttons come back, whatever happened

  const buttons = (form) => [...form.elements].filter((element) => element.type === "submit");

  const release = (form) => {
    delete form.dataset.jiniSent;
    for (const button of buttons(form)) {
      if (!("jiniResting" in button.dataset)) continue;
      delete button.dataset.jiniResting;
      button.disabled = false;
    }
  };

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.method !== "post" || "jiniAgain" in form.dataset) return;
      if ("jiniSent" in form.dataset) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      form.dataset.jiniSent = "";
      // Not now: a disabled button would be missing from what is sent.
      setTimeout(() => {
        for (const button of buttons(form).filter((each) => !each.disabled)) {
          button.dataset.jiniResting = "";
          button.disabled = true;
        }
      });
      setTimeout(() => release(form), LONGEST_MS);
    },
    true, // before htmx sees it
  );

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form) release(form);
  });

  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-jini-sent]")) release(form);
  });
}
