// A list of stimuli, as rows of text or as tiles of pictures. Only what is on screen is in the
// page; text and pictures are asked for by id once, and kept.

const ROW = 40;
const TILE = 92;
const GAP = 6;
const CSS = `
:host { display: block; min-width: 0; min-height: 0; color: inherit; }
.scroll { position: absolute; inset: 0; overflow-y: auto; overflow-x: hidden; outline: none; }
.scroll:focus-visible { outline: 2px solid #e8590c; outline-offset: -2px; }
.space { position: relative; width: 100%; }
.item { position: absolute; box-sizing: border-box; cursor: pointer; border-radius: 5px; }
.item:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
.row { left: 0; right: 0; height: ${ROW - 2}px; display: flex; gap: 8px; align-items: center;
  padding: 2px 6px; font-size: 13px; line-height: 1.3; }
.row .rank { width: 2.6em; text-align: right; opacity: .6; font-size: 11px; flex: none;
  font-variant-numeric: tabular-nums; }
.row .text { flex: 1; min-width: 0; overflow: hidden; display: -webkit-box;
  -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow-wrap: anywhere; }
.row .bars { width: 96px; flex: none; font-size: 11px; font-variant-numeric: tabular-nums; }
.row .bar { display: flex; align-items: center; gap: 5px; height: 15px; }
.row .track { position: relative; flex: 1; height: 6px; border-radius: 3px;
  background: color-mix(in srgb, currentColor 12%, transparent); }
.row .track i { position: absolute; top: 0; bottom: 0; border-radius: 3px; background: #0072b2; }
.row .second .track i { background: #8b949e; }
.row .num { width: 3.4em; text-align: right; }
.tile { width: ${TILE}px; height: ${TILE + 16}px; text-align: center; font-size: 11px;
  font-variant-numeric: tabular-nums; overflow: hidden; }
.tile img, .tile .none { width: ${TILE - 8}px; height: ${TILE - 8}px; margin: 3px auto 1px;
  object-fit: cover; border-radius: 4px; display: block;
  background: color-mix(in srgb, currentColor 10%, transparent); }
.tile .none { display: flex; align-items: center; justify-content: center; opacity: .7; }
.tile .note { position: absolute; left: 6px; top: 5px; padding: 0 4px; border-radius: 3px;
  font-size: 9px; line-height: 14px; color: #fff; background: rgb(0 0 0 / 55%); }
.tile .note.unseen { background: rgb(120 70 0 / 70%); }
.item.focus { box-shadow: inset 0 0 0 2px #e8590c;
  background: color-mix(in srgb, #e8590c 12%, transparent); }
.item.chosen { box-shadow: inset 0 0 0 2px color-mix(in srgb, #e8590c 60%, transparent); }
.empty { padding: 12px; font-size: 13px; opacity: .85; }
`;

/** The parts of what the server packs: see `pack` in stimulus_list.py. */
function unpack({ n = 0, bytes, words = [""], labels = ["", ""], span, second_span }) {
  const buffer = bytes ?? new ArrayBuffer(0);
  return {
    ids: new Int32Array(buffer, 0, n),
    values: new Float32Array(buffer, 4 * n, n),
    seconds: new Float32Array(buffer, 8 * n, n),
    notes: new Int32Array(buffer, 12 * n, n),
    words,
    labels,
    span: span ?? [0, 1],
    secondSpan: second_span ?? [0, 1],
  };
}

const format = (v) => (Number.isFinite(v) ? v.toFixed(2).replace("-", "\u2212") : "\u2013");

export function render({ model, el }) {
  const style = document.createElement("style");
  style.textContent = CSS;
  const scroll = document.createElement("div");
  scroll.className = "scroll";
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "listbox");
  scroll.setAttribute("aria-label", model.label);
  const space = document.createElement("div");
  space.className = "space";
  scroll.append(space);

  const texts = new Map();
  const pictures = new Map(); // id -> object URL, or null where there is none
  const asked = new Set();
  const shown = new Map(); // index -> element
  let columns = 1;
  let frame = 0;
  let [width, tall, top] = [0, 0, 0]; // kept: to ask the page while it changes is slow

  let list = unpack(model.content);

  const tiles = () => model.kind === "tiles";
  const height = () => (tiles() ? TILE + 16 + GAP : ROW);
  const known = (id) => (tiles() ? pictures.has(id) : texts.has(id));

  function place(index, item) {
    if (!tiles()) {
      item.style.top = `${index * ROW}px`;
      return;
    }
    item.style.top = `${Math.floor(index / columns) * height()}px`;
    item.style.left = `${(index % columns) * (TILE + GAP)}px`;
  }

  function bar(value, low, high, className) {
    const box = document.createElement("div");
    box.className = `bar ${className}`;
    const track = document.createElement("div");
    track.className = "track";
    const fill = document.createElement("i");
    const span = high - low || 1;
    const at = (v) => Math.min(100, Math.max(0, (100 * (v - low)) / span));
    const zero = at(Math.min(Math.max(0, low), high));
    const here = Number.isFinite(value) ? at(value) : zero;
    fill.style.left = `${Math.min(zero, here)}%`;
    fill.style.width = `${Math.abs(here - zero)}%`;
    track.append(fill);
    const num = document.createElement("span");
    num.className = "num";
    num.textContent = format(value);
    box.append(track, num);
    return box;
  }

  function build(index) {
    const id = list.ids[index];
    const item = document.createElement("div");
    item.className = `item ${tiles() ? "tile" : "row"}`;
    item.dataset.stimulus = id;
    item.dataset.index = index;
    item.setAttribute("role", "option");
    if (tiles()) {
      const url = pictures.get(id);
      const picture = document.createElement(url ? "img" : "div");
      if (url) {
        picture.src = url;
        picture.alt = `stimulus ${id}`;
        picture.draggable = false;
      } else {
        picture.className = "none";
        picture.textContent = known(id) ? "no picture" : "";
      }
      const num = document.createElement("div");
      num.textContent = format(list.values[index]);
      item.append(picture, num);
      const note = list.words[list.notes[index]];
      if (note) {
        const mark = document.createElement("span");
        mark.className = `note ${note === "never shown" ? "unseen" : ""}`;
        mark.textContent = note;
        item.append(mark);
      }
      const [label, secondLabel] = list.labels;
      const second = secondLabel ? `, ${secondLabel} ${format(list.seconds[index])}` : "";
      item.title =
        `stimulus ${id}: ${label} ${format(list.values[index])}${second}` +
        (note ? ` (${note})` : "");
    } else {
      const rank = document.createElement("span");
      rank.className = "rank";
      rank.textContent = index + 1;
      const text = document.createElement("span");
      text.className = "text";
      text.textContent = texts.get(id) ?? "\u2026";
      const bars = document.createElement("span");
      bars.className = "bars";
      bars.append(bar(list.values[index], ...list.span, "first"));
      if (list.labels[1]) {
        bars.append(bar(list.seconds[index], ...list.secondSpan, "second"));
      }
      item.append(rank, text, bars);
      item.title = `stimulus ${id}`;
    }
    mark(item, id);
    place(index, item);
    return item;
  }

  function mark(item, id) {
    const focus = id === model.focus;
    item.classList.toggle("focus", focus);
    item.classList.toggle("chosen", !focus && model.chosen.includes(id));
    item.setAttribute("aria-selected", String(focus));
  }

  function draw() {
    frame = 0;
    const n = list.ids.length;
    if (tiles()) columns = Math.max(1, Math.floor((width + GAP) / (TILE + GAP)));
    else columns = 1;
    space.style.height = `${Math.ceil(n / columns) * height()}px`;
    if (!width || !tall) return;
    const first = Math.max(0, Math.floor(top / height()) - 2) * columns;
    const rows = Math.ceil(tall / height()) + 5;
    const last = Math.min(n, first + rows * columns);
    for (const [index, item] of shown) {
      if (index < first || index >= last) {
        item.remove();
        shown.delete(index);
      }
    }
    const need = [];
    for (let index = first; index < last; index++) {
      const id = list.ids[index];
      if (!known(id) && !asked.has(id)) need.push(id);
      if (!shown.has(index)) {
        const item = build(index);
        shown.set(index, item);
        space.append(item);
      }
    }
    if (need.length) {
      for (const id of need) asked.add(id);
      model.send_msg({ need });
    }
  }

  function request() {
    if (!frame) frame = requestAnimationFrame(draw);
  }

  function rebuild() {
    for (const item of shown.values()) item.remove();
    shown.clear();
    request();
  }

  function scrollTo(place) {
    if (place === top) return;
    scroll.scrollTop = place;
    top = place;
  }

  function show(index) {
    const place = Math.floor(index / columns) * height();
    if (place < top) scrollTo(place);
    else if (place + height() > top + tall) scrollTo(place + height() - tall);
  }

  function pick(id, more) {
    model.send_msg({ pick: id, more });
  }

  space.addEventListener("click", (event) => {
    const item = event.target.closest(".item");
    if (item) pick(Number(item.dataset.stimulus), event.shiftKey);
  });
  scroll.addEventListener("dblclick", () => model.send_msg({ clear: true }));
  scroll.addEventListener("scroll", () => {
    top = scroll.scrollTop;
    request();
  }, { passive: true });
  scroll.addEventListener("keydown", (event) => {
    const step = { ArrowDown: columns, ArrowUp: -columns, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const now = list.ids.indexOf(model.focus);
    const next = Math.min(list.ids.length - 1, Math.max(0, now < 0 ? 0 : now + step));
    if (list.ids.length) {
      show(next);
      pick(list.ids[next], false);
    }
  });

  model.on("content", () => {
    const before = list.ids;
    list = unpack(model.content);
    if (list.ids.length !== before.length || list.ids.some((id, k) => id !== before[k])) {
      scrollTo(0);
    }
    rebuild();
  });
  model.on(["focus", "chosen"], () => {
    for (const item of shown.values()) mark(item, Number(item.dataset.stimulus));
  });
  model.on("focus", () => {
    const index = list.ids.indexOf(model.focus);
    if (index >= 0) show(index); // chosen elsewhere: bring it into sight
  });
  model.on("msg:custom", (event) => {
    const message = event.data ?? event;
    if (message.texts) {
      for (const [id, text] of message.texts) texts.set(id, text);
    }
    if (message.pictures) {
      const bytes = new Uint8Array(message.bytes);
      let start = 0;
      for (const [id, size] of message.pictures) {
        const blob = new Blob([bytes.slice(start, start + size)], { type: "image/jpeg" });
        pictures.set(id, size ? URL.createObjectURL(blob) : null);
        start += size;
      }
    }
    const arrived = new Set((message.texts ?? message.pictures ?? []).map(([id]) => id));
    for (const [index, item] of shown) {
      if (!arrived.has(list.ids[index])) continue;
      const fresh = build(index);
      item.replaceWith(fresh);
      shown.set(index, fresh);
    }
  });
  const observer = new ResizeObserver(([{ contentRect }]) => {
    [width, tall] = [contentRect.width, contentRect.height];
    rebuild();
  });
  observer.observe(scroll);
  model.on("remove", () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    for (const url of pictures.values()) if (url) URL.revokeObjectURL(url);
  });

  const box = document.createElement("div");
  box.style.cssText = "position: relative; width: 100%; height: 100%;";
  box.append(style, scroll);
  request();
  return box;
}
