// A key presses the visible control that carries it: data-jini-key="c", or "g l" for two keys in a row.
// Never while typing, never with Ctrl, Alt or Meta, and not when the person switched shortcuts off.
// data-jini-key-hidden: the control works although its menu is closed.
"use strict";

{
  const PAUSE_MS = 1500; // longer than this, and the first key of a pair is forgotten
  let first = "";
  let firstAt = 0;

  const isTyping = (element) =>
    element.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]") !== null;

  const isOff = () => document.querySelector("[data-jini-shortcuts=on]") === null;

  const find = (key) =>
    [...document.querySelectorAll("[data-jini-key]")].find(
      (element) =>
        element.dataset.jiniKey === key &&
        !element.disabled &&
        (element.checkVisibility() || "jiniKeyHidden" in element.dataset),
    );

  const press = (element) => {
    if (element.matches("input:not([type=radio], [type=checkbox]), textarea, select")) element.focus();
    else element.click();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented) return;
    if (event.key.length !== 1 || isTyping(event.target) || isOff()) return;
    const pair = first && event.timeStamp - firstAt < PAUSE_MS ? find(`${first} ${event.key}`) : undefined;
    const element = pair ?? find(event.key);
    first = event.key;
    firstAt = event.timeStamp;
    if (!element) return;
    first = "";
    event.preventDefault();
    press(element);
  });
}
