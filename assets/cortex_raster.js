// Which triangle is under which pixel, worked out by the processor: for machines without a graphics
// card, where one pass of a software card takes longer than all of this.

const SUN = [-0.35, 0.55, 0.75].map((x) => x / Math.hypot(0.35, 0.55, 0.75));

// Where points of one hemisphere lie in a pane, `from` turning into `to` by a share `t`: pixels from
// the canvas' bottom left, and millimetres towards the viewer. Three numbers per point, from number
// `start` on.
function projectPoints(pane, body, [from, to, t], start, count) {
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8] = body.turn;
  const [sx, sy, sz] = body.shift;
  const [left, low, wide, tall] = pane.rect;
  const { scale } = pane;
  const seen = { x: new Float32Array(count), y: new Float32Array(count), z: new Float32Array(count) };
  for (let v = 0, i = 3 * start; v < count; v++, i += 3) {
    const px = from[i] + (to[i] - from[i]) * t;
    const py = from[i + 1] + (to[i + 1] - from[i + 1]) * t;
    const pz = from[i + 2] + (to[i + 2] - from[i + 2]) * t;
    seen.x[v] = left + wide / 2 + (m0 * px + m1 * py + m2 * pz + sx) * scale;
    seen.y[v] = low + tall / 2 + (m3 * px + m4 * py + m5 * pz + sy) * scale;
    seen.z[v] = m6 * px + m7 * py + m8 * pz + sz;
  }
  return seen;
}

// Two of a list of shapes, and how far the first has turned into the second.
function between(list, shape) {
  const from = Math.min(2, Math.floor(shape));
  return [list[from], list[from + 1], shape - from];
}

// One hemisphere in one pane: its vertices on the screen, and the pixels of each of its triangles.
class RasterView {
  constructor(pane, body, mesh, shape) {
    Object.assign(this, { pane, body });
    this.first = body.hemi === 0 ? 0 : mesh.nLeft;
    this.count = body.hemi === 0 ? mesh.nLeft : mesh.n - mesh.nLeft;
    for (const name of ["ground", "gloss"]) this[name] = new Float32Array(this.count);
    const shapes = between(mesh.shapes, shape);
    Object.assign(this, projectPoints(pane, body, shapes, this.first, this.count)); // x, y, z
  }

  // The light on each vertex: what the surface's program of a graphics card does per pixel.
  light(mesh, shape, dark) {
    const [a, b, t] = between(mesh.normals, shape);
    const flat = clamp(shape - 2, 0, 1);
    const m = this.body.turn;
    const [bright, deep] = dark ? [0.58, 0.39] : [0.90, 0.71];
    for (let v = 0, i = 3 * this.first; v < this.count; v++, i += 3) {
      const nx = mix(a[i], b[i], t);
      const ny = mix(a[i + 1], b[i + 1], t);
      const nz = mix(a[i + 2], b[i + 2], t);
      let x = m[0] * nx + m[1] * ny + m[2] * nz;
      let y = m[3] * nx + m[4] * ny + m[5] * nz;
      let z = m[6] * nx + m[7] * ny + m[8] * nz;
      const length = (z < 0 ? -1 : 1) * (Math.sqrt(x * x + y * y + z * z) || 1);
      x /= length;
      y /= length;
      z /= length;
      const light = 0.5 + 0.5 * (x * SUN[0] + y * SUN[1] + z * SUN[2]);
      const rim = (1 - z) ** 2.5;
      const at = clamp((mesh.sulc[this.first + v] + 0.35) / 0.8, 0, 1);
      const sulcus = at * at * (3 - 2 * at);
      this.ground[v] = mix(bright, deep, sulcus) * mix(0.62 + 0.42 * light - 0.22 * rim, 0.98, flat);
      this.gloss[v] = mix(0.80 + 0.24 * light - 0.12 * rim, 1, flat) * (1 - 0.07 * sulcus);
    }
  }
}

class CortexRaster {
  constructor(mesh) {
    this.mesh = mesh;
    this.key = "";
    this.views = [];
    this.width = this.height = 0;
  }

  // Brings all up to date; true if anything had to be done.
  prepare(panes, shape, width, height, dark) {
    const key = JSON.stringify([panes, shape, width, height, dark]);
    if (key === this.key) return false;
    this.key = key;
    if (this.width !== width || this.height !== height) {
      Object.assign(this, { width, height });
      this.depth = new Float32Array(width * height);
      this.face = new Int32Array(width * height);
    }
    this.depth.fill(-Infinity);
    this.face.fill(-1);
    this.views = panes.flatMap((pane) =>
      pane.bodies.map((body) => new RasterView(pane, body, this.mesh, shape)));
    for (const view of this.views) {
      view.light(this.mesh, shape, dark);
      this.fill(view, shape);
    }
    for (const view of this.views) this.gather(view);
    return true;
  }

  // Triangles of one view into the depths; those that face away only where the flat map unfolds.
  fill(view, shape) {
    const { mesh, width, height, depth, face } = this;
    const { x, y, z, first } = view;
    const { faces } = mesh;
    const part = mesh.parts[view.body.hemi];
    const [left, low, wide, tall] = view.pane.rect;
    const [x0, x1] = [Math.max(0, left), Math.min(width, left + wide) - 1];
    const [y0, y1] = [Math.max(0, low), Math.min(height, low + tall) - 1];
    const bothSides = shape > 2;
    const end = part.first + drawn(part, shape);
    view.face0 = part.first;
    view.face1 = end;
    for (let f = part.first; f < end; f++) {
      const [a, b, c] = [faces[3 * f] - first, faces[3 * f + 1] - first, faces[3 * f + 2] - first];
      const [ax, ay, bx, by, cx, cy] = [x[a], y[a], x[b], y[b], x[c], y[c]];
      const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
      if (bothSides ? Math.abs(area) < 1e-9 : area < 1e-9) continue;
      const right = Math.min(x1, Math.floor(Math.max(ax, bx, cx) - 0.5));
      const top = Math.min(y1, Math.floor(Math.max(ay, by, cy) - 0.5));
      const begin = Math.max(x0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
      let row = Math.max(y0, Math.ceil(Math.min(ay, by, cy) - 0.5));
      if (begin > right || row > top) continue;
      // shares of the three corners, linear over the screen
      const [ux, uy] = [(by - cy) / area, (cx - bx) / area];
      const [vx, vy] = [(cy - ay) / area, (ax - cx) / area];
      const [za, zb, zc] = [z[a], z[b], z[c]];
      for (; row <= top; row++) {
        const py = row + 0.5;
        let u = (begin + 0.5 - bx) * ux + (py - by) * uy;
        let v = (begin + 0.5 - cx) * vx + (py - cy) * vy;
        let at = (height - 1 - row) * width + begin;
        for (let k = begin; k <= right; k++, at++, u += ux, v += vx) {
          const w = 1 - u - v;
          if (u < -1e-6 || v < -1e-6 || w < -1e-6) continue;
          const near = u * za + v * zb + w * zc;
          if (near >= depth[at]) {
            depth[at] = near;
            face[at] = f;
          }
        }
      }
    }
  }

  // Lists the pixels of a view under their triangles, so that a new map is one short pass.
  gather(view) {
    const { width, height, face } = this;
    const [left, low, wide, tall] = view.pane.rect;
    const [x0, x1] = [Math.max(0, left), Math.min(width, left + wide)];
    const [y0, y1] = [Math.max(0, height - low - tall), Math.min(height, height - low)];
    const starts = new Uint32Array(view.face1 - view.face0 + 1);
    let total = 0;
    for (let y = y0; y < y1; y++) {
      for (let at = y * width + x0, end = y * width + x1; at < end; at++) {
        const f = face[at];
        if (f < view.face0 || f >= view.face1) continue;
        starts[f - view.face0 + 1]++;
        total++;
      }
    }
    for (let k = 1; k < starts.length; k++) starts[k] += starts[k - 1];
    const next = starts.slice();
    const pixels = new Uint32Array(total);
    for (let y = y0; y < y1; y++) {
      for (let at = y * width + x0, end = y * width + x1; at < end; at++) {
        const f = face[at];
        if (f >= view.face0 && f < view.face1) pixels[next[f - view.face0]++] = at;
      }
    }
    Object.assign(view, { starts, pixels });
  }

  // The last corner of the triangle at a pixel (from the bottom left), -1 if none.
  vertexAt(px, py) {
    const [x, y] = [Math.floor(px), this.height - 1 - Math.floor(py)];
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return -1;
    const f = this.face[y * this.width + x];
    return f < 0 ? -1 : this.mesh.faces[3 * f + 2];
  }

  // The last corner of the triangle at a place between the pixels' centres: of those around it,
  // the nearest to the viewer that holds the place.
  vertexAround(px, py) {
    const [x, y] = [Math.floor(px), this.height - 1 - Math.floor(py)];
    let [best, nearest] = [-1, -Infinity];
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const [i, j] = [x + dx, y + dy];
        const inside = i >= 0 && j >= 0 && i < this.width && j < this.height;
        const f = inside ? this.face[j * this.width + i] : -1;
        if (f < 0) continue;
        for (const view of this.views) {
          if (f < view.face0 || f >= view.face1) continue;
          const corners = [0, 1, 2].map((k) => this.mesh.faces[3 * f + k] - view.first)
            .map((v) => [view.x[v], view.y[v], view.z[v]]);
          const found = meet(corners, [px, py], view.pane.scale);
          if (found.outside > 0.05 || found.depth <= nearest) continue;
          [best, nearest] = [this.mesh.faces[3 * f + 2], found.depth];
        }
      }
    }
    return best < 0 ? this.vertexAt(px, py) : best;
  }

  // How near the surface is at a pixel (from the bottom left), in millimetres.
  depthAt(px, py) {
    const [x, y] = [Math.floor(px), this.height - 1 - Math.floor(py)];
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return -Infinity;
    return this.depth[y * this.width + x];
  }
}
