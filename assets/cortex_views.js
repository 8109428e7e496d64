// From where the cortex is seen, and how the views share the canvas.

// Rows of the screen for the left hemisphere: right, up, towards the viewer.
const LOOKS = {
  lateral: [0, -1, 0, 0, 0, 1, -1, 0, 0],
  medial: [0, 1, 0, 0, 0, 1, 1, 0, 0],
  ventral: [0, -1, 0, -1, 0, 0, 0, 0, -1],
  dorsal: [0, -1, 0, 1, 0, 0, 0, 0, 1],
  posterior: [1, 0, 0, 0, 0, 1, 0, -1, 0],
};
// Both hemispheres at once: lateral and medial open them like a book, seen from behind.
const TOGETHER = {
  lateral: { turn: LOOKS.posterior, open: 1 },
  medial: { turn: LOOKS.posterior, open: -1 },
  ventral: { turn: [-1, 0, 0, 0, 1, 0, 0, 0, -1], open: 0 },
  dorsal: { turn: [1, 0, 0, 0, 1, 0, 0, 0, 1], open: 0 },
  posterior: { turn: LOOKS.posterior, open: 0 },
};
const GAP = 7; // mm between pictures
const SIDES = ["left", "right"];

function newCamera() {
  return { turn: IDENTITY, zoom: 1, pan: [0, 0] };
}

// Turn of one hemisphere's view: the right one is the mirror image of the left.
function lookAt(look, hemi, turn) {
  const left = LOOKS[look];
  if (hemi === 0) return multiply3(turn, left);
  const right = [left[0], -left[1], -left[2], -left[3], left[4], left[5], -left[6], left[7], left[8]];
  return multiply3(mirrored(turn), right);
}

// Columns of cells; a cell's share falls to 0 where the flat map has no use for it.
function cellsOf(panes, preset, shape) {
  if (panes === "both") return [[{ look: preset, hemis: [0, 1], share: 1 }]];
  const flat = ease(clamp(shape - 2, 0, 1));
  const lower = panes === "all" ? ["medial", "ventral"]
    : [["lateral", "flat"].includes(preset) ? "ventral" : preset];
  return [0, 1].map((hemi) => [
    { look: "lateral", hemis: [hemi], share: 1 },
    ...lower.map((look) => ({ look, hemis: [hemi], share: 1 - flat })),
  ]);
}

// Where the hemispheres of a cell stand: [{hemi, turn, shift}], before the camera's own turn.
function standing(mesh, cell, shape, turn) {
  if (cell.hemis.length === 1) {
    const hemi = cell.hemis[0];
    const own = lookAt(cell.look, hemi, turn);
    const box = boxAt(mesh, hemi, shape);
    const centre = apply3(own, box.low.map((x, k) => (x + box.high[k]) / 2));
    return [{ hemi, turn: own, shift: centre.map((x) => -x) }];
  }
  const flat = clamp(shape - 2, 0, 1);
  const look = TOGETHER[cell.look === "flat" ? "lateral" : cell.look];
  const open = mix(look.open, 1, flat);
  const base = flat > 0.5 ? LOOKS.posterior : look.turn;
  return cell.hemis.map((hemi) => {
    const book = turnUpright(((hemi === 0 ? 1 : -1) * open * Math.PI) / 2);
    const box = boxAt(mesh, hemi, shape);
    const places = cornersOf(box).map((p) => apply3(book, p));
    const [low, high] = spanOf(places);
    const shift = [
      hemi === 0 ? -high[0] - GAP / 2 : -low[0] + GAP / 2,
      -(low[1] + high[1]) / 2,
      -(low[2] + high[2]) / 2,
    ];
    const view = multiply3(turn, base);
    return { hemi, turn: multiply3(view, book), shift: apply3(view, shift) };
  });
}

function boxAt(mesh, hemi, shape) {
  const from = Math.min(2, Math.floor(shape));
  const [a, b] = [mesh.boxes[from][hemi], mesh.boxes[from + 1][hemi]];
  const t = shape - from;
  return {
    low: a.low.map((x, k) => mix(x, b.low[k], t)),
    high: a.high.map((x, k) => mix(x, b.high[k], t)),
  };
}

function cornersOf({ low, high }) {
  const corners = [];
  for (let k = 0; k < 8; k++) {
    corners.push([k & 1 ? low[0] : high[0], k & 2 ? low[1] : high[1], k & 4 ? low[2] : high[2]]);
  }
  return corners;
}

function spanOf(places) {
  const low = [0, 1, 2].map((k) => Math.min(...places.map((p) => p[k])));
  const high = [0, 1, 2].map((k) => Math.max(...places.map((p) => p[k])));
  return [low, high];
}

// Width and height in mm that a cell needs.
function sizeOf(mesh, cell, shape, turn) {
  const places = standing(mesh, cell, shape, turn).flatMap(({ hemi, turn: own, shift }) =>
    cornersOf(boxAt(mesh, hemi, shape)).map((p) => apply3(own, p).map((x, k) => x + shift[k])));
  const [low, high] = spanOf(places);
  return [high[0] - low[0] + GAP, high[1] - low[1] + GAP];
}

// Divides a canvas of width x height (pixels, origin bottom left) among the cells.
// Each pane: {look, hemis, rect: [x, y, w, h], scale: pixels per mm, bodies, name}.
function layOut(mesh, state, width, height) {
  const { camera, shape } = state;
  const columns = cellsOf(state.panes, state.preset, shape)
    .map((cells) => cells.filter((cell) => cell.share > 0.02));
  for (const cell of columns.flat()) {
    cell.size = sizeOf(mesh, cell, shape, IDENTITY).map((x, k) => (k ? x * cell.share : x));
    cell.need = cell.size;
    if (camera.turn !== IDENTITY && camera.zoom <= 1.001) {
      const turned = sizeOf(mesh, cell, shape, camera.turn);
      cell.need = [cell.size[0], mix(cell.size[1], Math.max(cell.size[1], turned[1]), 0.5)];
    }
  }
  const sum = (cells, key, k) => cells.reduce((total, cell) => total + cell[key][k], 0);
  const wide = columns.reduce((total, cells) => total + Math.max(...cells.map((c) => c.size[0])), 0);
  const tall = Math.max(...columns.map((cells) => sum(cells, "size", 1)));
  const scale = Math.min(width / wide, height / tall) * camera.zoom;
  const panes = [];
  // with room to spare the columns stand together in the middle
  const columnWidth = Math.min(width, (1.25 * wide * scale) / camera.zoom) / columns.length;
  const margin = (width - columnWidth * columns.length) / 2;
  columns.forEach((cells, c) => {
    const needed = sum(cells, "need", 1);
    let top = height;
    for (const cell of cells) {
      const h = (height * cell.need[1]) / needed;
      const x = Math.round(margin + c * columnWidth);
      const y = Math.round(top - h);
      const right = Math.round(margin + (c + 1) * columnWidth);
      const rect = [x, y, right - x, Math.round(top) - y];
      top -= h;
      const bodies = standing(mesh, cell, shape, camera.turn);
      const side = cell.hemis.length === 1 && cell.hemis[0] === 1 ? -1 : 1;
      panes.push({ ...cell, rect, scale, bodies, side, name: nameOf(cell, shape) });
    }
  });
  for (const pane of panes) shiftPane(pane, camera);
  return panes;
}

// The camera's shift, mirrored in a picture of the right hemisphere.
function shiftPane(pane, camera) {
  const [dx, dy] = camera.pan;
  for (const body of pane.bodies) {
    body.shift = [body.shift[0] + pane.side * dx, body.shift[1] + dy, body.shift[2]];
  }
}

function nameOf(cell, shape) {
  const look = shape > 2.5 ? "flat" : cell.look;
  if (cell.hemis.length === 1) return `${SIDES[cell.hemis[0]]} ${look}`;
  return look === "ventral" ? "ventral (left is on the right)" : look;
}

// Pixel (from the canvas' bottom left) and depth of a place on one hemisphere of a pane.
function projectIn(pane, body, point) {
  const p = apply3(body.turn, point);
  const [x, y, w, h] = pane.rect;
  return [
    x + w / 2 + (p[0] + body.shift[0]) * pane.scale,
    y + h / 2 + (p[1] + body.shift[1]) * pane.scale,
    p[2] + body.shift[2],
  ];
}

const paneAt = (panes, x, y) => panes.find(
  ({ rect: [left, low, w, h] }) => x >= left && x < left + w && y >= low && y < low + h,
);
