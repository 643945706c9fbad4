// The search over every page: Ctrl+K or a press on [data-jini-palette-open] opens the dialog, on a page that has the search
// in itself it goes to the field. Arrows choose among what was found, Enter opens it, Escape closes.
"use strict";

{
  let asked = ""; // what the results are of

  const field = () => document.querySelector("[data-jini-palette] [role=combobox]");
  const options = () => [...document.querySelectorAll("#palette-list [role=option]")];
  const chosen = () => document.querySelector("#palette-list [aria-selected=true]");
  const isOff = () => document.querySelector("[data-jini-shortcuts=on]") === null;

  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field()?.setAttribute("aria-activedescendant", option.id);
    else field()?.removeAttribute("aria-activedescendant");
  };

  const open = () => {
    const dialog = document.getElementById("palette");
    if (!field() || dialog?.open) return;
    dialog?.showModal();
    field().focus();
    field().select();
    if (dialog) field().form.dispatchEvent(new Event("palette:open"));
  };

  const move = (step) => {
    const all = options();
    if (!all.length) return;
    const place = all.indexOf(chosen());
    choose(all[place < 0 && step < 0 ? all.length - 1 : (place + step + all.length) % all.length]);
  };

  document.addEventListener("keydown", (event) => {
    const isPalette = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    if (isPalette && field() && !isOff()) {
      event.preventDefault();
      open();
      return;
    }
    if (event.target !== field() || event.isComposing) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" && field().value === asked && chosen()) chosen().click();
    else return;
    event.preventDefault();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.matches("[data-jini-palette]")) asked = event.detail.parameters.get("words");
  });

  // Before htmx sees it: the link leads to the search as a page, for who has no script and for phones.
  document.addEventListener(
    "click",
    (event) => {
      if (event.target.id === "palette") event.target.close(); // beside the dialog
      if (!event.target.closest("[data-jini-palette-open]") || event.ctrlKey || event.metaKey || !field()) return;
      event.preventDefault();
      event.stopPropagation();
      open();
    },
    true,
  );

  // As soon as what was found stands there, and for nothing else: the parts of a page that come again by themselves (the
  // bar of a call, a badge), and the settling of a moment later, would take back what was chosen by then.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.requestConfig?.elt.matches("[data-jini-palette]") && document.activeElement === field()) choose(options()[0]);
  });
}
