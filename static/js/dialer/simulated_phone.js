// The simulator's device, of the shape that softphone.js asks for: it rings when the call bar says so, and has no sound.
"use strict";

{
  const press = (url, fields) => {
    const headers = JSON.parse(document.querySelector(".j-app").getAttribute("hx-headers"));
    return fetch(url, { method: "POST", body: new URLSearchParams(fields), headers, cache: "no-store" });
  };

  const listening = () => {
    const told = {};
    return { on: (name, tell) => (told[name] = tell), tell: (name, ...said) => told[name]?.(...said) };
  };

  const makeLeg = (id, url, tab) => {
    const { on, tell } = listening();
    return {
      id,
      on,
      tell,
      accept: async () => ((await press(url, { tab, leg: id })).ok ? tell("open") : tell("over")),
      refuse: () => tell("over"),
      hangUp: () => tell("over"),
    };
  };

  const make = (_token, { tab }) => {
    const { on, tell } = listening();
    let isRegistered = false;
    let leg = null;
    const look = () => {
      const bar = document.querySelector("[data-jini-simulated-leg]");
      const { jiniSimulatedLeg: id, jiniSimulatedState: state } = bar?.dataset ?? {};
      if (leg && leg.id !== id) {
        const ended = leg;
        leg = null;
        ended.tell("over");
      }
      if (!isRegistered || leg || state !== "ringing") return;
      leg = makeLeg(id, bar.dataset.jiniSimulatedAnswer, tab);
      tell("ringing", leg);
    };
    const watch = setInterval(look, 300);
    return {
      on,
      renew: () => {},
      register: async () => {
        isRegistered = true;
        tell("registered");
      },
      unregister: () => clearInterval(watch),
    };
  };

  window.jiniPhone = { make, isAble: () => true, isSimulated: true };
}
