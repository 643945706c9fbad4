// Puts the focus where the reading goes on: on the heading after a boosted link, on the errors after a refused form.
"use strict";

{
  const focusOn = (element) => {
    if (!element) return;
    if (!element.matches("a, button, input, select, textarea, [tabindex]")) element.tabIndex = -1;
    element.focus();
  };

  const firstError = (root) => root.querySelector("[data-jini-errors]") ?? root.querySelector("[aria-invalid=true]");

  document.addEventListener("htmx:afterSettle", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (xhr?.status === 422) focusOn(firstError(document.getElementById("main") ?? document.body));
    else if (requestConfig?.boosted) {
      const main = document.getElementById("main");
      if (main?.contains(document.activeElement)) return; // the page chose its own place with autofocus
      focusOn(main?.querySelector("h1") ?? main);
    }
  });

  document.addEventListener("DOMContentLoaded", () => focusOn(firstError(document)));
}
