// Menus are <details>. This closes them on a click elsewhere and on Escape, which gives the focus back, and lets a
// list that would reach over the edge of the window grow to the other side.
"use strict";

const openMenus = () => document.querySelectorAll("details.j-menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector("summary").focus();
  }
});

document.addEventListener("toggle", (event) => {
  if (!event.target.matches("details.j-menu[open]")) return;
  const list = event.target.querySelector(":scope > .j-menu-list");
  const { left, right } = list.getBoundingClientRect();
  if (left < 0 || right > document.documentElement.clientWidth) list.classList.toggle("start");
}, true);
