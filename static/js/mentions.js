// In a textarea with data-jini-mentions="<id>", a name behind an @ asks the element <id> for colleagues (the event "mention").
// Arrow down goes to them, a press puts the name into the text, Escape goes back. The name itself is what mentions;
// the id goes along in a hidden field, for people who have the same name.
"use strict";

{
  const TYPED = /(?:^|[\s(])@([\p{L}\p{M}.'-]{0,30}(?: [\p{L}\p{M}.'-]{0,30})?)$/u;

  const listOf = (field) => document.getElementById(field.dataset.jiniMentions);
  const fieldOf = (list) => document.querySelector(`[data-jini-mentions="${list.id}"]`);
  const typed = (field) => TYPED.exec(field.value.slice(0, field.selectionStart))?.[1];

  const put = (button) => {
    const list = button.closest("[id]");
    const field = fieldOf(list);
    const end = field.selectionStart;
    field.setRangeText(`${button.textContent} `, end - (typed(field) ?? "").length, end, "end");
    const id = Object.assign(document.createElement("input"), { type: "hidden", name: "mentions" });
    id.value = button.dataset.jiniMention;
    field.form.append(id);
    list.replaceChildren();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-jini-mentions]");
    if (!field) return;
    const word = typed(field);
    if (word === undefined) listOf(field).replaceChildren();
    else window.htmx.trigger(listOf(field), "mention");
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const field = fieldOf(event.target);
    if (field && event.detail.triggeringEvent?.type === "mention") event.detail.parameters.set("typed", typed(field) ?? "");
  });

  // While the answer was on its way the name was finished, the @ taken away, or somebody is being chosen.
  document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
    const field = target.id && fieldOf(target);
    if (field && (typed(field) === undefined || target.contains(document.activeElement))) detail.shouldSwap = false;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-jini-mention]");
    if (button) put(button);
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("[data-jini-mentions]");
    const button = event.target.closest("[data-jini-mention]");
    const down = ["ArrowDown", "ArrowRight"].includes(event.key);
    if (field && event.key === "ArrowDown") listOf(field).querySelector("button")?.focus();
    else if (button && event.key === "Escape") fieldOf(button.closest("[id]")).focus();
    else if (button && (down || ["ArrowUp", "ArrowLeft"].includes(event.key)))
      (down ? button.nextElementSibling : (button.previousElementSibling ?? fieldOf(button.closest("[id]"))))?.focus();
    else return;
    if (button || listOf(field).querySelector("button")) event.preventDefault();
  });
}
