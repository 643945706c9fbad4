// Ticks every data-jini-timer-since="2026-11-24T10:52:00+05:30" as 02:14, from one hour on as 1:02:14.
// Without script the time that the server wrote stays.
"use strict";

{
  const two = (number) => String(number).padStart(2, "0");

  const spoken = (since) => {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 1000));
    const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
  };

  const tick = () => {
    for (const element of document.querySelectorAll("[data-jini-timer-since]")) {
      const text = spoken(element.dataset.jiniTimerSince);
      if (element.textContent !== text) element.textContent = text;
    }
  };

  setInterval(tick, 1000);
}
