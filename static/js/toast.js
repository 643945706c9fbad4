// Toasts: those of the page go after a while, those of fragments and failures are added here.
// A fragment says {"toast": [{"text": …, "undo": url or ""}]} in HX-Trigger.
"use strict";

{
  const STAY_MS = 12000; // at least 10 s, longer while the pointer or the focus is on it

  const region = () => document.querySelector("[data-jini-toasts]");

  const leave = (toast) => {
    const wait = () => setTimeout(() => (toast.matches(":hover, :focus-within") ? wait() : toast.remove()), STAY_MS);
    wait();
  };

  const show = ({ text, undo }) => {
    if (!region() || !text) return;
    const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
    const form = toast.querySelector("form");
    toast.querySelector("[data-jini-text]").textContent = text;
    if (undo) form.setAttribute("action", undo);
    else form.remove();
    region().append(toast);
    window.htmx.process(toast);
    leave(toast);
  };

  const startAll = () => {
    for (const toast of document.querySelectorAll("[data-jini-toast]:not([data-jini-leaving])")) {
      toast.dataset.jiniLeaving = "";
      leave(toast);
    }
  };

  document.addEventListener("toast", (event) => event.detail.value.forEach(show));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-jini-close]")) event.target.closest("[data-jini-toast]").remove();
  });
  // A polled fragment that fails says nothing: it tries again by itself.
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (requestConfig.verb === "get" && !requestConfig.boosted && !requestConfig.triggeringEvent) return;
    const words = region()?.dataset ?? {};
    show({ text: words[`jiniStatus-${xhr.status}`] ?? words.jiniStatus });
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.requestConfig.triggeringEvent) show({ text: region()?.dataset.jiniOffline });
  });
  document.addEventListener("htmx:afterSettle", startAll);
  document.addEventListener("DOMContentLoaded", startAll);
}
