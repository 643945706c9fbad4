// This browser as the telephone of its member: registers, answers what the server says is theirs, and says what is wrong.
//
// A device of the provider (twilio_phone.js, simulated_phone.js) is made by jiniPhone.make(token, options), with
// register(), unregister(), renew(token) and on(name, tell) for "registered", "offline", "expiring", "problem" (a word
// that the page has) and "ringing" (a leg: id, accept(), refuse(), hangUp() and on(name, tell) for "open", "over",
// "problem" and "well"). What is shown are the elements with data-jini-phone-says; the server wrote their words.
"use strict";

{
  const REPORT_MS = 60000;
  const PATIENCE_MS = 3000; // connecting is spoken of only when it takes longer
  const AGAIN_MS = 10000; // after so long without a network it is tried again
  const strip = () => document.getElementById("softphone");
  const settings = () => strip()?.dataset ?? {};
  const random = (length) => crypto.randomUUID().replaceAll("-", "").slice(0, length);
  localStorage["jini-browser"] ??= random(8);
  const tab = `${localStorage["jini-browser"]}.${random(16)}`;
  const channel = new BroadcastChannel("jini-softphone");

  let device = null;
  let leg = null;
  let waiting = null; // a call that came in: it rings here until its member presses
  let tone = null;
  let shown = "";
  let state = ""; // what the server was told last
  let isBeginning = false;
  let wish = null; // for the lock: an AbortController
  let release = null; // lets go of the lock, while this tab holds it

  const show = (word) => {
    shown = word;
    const root = strip();
    if (!root) return;
    let isSaid = false;
    for (const said of root.querySelectorAll("[data-jini-phone-says]")) {
      said.hidden = !said.dataset.jiniPhoneSays.split(" ").includes(word);
      isSaid ||= !said.hidden;
    }
    root.hidden = !isSaid;
    root.classList.toggle("amber", word !== "simulated");
  };

  const security = () => JSON.parse(document.querySelector(".j-app").getAttribute("hx-headers"));

  const send = async (url, fields) => {
    const body = new URLSearchParams({ tab, ...fields });
    const answer = await fetch(url, { method: "POST", body, headers: security(), cache: "no-store", redirect: "manual" });
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    return { status: answer.status, said: isJson ? await answer.json() : {} };
  };

  const report = async (now) => {
    state = now;
    const { status } = await send(settings().jiniPhoneReport, { state: now }).catch(() => ({}));
    if (status === 409 && device) giveUp("elsewhere");
  };

  const giveUp = (word) => {
    const [oldLeg, oldDevice] = [leg, device];
    leg = device = null;
    offer(null);
    oldLeg?.hangUp();
    oldDevice?.unregister();
    show(word);
  };

  // A problem of this computer: the phone is rung while it lasts.
  const STATES = { denied: "denied", asking: "asking", missing: "missing", busy: "busy", unable: "unable" };
  const wrong = (word) => {
    show(word);
    if (device) report(STATES[word] ?? "offline");
  };

  const MICROPHONE = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" };
  const tryMicrophone = async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      for (const track of stream.getTracks()) track.stop();
      return "";
    } catch (error) {
      return MICROPHONE[error.name] ?? "busy";
    }
  };

  let permission = null;
  const isToBeAsked = async () => {
    try {
      permission ??= await navigator.permissions.query({ name: "microphone" });
      permission.onchange = () => release && !leg && begin();
      return permission.state === "prompt";
    } catch {
      return false; // a browser that does not tell asks by itself
    }
  };

  class Refused extends Error {}
  const REFUSALS = { too_many: "too_many", not_ready: "unready", elsewhere: "elsewhere", mode: "" };
  const askToken = async (takes) => {
    const { status, said } = await send(settings().jiniPhoneToken, takes ? { takes: "1" } : {});
    if (status === 200) return said.token;
    if (status >= 500) throw new Error("later");
    throw new Refused(REFUSALS[said.reason] ?? "expired");
  };

  const renew = async () => {
    try {
      const token = await askToken(false);
      device?.renew(token);
    } catch (error) {
      if (!leg) giveUp(error instanceof Refused ? error.message : "offline");
    }
  };

  const begin = async (takes = false) => {
    if (isBeginning) return;
    if (!window.isSecureContext || !navigator.mediaDevices || !window.jiniPhone.isAble()) return wrong("unable");
    isBeginning = true;
    const late = setTimeout(() => shown === "" && !device && show("connecting"), PATIENCE_MS);
    try {
      if (await isToBeAsked()) return wrong("asking");
      const problem = await tryMicrophone();
      if (problem) return wrong(problem);
      await connect(await askToken(takes));
    } catch (error) {
      giveUp(error instanceof Refused ? error.message : "offline");
      if (shown === "offline") setTimeout(() => release && shown === "offline" && begin(), AGAIN_MS);
    } finally {
      clearTimeout(late);
      isBeginning = false;
    }
  };

  const connect = async (token) => {
    const old = device;
    device = null;
    old?.unregister();
    const mine = window.jiniPhone.make(token, {
      tab,
      quiet: settings().jiniPhoneQuiet,
      microphone: () => localStorage["jini-microphone"] ?? "",
      speaker: () => localStorage["jini-speaker"] ?? "",
    });
    device = mine;
    const on = (name, tell) => mine.on(name, (...said) => device === mine && tell(...said));
    on("registered", () => {
      if (!leg) show("");
      report("ready");
    });
    on("offline", () => {
      state = "offline";
      if (!leg) show("offline");
    });
    on("expiring", renew);
    on("problem", (word) => (word === "expired" ? renew() : leg ? show(word) : wrong(word)));
    on("ringing", answer);
    await mine.register();
  };

  // The bar is drawn anew every two seconds, and its button works in the tab alone that rings.
  const showOffer = () => {
    for (const button of document.querySelectorAll("[data-jini-phone-press=answer]")) button.hidden = !waiting;
  };
  const offer = (ringing) => {
    waiting = ringing;
    tone?.pause();
    tone = ringing && new Audio(settings().jiniPhoneRing);
    if (tone) {
      tone.loop = true;
      tone.play().catch(() => {}); // a browser that wants a press first stays silent
      ringing.on("over", () => waiting === ringing && offer(null));
      htmx.trigger(document.body, "call:changed");
    }
    showOffer();
  };

  // The server says whose call it is that rings; the page decides nothing.
  const answer = async (ringing) => {
    if (leg || waiting) return ringing.refuse();
    const { said } = await send(settings().jiniPhoneRinging, { leg: ringing.id }).catch(() => ({ said: {} }));
    if (said.answer === "ask") return offer(ringing);
    if (said.answer !== "accept") return ringing.refuse();
    take(ringing);
  };

  const take = (ringing) => {
    offer(null);
    leg = ringing;
    const well = () => leg === ringing && show(window.jiniPhone.isSimulated ? "simulated" : "");
    ringing.on("open", () => {
      well();
      tellTabs("busy");
      htmx.trigger(document.body, "call:changed");
    });
    ringing.on("well", well);
    ringing.on("problem", (word) => leg === ringing && show(word));
    ringing.on("over", () => {
      if (leg !== ringing) return;
      leg = null;
      show("");
      tellTabs("free");
      htmx.trigger(document.body, "call:changed");
    });
    ringing.accept();
  };

  // Of several tabs one is the phone: it holds the lock until it is closed, or another one takes it.
  const tellTabs = (is) => channel.postMessage({ member: settings().jiniPhoneMember, is });

  const stand = (takes) => {
    wish?.abort();
    const mine = (wish = new AbortController());
    const held = () =>
      new Promise((resolve) => {
        release = resolve;
        show("");
        begin(takes);
      });
    const name = `jini-softphone-${settings().jiniPhoneMember}`;
    navigator.locks.request(name, takes ? { steal: true } : { signal: mine.signal }, held).catch(() => {
      if (wish !== mine) return; // taken back by ourselves, to take the lock by force
      release = null;
      giveUp("");
      stand(false);
    });
    if (takes) return;
    setTimeout(() => wish === mine && !release && shown === "" && show("other_tab"), 500);
    tellTabs("asking");
  };

  channel.onmessage = ({ data }) => {
    if (data.member !== settings().jiniPhoneMember) return;
    if (data.is === "asking" && leg) tellTabs("busy");
    if (release) return;
    if (data.is === "busy") show("other_tab_busy");
    if (data.is === "free") show("other_tab");
  };

  const PRESSES = {
    answer: () => waiting && take(waiting),
    allow: async () => {
      const problem = await tryMicrophone();
      return problem ? wrong(problem) : begin();
    },
    again: () => begin(),
    take: () => stand(true),
    take_over: () => begin(true),
    reload: () => location.reload(),
  };
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-jini-phone-press]");
    if (pressed) PRESSES[pressed.dataset.jiniPhonePress]();
  });

  // A page that came by a boosted link: the strip was kept, or the browser is the phone no more.
  document.addEventListener("htmx:afterSettle", () => {
    showOffer();
    if (!wish) return;
    if (strip()) return show(shown);
    giveUp("");
    wish.abort();
    release?.();
    wish = release = null;
  });
  navigator.mediaDevices?.addEventListener("devicechange", () => {
    if (release && ["missing", "busy"].includes(shown)) begin();
    else if (leg) show("changed");
  });
  window.addEventListener("online", () => release && shown === "offline" && begin());
  window.addEventListener("beforeunload", (event) => leg && event.preventDefault());
  window.addEventListener("pagehide", () => {
    if (!device) return;
    const fields = { tab, state: "", csrfmiddlewaretoken: security()["X-CSRFToken"] };
    navigator.sendBeacon(settings().jiniPhoneReport, new URLSearchParams(fields));
  });
  setInterval(() => device && state && report(state), REPORT_MS);
  document.addEventListener("DOMContentLoaded", () => strip() && stand(false));
}
