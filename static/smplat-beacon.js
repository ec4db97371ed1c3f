/* smplat beacon: offer events from the browser, each counted once. docs/beacon.md */
((w, d) => {
  const PREFIX = "smplat:", MAX_EVENTS = 500, MAX_AGE_MS = 7 * 864e5, BATCH = 50, BATCH_BYTES = 6e4, script = d.currentScript;
  let config, timer, sending = [], failures = 0, dueAt = 0, store = {}; // memory only, where storage is forbidden
  try { store = w.localStorage; store[PREFIX] = ""; } catch { store = {}; }

  const newId = () => crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g,
    n => (n ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> n / 4).toString(16));

  // One entry per event, so tabs never overwrite each other; keys start with the time, so they sort by age.
  const remove = keys => keys.forEach(k => delete store[k]);
  const queue = () => {
    const keys = Object.keys(store).filter(k => k.startsWith(PREFIX)).sort();
    remove(keys.filter((k, i) => keys.length - i > MAX_EVENTS || !(+k.split(":")[1] > Date.now() - MAX_AGE_MS)));
    return keys.filter(k => k in store && !sending.includes(k));
  };
  const bytes = text => new Blob([text]).size;
  const take = () => {
    let size = 0;
    return queue().slice(0, BATCH).filter((k, i) => (size += bytes(store[k]) + 1) < BATCH_BYTES || !i);
  };
  const body = keys => `[${keys.map(k => store[k])}]`;
  const schedule = delay => { clearTimeout(timer); timer = setTimeout(flush, delay); };

  const retry = after => {
    const delay = Math.max(after * 1e3 || 0, Math.min(3e5, 1e3 * 2 ** failures++) * (1 + Math.random()) / 2);
    dueAt = Date.now() + delay;
    schedule(delay);
  };

  function flush() {
    if (!config || sending.length) return;
    if (Date.now() < dueAt) return schedule(dueAt - Date.now());
    const keys = take(), text = body(keys);
    if (!keys.length) return;
    sending = keys;
    fetch(config.endpoint, {
      method: "POST", body: text, keepalive: bytes(text) < BATCH_BYTES, credentials: "omit",
      headers: { "Content-Type": "application/json", "X-API-Key": config.key },
    }).then(r => {
      sending = [];
      // 400, 413 and 422 would come again for the same bytes; any other failure may pass.
      if (!r.ok && ![400, 413, 422].includes(r.status)) return retry(r.headers.get("Retry-After"));
      remove(keys);
      failures = 0;
      schedule(0);
    }, () => { sending = []; retry(); });
  }

  // The page may be gone before an answer: what is handed over here stays queued until a later page has it confirmed.
  const leave = () => {
    const keys = take();
    if (config && keys.length) navigator.sendBeacon(`${config.endpoint}?key=${encodeURIComponent(config.key)}`, body(keys));
  };

  w.smplat = {
    init(options) {
      config = { endpoint: script && new URL("/api/analytics/offer-events", script.src).href, ...options };
      schedule(0);
    },
    track(event) {
      const now = new Date(), entry = { eventId: newId(), occurredAt: now, ...event };
      const key = `${PREFIX}${+now}:${entry.eventId}`, text = JSON.stringify(entry);
      try { store[key] = text; } catch { store = { ...store, [key]: text }; } // full: on in memory, next to what waits there
      schedule(200);
      return entry.eventId;
    },
  };
  if (script?.dataset.key) w.smplat.init({ ...script.dataset });
  w.addEventListener("pagehide", leave);
  w.addEventListener("online", () => { dueAt = 0; schedule(0); });
  d.addEventListener("visibilitychange", () => d.hidden ? flush() : schedule(0));
})(window, document);
