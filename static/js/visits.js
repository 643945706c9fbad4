// Which pages somebody looks at and for how long, told to JiNi's own server; loaded only for who allows it.
(() => {
  const MOST = 20;
  const EVERY = 60_000;
  const LONGEST = 30 * 60_000;
  let visits = [];
  let place = null;
  let began = null;
  let sent = Date.now();
  let isOver = false;
  const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const here = () => document.querySelector("[data-jini-visit]");
  const begin = () => {
    place = here();
    began = place && !isOver && document.visibilityState === "visible" ? Date.now() : null;
  };
  const end = () => {
    if (began !== null && place.dataset.jiniVisit && visits.length < MOST) {
      visits.push({ key: random(), page: place.dataset.jiniVisit, began, spent: Math.min(Date.now() - began, LONGEST) });
    }
    began = null;
  };
  const stop = () => {
    isOver = true;
    visits = [];
    began = null;
  };
  const send = async () => {
    const from = here();
    if (isOver || !from || !visits.length) return;
    const now = Date.now();
    const body = JSON.stringify(visits.map(({ began: at, ...visit }) => ({ ...visit, ago: now - at })));
    visits = [];
    sent = now;
    const headers = { "Content-Type": "application/json", ...JSON.parse(from.getAttribute("hx-headers")) };
    try {
      const answer = await fetch(from.dataset.jiniVisits, { method: "POST", keepalive: true, headers, body });
      if ([403, 409].includes(answer.status)) stop();
    } catch {
      // What could not be sent is lost, and harms nobody.
    }
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") begin();
    else {
      end();
      send();
    }
  });
  addEventListener("pagehide", () => {
    end();
    send();
  });
  // A boosted link changes the page below this script.
  document.addEventListener("htmx:afterSettle", () => {
    if (here() === place) return;
    end();
    if (!here()) stop();
    begin();
    if (visits.length === MOST || Date.now() - sent > EVERY) send();
  });
  // Who is about to withdraw is not told of any more.
  document.addEventListener("submit", (event) => {
    const { purpose, state } = event.target.elements;
    if (purpose?.value === "usage" && state?.value === "withdrawn") stop();
  }, true);
  begin();
})();
