// What belongs to the page and not to a view: its address, its keys, its connection.

export function render({ model }) {
  let last = 0;
  const place = () => window.location.pathname + (model.query || "") + window.location.hash;

  // Changes that follow one another within a second are one step of Back.
  function write() {
    if (window.location.search === (model.query || "")) return;
    const now = performance.now();
    const verb = now - last < 1000 ? "replaceState" : "pushState";
    last = now;
    window.history[verb]({}, "", place());
  }

  function back() {
    last = 0;
    model.send_msg({ query: window.location.search });
  }

  function typing(event) {
    return event.composedPath().some((node) => {
      const tag = node.tagName;
      return tag === "INPUT" || tag === "TEXTAREA" || tag === "SELECT" || node.isContentEditable ||
        (node.getAttribute && ["slider", "listbox", "combobox"].includes(node.getAttribute("role")));
    });
  }

  // The list of regions lies in a shadow root of its own: look through all of them.
  function openRegions(root) {
    for (const node of root.querySelectorAll("*")) {
      const label = node.tagName === "LABEL" ? node.textContent.trim() : "";
      if (label === "region") {
        const box = node.parentElement.querySelector('[role="combobox"]');
        box?.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, button: 0 }));
        return true;
      }
      if (node.shadowRoot && openRegions(node.shadowRoot)) return true;
    }
    return false;
  }

  function key(event) {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "f") {
      if (document.fullscreenElement) document.exitFullscreen();
      else document.documentElement.requestFullscreen().catch(() => {});
      return;
    }
    if (event.key === "/") {
      event.preventDefault();
      openRegions(document);
      return;
    }
    const known = ["ArrowLeft", "ArrowRight", "Escape", "?", "1", "2", "3", "4", "5", "6"];
    if (!known.includes(event.key)) return;
    event.preventDefault();
    model.send_msg({ key: event.key, shift: event.shiftKey });
  }

  // A lost server: say so, wait for it, and open the same state in a new session.
  async function lost() {
    const note = document.createElement("div");
    note.setAttribute("role", "alert");
    note.textContent = "The connection to the server is lost; waiting for it to come back.";
    note.style.cssText = "position:fixed;z-index:9999;left:0;right:0;bottom:0;padding:10px 16px;" +
      "background:#b3470c;color:#fff;font:14px sans-serif;text-align:center";
    document.body.append(note);
    const alive = new URL("liveness", window.location.href.replace(/[?#].*$/, "").replace(/[^/]*$/, ""));
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      try {
        const answer = await fetch(alive, { cache: "no-store" });
        if (answer.ok) break;
      } catch { /* still away */ }
    }
    window.location.reload();
  }

  window.addEventListener("popstate", back);
  window.addEventListener("keydown", key);
  model.on("query", write);
  if (window.location.search !== (model.query || "")) window.history.replaceState({}, "", place());
  const source = window.Bokeh?.documents?.[0];
  source?.on_event?.("connection_lost", lost);
  model.on("remove", () => {
    window.removeEventListener("popstate", back);
    window.removeEventListener("keydown", key);
  });
  document.documentElement.dataset.explorer = "ready"; // keys and Back are heard from now on
  const nothing = document.createElement("div");
  nothing.style.display = "none";
  return nothing;
}
