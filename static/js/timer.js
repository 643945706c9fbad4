// Ticks every data-jini-timer-since="2026-11-24T10:52:00+05:30" as 02:14, from one hour on as 1:02:14.
// With data-jini-timer-limit="120" it says "00:45 of 02:00", and past it, in red, "02:14 over the limit of 02:00"; the
// words come from data-jini-timer-of and data-jini-timer-over. Without script the time that the server wrote stays.
"use strict";

{
  const two = (number) => String(number).padStart(2, "0");

  const spoken = (seconds) => {
    const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
  };

  const tick = () => {
    for (const element of document.querySelectorAll("[data-jini-timer-since]")) {
      const { jiniTimerSince, jiniTimerLimit, jiniTimerOf, jiniTimerOver } = element.dataset;
      const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(jiniTimerSince)) / 1000));
      const isOver = jiniTimerLimit !== undefined && seconds > Number(jiniTimerLimit);
      const limit = jiniTimerLimit ? ` ${isOver ? jiniTimerOver : jiniTimerOf} ${spoken(Number(jiniTimerLimit))}` : "";
      const text = spoken(seconds) + limit;
      if (element.textContent !== text) element.textContent = text;
      if (jiniTimerLimit !== undefined) element.classList.toggle("late", isOver);
    }
  };

  setInterval(tick, 1000);
}
