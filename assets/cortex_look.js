// From what the server says to what is drawn: lines, balls, ranges.

const PICKED = "#e8590c";

function boundsOf(model) {
  const spread = Math.max(Math.abs(model.low), Math.abs(model.high));
  const [low, high] = model.symmetric ? [-spread, spread] : [model.low, model.high];
  return high > low ? [low, high] : [low, low + 1e-6];
}

// Borders of all regions, then of the pinned ones, then of the selected one with a halo.
function linesOf(model, dark, dpr) {
  const ink = dark ? INK.dark : INK.light;
  const drawn = [{ only: -1, width: 1.05 * dpr, colour: [...ink, 0.45] }];
  for (const [region, colour] of model.pinned) {
    if (region !== model.region) {
      drawn.push({ only: region, width: 2.2 * dpr, colour: [...rgbOf(colour), 1] });
    }
  }
  if (model.region >= 0) {
    const halo = dark ? [0, 0, 0, 0.55] : [1, 1, 1, 0.75];
    drawn.push({ only: model.region, width: 4.4 * dpr, colour: halo });
    drawn.push({ only: model.region, width: 2.6 * dpr, colour: [...rgbOf(PICKED), 1] });
  }
  return drawn;
}

// Electrodes on the mesh: where they are in mm, the vertex nearest to each, and its hemisphere.
function standElectrodes(mesh, positions) {
  const anchors = electrodeAnchors(mesh, positions);
  return { positions, anchors, hemis: Array.from(anchors, (v) => hemiOf(mesh, v)) };
}

function placesOf(mesh, electrodes, shape) {
  return electrodes.hemis.map((_, e) =>
    electrodePlace(mesh, electrodes.positions, electrodes.anchors, e, shape));
}

function electrodeColour(model, e) {
  if (model.electrode_colours[e]) return rgbOf(model.electrode_colours[e]);
  const value = model.electrode_values[e];
  if (!Number.isFinite(value)) return rgbOf("#8b949e");
  const [low, high] = boundsOf(model);
  const at = 3 * Math.round(255 * clamp((value - low) / (high - low), 0, 1));
  return Array.from(new Uint8Array(model.palette).subarray(at, at + 3), (x) => x / 255);
}

function ballsOf(model, electrodes, places) {
  const drawn = [[], []];
  places.forEach((place, e) => {
    const chosen = e === model.electrode;
    const size = [chosen ? 1.5 * BALL : BALL, chosen ? 1 : 0];
    drawn[electrodes.hemis[e]].push(...place, ...electrodeColour(model, e), 1, ...size);
  });
  return drawn.map((list) => new Float32Array(list));
}

// The selected vertex, as a small ball with a ring.
function marksOf(model, mesh, shape) {
  const drawn = [[], []];
  if (model.vertex >= 0 && model.vertex < mesh.n) {
    const place = placeOf(mesh, model.vertex, shape);
    drawn[hemiOf(mesh, model.vertex)].push(...place, ...rgbOf(PICKED), 1, 2.3, 1);
  }
  return drawn.map((list) => new Float32Array(list));
}

// "card" or "processor": a card that is itself software is slower than drawing without it.
function drawnBy(wish) {
  if (wish !== "auto") return wish;
  const gl = document.createElement("canvas").getContext("webgl2");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software/i.test(name) ? "processor" : "card";
}
