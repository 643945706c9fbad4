// The board: a card is dragged to another column, or sent there by the dialog that its "Move…" opens. It stands there
// at once; when the move is refused it goes back, and a toast says why. Without script "Move…" is a page of its own.
"use strict";

{
  const came = new WeakMap(); // where each card under way stood

  const columnOf = (status) => document.getElementById(`cards-${status}`);
  const asking = () => document.querySelector("[data-jini-asking]");

  const goBack = (card) => {
    const { list, next } = came.get(card) ?? {};
    if (list?.isConnected) list.insertBefore(card, next?.parentElement === list ? next : null);
  };

  const showReasons = (dialog) => {
    const reasons = dialog.querySelector("[data-jini-reasons]");
    reasons.hidden = reasons.disabled = !dialog.querySelector("[data-jini-why]:checked");
  };

  const ask = (card, wanted) => {
    const dialog = asking();
    const form = dialog.querySelector("form");
    form.reset();
    for (const input of form.elements.status) input.checked = input.value === wanted;
    dialog.querySelector("[data-jini-who]").textContent = card.querySelector(".name").textContent;
    dialog.querySelector("[data-jini-statuses]").hidden = Boolean(wanted);
    showReasons(dialog);
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((answer) => {
      const closed = () => answer(dialog.returnValue === "move" ? Object.fromEntries(new FormData(form)) : undefined);
      dialog.addEventListener("close", closed, { once: true });
    });
  };

  const move = (card, said) => {
    if (!said) return goBack(card);
    const column = columnOf(said.status);
    if (card.parentElement !== column) column?.prepend(card);
    const values = { ...said, version: card.dataset.jiniCard };
    return window.htmx.ajax("POST", card.dataset.jiniMove, { source: card, target: card, swap: "outerHTML", values });
  };

  const dropped = async ({ item, from, to, oldDraggableIndex }) => {
    if (from === to) return;
    came.set(item, { list: from, next: from.children[oldDraggableIndex] });
    const status = to.dataset.jiniColumn;
    const needsReason = asking().querySelector(`[data-jini-why][value="${status}"]`) !== null;
    move(item, needsReason ? await ask(item, status) : { status });
  };

  const start = () => {
    if (!window.Sortable || !asking()) return;
    for (const list of document.querySelectorAll("[data-jini-column]:not([data-jini-sorts])")) {
      list.dataset.jiniSorts = "";
      window.Sortable.create(list, { group: "board", sort: false, delay: 150, delayOnTouchOnly: true, onEnd: dropped });
    }
  };

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-jini-ask]");
    if (!link || event.ctrlKey || event.metaKey || !asking()) return;
    event.preventDefault();
    const card = link.closest("[data-jini-card]");
    came.set(card, { list: card.parentElement, next: card.nextElementSibling });
    move(card, await ask(card, ""));
  });
  document.addEventListener("change", (event) => event.target.closest("[data-jini-asking]") && showReasons(asking()));
  document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
    if (!target.matches("[data-jini-card]") || detail.xhr.status < 400) return;
    detail.shouldSwap = false;
    goBack(target);
    if (detail.xhr.status === 409) window.htmx.ajax("GET", location.href, { target: "#board", swap: "outerHTML" });
  });
  document.addEventListener("htmx:sendError", ({ target }) => target.matches("[data-jini-card]") && goBack(target));
  document.addEventListener("load", (event) => event.target.matches?.("[data-jini-sortable]") && start(), true);
  document.addEventListener("htmx:afterSettle", start);
  document.addEventListener("DOMContentLoaded", start);
}
