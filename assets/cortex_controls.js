// The buttons above the canvas and the colour bar below it.

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

// A row of buttons of which one is pressed: {box, show(value)}.
function choice(label, options, choose) {
  const box = make("span", "group");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", label);
  const buttons = Object.entries(options).map(([value, text]) => {
    const button = make("button", "", text);
    button.type = "button";
    button.dataset.value = value;
    button.title = `${label}: ${text}`;
    button.addEventListener("click", () => choose(value));
    box.append(button);
    return button;
  });
  const show = (value) => {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.value === String(value)));
    }
  };
  return { box, show };
}

const PANE_NAMES = { grid: "2 × 2", all: "all", both: "one" };
const LOOK_NAMES = {
  lateral: "lateral", medial: "medial", ventral: "ventral", dorsal: "dorsal", posterior: "posterior",
};

// act: {shape(k), slide(value), released(), preset(name), panes(name), names()}
function buildTools(act) {
  const box = make("div", "tools");
  const shapes = choice("shape", Object.fromEntries(SHAPES.map((s, k) => [k, s])), (k) =>
    act.shape(Number(k)));
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: 3, step: 0.01, title: "shape" });
  slider.setAttribute("aria-label", "shape, from white through pial and inflated to flat");
  slider.addEventListener("input", () => act.slide(Number(slider.value)));
  slider.addEventListener("change", () => act.released());
  const looks = choice("view", LOOK_NAMES, act.preset);
  const panes = choice("pictures", PANE_NAMES, act.panes);
  const names = make("span", "group");
  const button = make("button", "", "names");
  button.type = "button";
  button.title = "names of regions";
  button.addEventListener("click", act.names);
  names.append(button);
  box.append(shapes.box, slider, looks.box, panes.box, names);
  return {
    box,
    show(state) {
      slider.value = state.shape;
      shapes.show(SHAPES[Math.round(state.goal)] && Math.abs(state.goal % 1) < 1e-3
        ? Math.round(state.goal) : -1);
      looks.show(state.shape > 2.5 ? "" : state.preset);
      panes.show(state.panes);
      button.setAttribute("aria-pressed", String(state.names));
    },
  };
}

const numberText = (x, digits) => (Number.isFinite(x)
  ? x.toFixed(digits).replace("-", "\u2212") : "\u2013");

// act: {threshold(value), released(value)}; look: what the server says of the map
function buildBar(act) {
  const foot = make("div", "foot");
  const scale = make("div", "scale");
  const [low, high] = [make("span", "low"), make("span", "high")];
  const ramp = make("div", "ramp");
  const strip = document.createElement("canvas");
  Object.assign(strip, { width: 256, height: 1 });
  const mask = make("div", "mask");
  const grip = make("div", "grip");
  grip.tabIndex = 0;
  grip.title = "threshold: drag, or arrow keys";
  grip.setAttribute("role", "slider");
  grip.setAttribute("aria-label", "threshold");
  ramp.append(strip, mask, grip);
  scale.append(low, ramp, high);
  const keys = make("div", "keys");
  const quantity = make("span", "quantity");
  const cut = make("span", "cut");
  const note = make("span", "note");
  foot.append(scale, keys, quantity, cut, note);
  let look = null;

  // Symmetric maps hide what lies around 0, and the grip stands on its right end.
  const least = () => (look.symmetric ? Math.max(0, look.low) : look.low);
  const share = (x) => clamp((x - look.low) / (look.high - look.low || 1), 0, 1);

  function draw() {
    const now = Number.isFinite(look.threshold) ? Math.max(look.threshold, least()) : least();
    const from = look.symmetric ? share(-now) : 0;
    mask.style.left = `${100 * from}%`;
    mask.style.width = `${100 * Math.max(0, share(now) - from)}%`;
    grip.style.left = `${100 * share(now)}%`;
    grip.setAttribute("aria-valuenow", now);
    grip.setAttribute("aria-valuemin", least());
    grip.setAttribute("aria-valuemax", look.high);
    const at = `${look.symmetric ? "|value| \u2265" : "\u2265"} ${numberText(now, look.digits)}`;
    const set = Number.isFinite(look.threshold) && now > least() + 1e-9;
    cut.textContent = set ? at : "";
  }

  function move(value) {
    look.threshold = clamp(value, least(), look.high);
    if (look.threshold <= least()) look.threshold = -Infinity;
    draw();
    act.threshold(look.threshold);
  }

  function toValue(event) {
    const box = ramp.getBoundingClientRect();
    const x = (event.clientX - box.left) / (box.width || 1);
    const value = look.low + x * (look.high - look.low);
    return look.symmetric ? Math.abs(value) : value;
  }

  ramp.addEventListener("pointerdown", (event) => {
    ramp.setPointerCapture(event.pointerId);
    ramp.dataset.held = "yes";
    move(toValue(event));
  });
  ramp.addEventListener("pointermove", (event) => {
    if (ramp.dataset.held) move(toValue(event));
  });
  for (const name of ["pointerup", "pointercancel"]) {
    ramp.addEventListener(name, () => {
      if (!ramp.dataset.held) return;
      delete ramp.dataset.held;
      act.released(look.threshold);
    });
  }
  grip.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const now = Number.isFinite(look.threshold) ? look.threshold : least();
    move(now + (step * (look.high - look.low)) / 50);
    act.released(look.threshold);
  });

  return {
    box: foot,
    held: () => Boolean(ramp.dataset.held),
    show(next) {
      look = { ...next };
      const picture = strip.getContext("2d").createImageData(256, 1);
      for (let k = 0; k < 256; k++) {
        picture.data.set([...look.palette.subarray(3 * k, 3 * k + 3), 255], 4 * k);
      }
      strip.getContext("2d").putImageData(picture, 0, 0);
      const listed = look.categories.length > 0;
      scale.style.display = listed || !look.any ? "none" : "";
      cut.style.display = scale.style.display;
      low.textContent = numberText(look.low, look.digits);
      high.textContent = numberText(look.high, look.digits);
      quantity.textContent = look.any ? look.quantity : "no values";
      note.textContent = look.note;
      keys.replaceChildren(...look.categories.map((name, k) => {
        const key = make("span", "", name);
        const spot = document.createElement("i");
        const at = 3 * Math.round((255 * k) / Math.max(1, look.categories.length - 1));
        spot.style.background = `rgb(${look.palette.subarray(at, at + 3).join()})`;
        key.prepend(spot);
        return key;
      }));
      draw();
    },
  };
}
