// Ticking rows of the lead list: how many are ticked, the whole page at once, and "x" for the row in focus or pointed at.
// Without it every tick and every button works too.
"use strict";

{
  const boxes = () => [...document.querySelectorAll("input[name=pick][form=bulk]")];

  const show = () => {
    const bar = document.querySelector("[data-jini-bulk]");
    if (!bar) return;
    const ticked = boxes().filter((box) => box.checked).length;
    bar.querySelector("[data-jini-count]").value = ticked;
    bar.querySelector("[data-jini-picked]").hidden = ticked === 0 || bar.elements.all.checked;
    for (const box of boxes()) box.closest("tr").classList.toggle("on", box.checked || bar.elements.all.checked);
    const page = document.querySelector("[data-jini-pick-page]");
    page.hidden = false;
    page.checked = ticked > 0 && ticked === boxes().length;
    page.indeterminate = ticked > 0 && ticked < boxes().length;
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-jini-pick-page]")) {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-jini-pick-page], [data-jini-bulk] input, input[name=pick]")) {
      // Ticking a row by itself takes back "all": it would be a choice of one thing that is sent as another.
      if (event.target.name === "pick") document.querySelector("[data-jini-bulk]").elements.all.checked = false;
      show();
    }
  });

  // The row that was pointed at or came into focus last.
  let at = null;
  const come = (event) => {
    at = event.target.closest("tr") ?? at;
  };
  document.addEventListener("mouseover", come);
  document.addEventListener("focusin", come);

  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (document.querySelector("[data-jini-shortcuts=on]") === null) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if (at?.isConnected) at.querySelector("input[name=pick]")?.click();
  });

  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("DOMContentLoaded", show);
  // The browser ticks again what was ticked when somebody comes back.
  window.addEventListener("pageshow", show);
}
