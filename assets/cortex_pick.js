// From a pixel to a vertex or an electrode.

// The vertex nearest to where the pixel meets the surface: {vertex, depth, place}, or null.
// The card says which corner ends the triangle; the triangles that end there are few.
function pickVertex(scene, panes, shape, pixel) {
  const pane = paneAt(panes, ...pixel);
  if (!pane) return null;
  const last = scene.readPixel(pane, shape, pixel);
  if (last < 0) return null;
  const { mesh } = scene;
  const body = pane.bodies.find((b) => b.hemi === hemiOf(mesh, last));
  const part = mesh.parts[body.hemi];
  const end = part.first + drawn(part, shape);
  let best = null;
  for (let k = mesh.byLast.start[last]; k < mesh.byLast.start[last + 1]; k++) {
    const face = mesh.byLast.list[k];
    if (face >= end) continue;
    const corners = [0, 1, 2].map((c) => mesh.faces[3 * face + c]);
    const seen = corners.map((v) => projectIn(pane, body, placeOf(mesh, v, shape)));
    const found = meet(seen, pixel, pane.scale);
    if (found.outside < 0.75 && (!best || found.outside < best.outside - 1e-6
      || (found.outside === best.outside && found.depth > best.depth))) {
      best = { ...found, vertex: corners[found.nearest] };
    }
  }
  return best ? { vertex: best.vertex, depth: best.depth, pane } : { vertex: last, depth: 0, pane };
}

// Where a pixel's ray meets a triangle: depth, nearest corner, and by how many pixels it misses.
function meet([a, b, c], [x, y], scale) {
  const area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
  if (Math.abs(area) < 1e-9) return { outside: Infinity };
  const u = ((b[0] - x) * (c[1] - y) - (c[0] - x) * (b[1] - y)) / area;
  const v = ((c[0] - x) * (a[1] - y) - (a[0] - x) * (c[1] - y)) / area;
  const w = 1 - u - v;
  const depth = u * a[2] + v * b[2] + w * c[2];
  const size = Math.sqrt(Math.abs(area));
  const outside = Math.max(0, -Math.min(u, v, w)) * size;
  const away = [a, b, c].map(
    (p) => ((p[0] - x) / scale) ** 2 + ((p[1] - y) / scale) ** 2 + (p[2] - depth) ** 2,
  );
  return { outside, depth, nearest: away.indexOf(Math.min(...away)) };
}

// The electrode under a pixel, -1 if none; one behind an opaque surface is not there.
function pickElectrode(panes, places, hemis, pixel, radius, surface) {
  const pane = paneAt(panes, ...pixel);
  if (!pane) return -1;
  let best = { electrode: -1, depth: -Infinity };
  places.forEach((point, electrode) => {
    const body = pane.bodies.find((b) => b.hemi === hemis[electrode]);
    if (!body) return;
    const [x, y, depth] = projectIn(pane, body, point);
    const reach = Math.max(4, radius * pane.scale);
    if (Math.hypot(x - pixel[0], y - pixel[1]) > reach || depth < best.depth) return;
    if (surface && depth + radius + LIFT < surface.depth) return;
    best = { electrode, depth };
  });
  return best.electrode;
}
