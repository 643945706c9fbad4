// A button with data-jini-insert="{{word}}" puts its word where the cursor was last in a text of its form.
"use strict";

{
  let last = null;

  document.addEventListener("focusout", (event) => {
    if (event.target.matches("[data-jini-inserts] textarea")) last = event.target;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-jini-insert]");
    if (!button) return;
    const form = button.closest("[data-jini-inserts]");
    const field = last && form.contains(last) ? last : form.querySelector("textarea");
    if (!field) return;
    field.setRangeText(button.dataset.jiniInsert, field.selectionStart, field.selectionEnd, "end");
    field.focus();
  });
}
