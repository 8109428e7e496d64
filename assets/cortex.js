// The cortex canvas: one canvas, several views, one mesh. Maps, ranges and thresholds live on the
// graphics card; the server hears of clicks and of settings that were let go.

const SETTLED = 140; // ms of rest before names are placed
const MORPH_MS = 650;
const ALL = ["palette", "values", "borders", "electrodes"];

export function render({ model, el }) {
  const style = document.createElement("style");
  style.textContent = CORTEX_CSS;
  const box = make("div", "cortex");
  const stage = make("div", "stage");
  const canvas = document.createElement("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", model.description);
  const labels = new CortexLabels();
  const sides = make("div", "sides");
  const tip = make("div", "tip");
  const said = make("div", "said");
  said.setAttribute("aria-live", "polite");
  const picture = document.createElement("img");

  const state = {
    shape: model.shape, goal: model.shape, preset: model.preset, panes: model.panes,
    names: model.names_shown, threshold: model.threshold ?? -Infinity, camera: newCamera(),
  };
  let [scene, mesh, panes, fault] = [null, null, [], ""];
  let [frame, tween, settling, asking, frames] = [0, 0, 0, 0, 0];
  let [dark, electrodes, room] = [false, null, [0, 0]];
  let seen = { view: "", small: null }; // what the names were placed by
  const dirty = new Set();
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  const tools = buildTools({
    shape: (k) => morph(k, true),
    slide: (value) => { stop(); state.shape = state.goal = value; redraw(); },
    released: () => { model.shape = state.shape; },
    preset: (name) => { look(name); model.preset = name; },
    panes: (name) => { state.panes = name; model.panes = name; reset(); },
    names: () => { state.names = !state.names; model.names_shown = state.names; redraw(); },
  });
  const bar = buildBar({
    threshold: (value) => { state.threshold = value; redraw({ moved: false }); },
    released: (value) => { model.threshold = Number.isFinite(value) ? value : null; },
  });
  const pointer = followPointer(canvas, {
    state,
    panes: () => panes,
    ratio,
    alive: () => Boolean(scene && panes.length && !scene.lost),
    redraw: () => redraw(),
    hover: (pixel, event) =>
      showTip(tip, model, find(pixel), event, stage.getBoundingClientRect()),
    leave: () => { tip.style.display = "none"; },
    click(pixel, event) {
      const { vertex, electrode } = find(pixel);
      if (vertex < 0 && electrode < 0) return;
      const region = vertex < 0 ? -1 : regionAt(model, vertex);
      model.send_msg({ pick: { vertex, electrode, region, shift: event.shiftKey } });
    },
    clear: () => { reset(); model.send_msg({ clear: true }); },
  });

  // What is drawn

  function ratio() {
    return Math.min(3, window.devicePixelRatio || 1);
  }

  function find(pixel) {
    const hit = pickVertex(scene, panes, state.shape, pixel);
    const places = placesOf(mesh, electrodes, state.shape);
    const solid = model.surface_alpha >= 1 ? hit : null;
    const electrode = pickElectrode(panes, places, electrodes.hemis, pixel, BALL, solid);
    return { vertex: hit ? hit.vertex : -1, electrode };
  }

  function freshen() {
    if (dirty.has("palette")) scene.setPalette(new Uint8Array(model.palette));
    if (dirty.has("values")) scene.setValues(model.values, model.alpha);
    if (dirty.has("borders")) scene.setBorders(borderPieces(mesh, model.borders));
    if (dirty.has("electrodes")) electrodes = standElectrodes(mesh, model.electrode_positions);
    dirty.clear();
  }

  function draw() {
    frame = 0;
    dark = isDark();
    box.classList.toggle("dark", dark);
    if (!scene || scene.lost) return;
    const [wide, tall] = room;
    if (!wide || !tall) return;
    const [width, height] = [Math.round(wide * ratio()), Math.round(tall * ratio())];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    freshen();
    panes = layOut(mesh, state, width, height);
    scene.draw(panes, {
      shape: state.shape, range: boundsOf(model), threshold: state.threshold,
      symmetric: model.symmetric, categories: model.categories.length > 0, dark,
      alpha: model.surface_alpha, lines: linesOf(model, dark, ratio()),
      balls: ballsOf(model, electrodes, placesOf(mesh, electrodes, state.shape)),
      marks: marksOf(model, mesh, state.shape),
    });
    frames++;
    tools.show(state);
    nameSides();
    clearTimeout(settling);
    settling = setTimeout(nameRegions, SETTLED);
  }

  function redraw({ moved = true } = {}) {
    if (moved) labels.hide();
    if (!frame) frame = requestAnimationFrame(fault ? askPicture : draw);
  }

  function isDark() {
    const [r, g, b] = (getComputedStyle(box).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
    return r + g + b > 382;
  }

  function nameSides() {
    const dpr = ratio();
    const key = panes.map((pane) => `${pane.name} ${pane.rect}`).join();
    if (sides.dataset.key === key) return;
    sides.dataset.key = key;
    sides.replaceChildren(...panes.map((pane) => {
      const side = make("span", "side", pane.name);
      const [x, y, w, h] = pane.rect;
      if (pane.side < 0) side.style.right = `${(canvas.width - x - w) / dpr}px`;
      else side.style.left = `${x / dpr}px`;
      side.style.top = `${(canvas.height - y - h) / dpr}px`;
      return side;
    }));
  }

  function nameRegions() {
    if (!scene || scene.lost || tween || pointer.busy()) return;
    if (model.labels.length !== mesh.n) return;
    const step = 3 * ratio();
    const pinned = new Map(model.pinned);
    // what can be seen changes with the camera only, and reading it back is slow
    const view = JSON.stringify([panes, state.shape, canvas.width, canvas.height, step]);
    if (seen.view !== view) seen = { view, small: scene.readVertices(panes, state.shape, step) };
    labels.show(seen.small, {
      labels: model.labels, names: model.region_names, nLeft: mesh.nLeft,
      unit: step / ratio(), every: state.names,
      colourOf: (region) => (region === model.region ? PICKED : pinned.get(region)),
      rank: (region) => (region === model.region ? 0 : pinned.has(region) ? 1 : 2),
    });
  }

  function showBar() {
    if (bar.held()) return;
    const [low, high] = boundsOf(model);
    bar.show({
      low, high, palette: new Uint8Array(model.palette), symmetric: model.symmetric,
      threshold: state.threshold, categories: model.categories, digits: model.digits,
      quantity: model.quantity, note: model.note,
      any: model.values.length > 0 || model.electrode_values.length > 0,
    });
  }

  // The camera

  function stop() {
    cancelAnimationFrame(tween);
    tween = 0;
  }

  function morph(goal, tell) {
    stop();
    const [from, began] = [state.shape, performance.now()];
    state.goal = goal;
    const step = (now) => {
      const t = still.matches ? 1 : clamp((now - began) / MORPH_MS, 0, 1);
      state.shape = t < 1 ? mix(from, goal, ease(t)) : goal;
      tween = t < 1 ? requestAnimationFrame(step) : 0;
      redraw();
    };
    tween = requestAnimationFrame(step);
    if (tell) model.shape = goal;
  }

  function look(preset) {
    state.preset = preset;
    if (preset === "flat") morph(FLAT, true);
    else if (state.goal > 2) morph(2, true);
    reset();
  }

  function reset() {
    state.camera = newCamera();
    redraw();
  }

  // What the server says

  const follow = (names, act, moved = false) =>
    model.on(names, () => { act(); redraw({ moved }); });
  const say = () => { said.textContent = selectionText(model, mesh); };
  follow(["values", "alpha"], () => { dirty.add("values"); showBar(); say(); });
  follow(["palette"], () => { dirty.add("palette"); showBar(); });
  follow(["low", "high", "symmetric", "categories", "digits", "quantity", "note"], showBar);
  follow(["threshold"], () => { state.threshold = model.threshold ?? -Infinity; showBar(); });
  follow(["borders"], () => dirty.add("borders"));
  follow(["labels", "region_names", "region", "pinned", "vertex", "electrode"], say);
  follow(["electrode_positions"], () => dirty.add("electrodes"));
  follow(["electrode_values", "electrode_colours", "surface_alpha"], showBar);
  follow(["names_shown"], () => { state.names = model.names_shown; }, true);
  model.on("shape", () => { if (Math.abs(model.shape - state.goal) > 1e-6) morph(model.shape); });
  model.on("preset", () => { if (model.preset !== state.preset) look(model.preset); });
  model.on("panes", () => {
    if (model.panes === state.panes) return;
    state.panes = model.panes;
    reset();
  });
  model.on("description", () => canvas.setAttribute("aria-label", model.description));
  model.on("geometry", () => { scene?.dispose(); begin(); });
  model.on("msg:custom", (event) => {
    const message = event.data ?? event;
    if (message.look) look(message.look);
    if (message.reset) reset();
    if (message.snapshot) snapshot();
    if (message.picture) showPicture(message.picture);
  });

  function snapshot() {
    if (!scene) return;
    draw(); // the card forgets a frame once it was shown
    canvas.toBlob(async (blob) => model.send_msg({ snapshot: await blob.arrayBuffer() }));
  }

  // Without WebGL2 the server draws

  function askPicture() {
    frame = 0;
    clearTimeout(asking);
    const [width, height] = room;
    if (!width || !height) return;
    asking = setTimeout(() => model.send_msg({ picture: { width, height, dark: isDark() } }), 150);
  }

  function showPicture(bytes) {
    URL.revokeObjectURL(picture.src);
    picture.alt = model.description;
    picture.src = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
  }

  function begin() {
    fault = "";
    try {
      mesh = unpackMesh(model.geometry);
      scene = drawnBy(model.drawn_by) === "processor"
        ? new CortexProcessor(canvas, mesh) : new CortexScene(canvas, mesh, model.smooth);
    } catch (error) {
      scene = null;
      fault = error.message;
      tools.box.style.display = "none";
      stage.replaceChildren(picture, make("div", "why", `${fault} The server drew this picture.`));
    }
    for (const what of ALL) dirty.add(what);
    showBar();
    say();
    redraw();
  }

  canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
  canvas.addEventListener("webglcontextrestored", () => {
    scene.start();
    redraw();
  });
  box.addEventListener("transitionend", (event) => {
    if (event.propertyName === "color" && event.target === box) redraw({ moved: false });
  });
  const observer = new ResizeObserver(([{ contentRect: { width, height } }]) => {
    room = [Math.round(width), Math.round(height)]; // to ask the page while it changes is slow
    redraw();
  });
  observer.observe(stage);
  model.on("remove", () => {
    observer.disconnect();
    stop();
    pointer.stop();
    cancelAnimationFrame(frame);
    for (const id of [settling, asking]) clearTimeout(id);
    URL.revokeObjectURL(picture.src);
    scene?.dispose();
    scene = null;
  });

  // For tests, and for whoever looks at the page with the browser's tools.
  box.cortex = {
    get frames() { return frames; },
    get state() { return { ...state }; },
    get scene() { return scene; },
    ready: () => Boolean((fault || panes.length) && !frame && !tween),
    draw,
    pick: (x, y) => find([x * ratio(), canvas.height - y * ratio()]),
    project: (vertex) => panes.flatMap((pane) => pane.bodies
      .filter((body) => body.hemi === hemiOf(mesh, vertex))
      .map((body) => {
        const [x, y, depth] = projectIn(pane, body, placeOf(mesh, vertex, state.shape));
        return { x: x / ratio(), y: (canvas.height - y) / ratio(), depth, pane: pane.name };
      })),
  };

  stage.append(canvas, sides, labels.box, tip);
  box.append(style, tools.box, stage, bar.box, said);
  begin();
  return box;
}
