// The jobs of the server: what each does, how far it is, and a button to stop it.

const CSS = `
.list { position: absolute; inset: 0; overflow-y: auto; font-size: 12.5px; }
.job { display: grid; grid-template-columns: 1fr auto; gap: 1px 8px; padding: 4px 2px;
  border-bottom: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
.job .title { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.job .note { grid-column: 1 / 3; opacity: .78; font-size: 11.5px; overflow-wrap: anywhere; }
.job.failed .note { color: #d64545; opacity: 1; }
.job .track { grid-column: 1 / 3; height: 4px; border-radius: 2px;
  background: color-mix(in srgb, currentColor 14%, transparent); overflow: hidden; }
.job .track i { display: block; height: 100%; background: #0072b2; }
button { font: inherit; font-size: 11.5px; color: inherit; background: none; cursor: pointer;
  border: 1px solid color-mix(in srgb, currentColor 40%, transparent); border-radius: 4px;
  padding: 0 8px; }
`;

export function render({ model }) {
  const style = document.createElement("style");
  style.textContent = CSS;
  const list = document.createElement("div");
  list.className = "list";
  list.setAttribute("aria-live", "polite");

  function draw() {
    list.replaceChildren(...model.jobs.map((job) => {
      const box = document.createElement("div");
      box.className = `job ${job.status}`;
      box.dataset.job = job.identity;
      const title = document.createElement("span");
      title.className = "title";
      title.textContent = job.title;
      title.title = job.title;
      const side = document.createElement("span");
      if (job.active) {
        const stop = document.createElement("button");
        stop.textContent = "Cancel";
        stop.setAttribute("aria-label", `Cancel ${job.title}`);
        stop.addEventListener("click", () => model.send_msg({ cancel: job.identity }));
        side.append(stop);
      } else side.textContent = job.status;
      box.append(title, side);
      if (job.active) {
        const track = document.createElement("div");
        track.className = "track";
        const fill = document.createElement("i");
        fill.style.width = `${Math.round(100 * job.share)}%`;
        track.append(fill);
        box.append(track);
      }
      const note = document.createElement("span");
      note.className = "note";
      note.textContent = job.note;
      if (job.note) box.append(note);
      return box;
    }));
  }

  model.on("jobs", draw);
  draw();
  const box = document.createElement("div");
  box.style.cssText = "position: relative; width: 100%; height: 100%;";
  box.append(style, list);
  return box;
}
