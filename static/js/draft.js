// Keeps what is typed into data-jini-draft="<key>" in this tab until it is saved, so that a lost connection or a
// closed panel costs no words. Signing out or changing the organisation forgets everything (data-jini-forget).
"use strict";

{
  const name = (field) => `draft:${field.dataset.jiniDraft}`;

  const restore = () => {
    for (const field of document.querySelectorAll("[data-jini-draft]:not([data-jini-drafted])")) {
      field.dataset.jiniDrafted = "";
      const kept = JSON.parse(sessionStorage.getItem(name(field)) ?? "null");
      // What the server holds has moved on since: its text is the newer one.
      if (!kept || kept.base !== field.defaultValue || kept.text === field.value) continue;
      field.value = kept.text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-jini-draft]");
    if (!field) return;
    sessionStorage.setItem(name(field), JSON.stringify({ base: field.defaultValue, text: field.value }));
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful, requestConfig } = event.detail;
    if (!successful || requestConfig?.verb === "get") return;
    const fields = elt.matches("[data-jini-draft]") ? [elt] : elt.querySelectorAll("[data-jini-draft]");
    for (const field of fields) sessionStorage.removeItem(name(field));
  });

  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-jini-forget]")) sessionStorage.clear();
  });

  document.addEventListener("htmx:afterSettle", restore);
  document.addEventListener("DOMContentLoaded", restore);
}
