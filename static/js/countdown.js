// Sends a form when its time is over: data-jini-countdown="9" are the seconds that were left when the server wrote it.
// Its data-jini-countdown-left says how many are left now. Nothing is sent while a menu with
// data-jini-countdown-holds is open; what was held for too long is not sent at all, as the server would refuse it.
"use strict";

{
  const GRACE_MS = 8000;
  const ends = new WeakMap();

  const isHeld = () => document.querySelector("details[data-jini-countdown-holds][open]") !== null;

  const follow = (form) => {
    if (!ends.has(form)) ends.set(form, performance.now() + Number(form.dataset.jiniCountdown) * 1000);
    const left = ends.get(form) - performance.now();
    const shown = form.querySelector("[data-jini-countdown-left]");
    const text = String(Math.max(0, Math.ceil(left / 1000)));
    if (shown && shown.textContent !== text) shown.textContent = text;
    if (left > 0 || (isHeld() && left > -GRACE_MS)) return;
    form.removeAttribute("data-jini-countdown");
    if (left > -GRACE_MS) form.requestSubmit();
  };

  setInterval(() => document.querySelectorAll("form[data-jini-countdown]").forEach(follow), 250);
}
