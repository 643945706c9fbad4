// Shows what the server pushes, and opens it when it is pressed.
self.addEventListener("push", (event) => {
  const message = event.data ? event.data.json() : {};
  const options = { tag: message.tag, data: { url: message.url } };
  event.waitUntil(self.registration.showNotification(message.text || "JiNi", options));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url || "/", self.location.origin);
  if (url.origin === self.location.origin) {
    event.waitUntil(self.clients.openWindow(url.href));
  }
});
