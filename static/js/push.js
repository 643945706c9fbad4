// The button that lets this browser show notices: asks the person, subscribes, and sends what the browser gave.
(() => {
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(text.length / 4) * 4, "="));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const isAble = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  // Where push messages are not allowed, the browser forgets them too, also those that it began elsewhere.
  const end = async () => {
    const worker = await navigator.serviceWorker.getRegistration();
    await (await worker?.pushManager?.getSubscription())?.unsubscribe();
    await worker?.unregister();
  };
  const show = (root) => {
    if (isAble && root.querySelector("[data-jini-push-end]")) end();
    for (const form of root.querySelectorAll("[data-jini-push]")) {
      form.querySelector("button").hidden = !isAble;
      form.querySelector("[data-jini-push-unable]").hidden = isAble;
    }
  };
  const subscribe = async (form) => {
    if ((await Notification.requestPermission()) !== "granted") {
      form.querySelector("[data-jini-push-refused]").hidden = false;
      return;
    }
    await navigator.serviceWorker.register(form.dataset.jiniPushWorker);
    const worker = await navigator.serviceWorker.ready;
    const key = bytes(form.dataset.jiniPush);
    const given = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })).toJSON();
    form.elements.endpoint.value = given.endpoint;
    form.elements.p256dh.value = given.keys.p256dh;
    form.elements.auth.value = given.keys.auth;
    form.submit();
  };
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-jini-push]")) return;
    event.preventDefault();
    event.stopPropagation();
    subscribe(event.target).catch(() => {
      event.target.querySelector("[data-jini-push-failed]").hidden = false;
    });
  }, true);
  document.addEventListener("DOMContentLoaded", () => show(document));
  document.addEventListener("htmx:afterSettle", () => show(document));
})();
