// Twilio's device, in the shape that softphone.js asks for. Its errors and warnings become words of ours here.
"use strict";

{
  // The codes of https://www.twilio.com/docs/api/errors that a person can do something about.
  const CODES = {
    20101: "expired", 20104: "expired", 20151: "unready", 31204: "expired", 31205: "expired", 31207: "expired",
    31202: "unready", 31203: "unready", 31401: "denied", 31402: "busy",
  };
  const WARNINGS = {
    "low-mos": "poor", "high-rtt": "poor", "high-jitter": "poor", "high-packet-loss": "poor",
    "high-packets-lost-fraction": "poor", "low-bytes-received": "reconnecting", "low-bytes-sent": "reconnecting",
    "ice-connectivity-lost": "reconnecting", "constant-audio-input-level": "silent",
  };
  const word = (error) => CODES[error?.code] ?? "offline";

  const makeLeg = (call, microphone) => ({
    id: call.parameters.CallSid,
    accept: () => call.accept(microphone ? { rtcConstraints: { audio: { deviceId: { ideal: microphone } } } } : {}),
    refuse: () => call.reject(),
    hangUp: () => call.disconnect(),
    on: (name, tell) => {
      if (name === "open") call.on("accept", tell);
      if (name === "over") for (const end of ["disconnect", "cancel", "reject"]) call.on(end, tell);
      if (name === "problem") {
        call.on("error", (error) => tell(word(error)));
        call.on("reconnecting", () => tell("reconnecting"));
        call.on("warning", (warning) => warning in WARNINGS && tell(WARNINGS[warning]));
      }
      if (name === "well") for (const well of ["reconnected", "warning-cleared"]) call.on(well, () => tell());
    },
  });

  const make = (token, { quiet, microphone, speaker }) => {
    // Its own sounds lie on another host; what rings is for softphone.js to say.
    const sounds = Object.fromEntries(Object.values(window.Twilio.Device.SoundName).map((name) => [name, quiet]));
    const device = new window.Twilio.Device(token, {
      sounds,
      logLevel: "silent",
      tokenRefreshMs: 60000,
      appName: "JiNi",
    });
    const ringing = (call, tell) => {
      const { availableOutputDevices: speakers, speakerDevices } = device.audio;
      if (speakers.has(speaker())) speakerDevices.set(speaker()).catch(() => {}); // then the usual one speaks
      tell(makeLeg(call, microphone()));
    };
    return {
      renew: (next) => device.updateToken(next),
      register: () => device.register(),
      unregister: () => device.destroy(),
      on: (name, tell) => {
        if (name === "registered") device.on("registered", tell);
        if (name === "offline") device.on("unregistered", tell);
        if (name === "expiring") device.on("tokenWillExpire", tell);
        if (name === "problem") device.on("error", (error) => tell(word(error)));
        if (name === "ringing") device.on("incoming", (call) => ringing(call, tell));
      },
    };
  };

  window.jiniPhone = { make, isAble: () => window.Twilio.Device.isSupported, isSimulated: false };
}
