// The test of microphone and speaker on the page about my calls. What is chosen is remembered in this browser alone, where
// softphone.js reads it; nothing that is heard leaves the page.
"use strict";

if (!window.jiniMicrophone) {
  window.jiniMicrophone = true; // the page may be opened again without this script being loaded anew
  const KEPT = { audioinput: "jini-microphone", audiooutput: "jini-speaker" };
  const WRONG = {
    NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing",
  };
  const SILENCE_MS = 4000;
  const LOUD = 4; // of 100
  let stream = null;
  let context = null;
  // A test that was ended or begun anew while the browser still opened its microphone is over when it has it.
  let turn = 0;

  const card = () => document.querySelector("[data-jini-microphone]");

  const show = (...words) => {
    for (const said of card()?.querySelectorAll("[data-jini-microphone-says]") ?? []) {
      said.hidden = !words.includes(said.dataset.jiniMicrophoneSays);
    }
  };

  const silence = (heard) => {
    for (const track of heard?.getTracks() ?? []) track.stop();
  };

  const stop = () => {
    turn += 1;
    silence(stream);
    context?.close();
    stream = context = null;
  };

  const list = async () => {
    const devices = await navigator.mediaDevices.enumerateDevices();
    for (const select of card().querySelectorAll("[data-jini-microphone-choice]")) {
      const kind = select.dataset.jiniMicrophoneChoice;
      const found = devices.filter((device) => device.kind === kind);
      select.replaceChildren(...found.map((device) => new Option(device.label || device.deviceId, device.deviceId)));
      const kept = localStorage[KEPT[kind]];
      if (found.some((device) => device.deviceId === kept)) select.value = kept;
      if (kind === "audiooutput") select.closest("[data-jini-microphone-speaker]").hidden = found.length === 0;
    }
  };

  const listen = () => {
    context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const began = performance.now();
    const mine = stream;
    let isHeard = false;
    const measure = () => {
      if (stream !== mine || !card()) return card() ? undefined : stop();
      analyser.getFloatTimeDomainData(samples);
      const level = Math.min(100, Math.max(...samples.map(Math.abs)) * 120);
      card().querySelector("progress").value = level;
      if (level > LOUD && !isHeard) {
        isHeard = true;
        show("on", "heard");
      } else if (!isHeard && performance.now() - began > SILENCE_MS) show("on", "silent");
      setTimeout(measure, 100);
    };
    measure();
  };

  const test = async () => {
    stop();
    if (!navigator.mediaDevices) return show("unable");
    const mine = turn;
    const kept = localStorage[KEPT.audioinput];
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ audio: kept ? { deviceId: { ideal: kept } } : true });
      if (mine !== turn) return silence(opened);
      stream = opened;
    } catch (error) {
      return mine === turn ? show(WRONG[error.name] ?? "busy") : undefined;
    }
    await list();
    if (mine !== turn) return;
    show("on");
    listen();
  };

  const tone = async () => {
    const sound = new Audio(card().dataset.jiniMicrophoneTone);
    const speaker = localStorage[KEPT.audiooutput];
    if (speaker && sound.setSinkId) await sound.setSinkId(speaker).catch(() => {}); // then the usual one plays
    sound.play();
  };

  const PRESSES = { test, tone, stop: () => (stop(), show("start")) };

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-jini-microphone-press]");
    if (pressed) PRESSES[pressed.dataset.jiniMicrophonePress]();
  });
  document.addEventListener("change", (event) => {
    const kind = event.target.dataset.jiniMicrophoneChoice;
    if (!kind) return;
    localStorage[KEPT[kind]] = event.target.value;
    if (kind === "audioinput") test();
  });
}
