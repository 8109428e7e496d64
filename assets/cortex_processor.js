// The cortex drawn by the processor: the same face as CortexScene, for machines without a graphics
// card. What the camera decides is kept, so that a new map costs one pass over the pixels.

const KEPT = 32; // lines whose pixels are remembered while the camera rests

// A colour of four shares as CSS has it.
const cssOf = ([r, g, b, a]) =>
  `rgba(${Math.round(255 * r)},${Math.round(255 * g)},${Math.round(255 * b)},${a})`;

class CortexProcessor {
  constructor(canvas, mesh) {
    this.canvas = canvas;
    this.mesh = mesh;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.raster = new CortexRaster(mesh);
    this.painted = ""; // what decides the map besides its values; empty: paint it anew
    this.values = new Float32Array(mesh.n).fill(NaN);
    this.opacity = new Float32Array(mesh.n).fill(1);
    this.palette = new Uint8Array(768);
    this.pieces = null;
    this.cover = new Uint8Array(0);
    this.ends = new Map(); // view to its pieces of border on the screen
    this.lines = new Map(); // what a line is to the pixels it covers
  }

  get lost() {
    return false;
  }

  start() {}

  setValues(values, alpha) {
    const { n } = this.mesh;
    this.painted = "";
    this.values.fill(NaN);
    this.values.set(values.length === n ? values : []);
    for (let v = 0; v < n; v++) {
      this.opacity[v] = alpha.length === n && !Number.isNaN(alpha[v]) ? alpha[v] : 1;
    }
  }

  setPalette(rgb) {
    this.painted = "";
    this.palette = rgb;
  }

  setBorders(pieces) {
    this.pieces = pieces;
    this.forget();
  }

  forget() {
    this.ends.clear();
    this.lines.clear();
  }

  draw(panes, look) {
    const { canvas, context, raster } = this;
    const { width, height } = canvas;
    if (raster.prepare(panes, look.shape, width, height, look.dark)) {
      this.forget();
      this.cover = new Uint8Array(width * height);
      this.painted = "";
    }
    if (this.image?.width !== width || this.image?.height !== height) {
      this.image = context.createImageData(width, height);
      this.colours = new Uint32Array(this.image.data.buffer);
      this.map = new Uint32Array(width * height);
      this.painted = "";
    }
    const { range, threshold, symmetric, categories, alpha } = look;
    const wanted = `${range} ${threshold} ${symmetric} ${categories} ${alpha}`;
    if (this.painted !== wanted) {
      this.map.fill(0);
      for (const view of raster.views) this.paint(view, look);
      this.painted = wanted;
    }
    this.colours.set(this.map);
    for (const view of raster.views) this.paintBalls(view, look);
    if (this.pieces) for (const line of look.lines) this.paintLine(line, look.shape);
    context.putImageData(this.image, 0, 0);
    for (const view of raster.views) this.drawMarks(view, look);
  }

  // The map on one view: per triangle what is linear over the screen, then its pixels.
  paint(view, look) {
    const { mesh, raster, map, palette, values, opacity } = this;
    const { x, y, ground, gloss, first, starts, pixels, face0 } = view;
    const { faces } = mesh;
    const { width, height } = raster;
    const [low, high] = look.range;
    const scale = 255 / (high - low);
    const bounded = Number.isFinite(look.threshold);
    const alpha = Math.round(255 * look.alpha) << 24;
    const share = [0, 0, 0];
    for (let k = 0; k + 1 < starts.length; k++) {
      if (starts[k] === starts[k + 1]) continue;
      const f = 3 * (face0 + k);
      const [va, vb, vc] = [faces[f], faces[f + 1], faces[f + 2]];
      const [a, b, c] = [va - first, vb - first, vc - first];
      const [ax, ay, bx, by, cx, cy] = [x[a], y[a], x[b], y[b], x[c], y[c]];
      const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
      const [ux, uy] = [(by - cy) / area, (cx - bx) / area];
      const [wx, wy] = [(cy - ay) / area, (ax - cx) / area];
      const [ka, kb, kc] = [values[va] === values[va], values[vb] === values[vb], values[vc] === values[vc]];
      const any = ka || kb || kc;
      const whole = ka && kb && kc;
      const [pa, pb, pc] = [ka ? values[va] : 0, kb ? values[vb] : 0, kc ? values[vc] : 0];
      const [oa, ob, oc] = [ka ? opacity[va] : 0, kb ? opacity[vb] : 0, kc ? opacity[vc] : 0];
      const slope = bounded
        ? Math.abs((pa - pc) * ux + (pb - pc) * wx) + Math.abs((pa - pc) * uy + (pb - pc) * wy) : 1;
      const kinds = look.categories && any
        ? [pa, pb, pc].map((p) => 3 * Math.floor(clamp((p - low) * scale, 0, 255) + 0.5)) : null;
      for (let i = starts[k]; i < starts[k + 1]; i++) {
        const at = pixels[i];
        const px = (at % width) + 0.5;
        const py = height - 1 - ((at / width) | 0) + 0.5;
        const u = (px - bx) * ux + (py - by) * uy;
        const v = (px - cx) * wx + (py - cy) * wy;
        const w = 1 - u - v;
        const grey = u * ground[a] + v * ground[b] + w * ground[c];
        let [red, green, blue] = [grey, grey, grey];
        let seen = 0;
        if (any) {
          const known = whole ? 1 : (ka ? u : 0) + (kb ? v : 0) + (kc ? w : 0);
          const value = (u * pa + v * pb + w * pc) / Math.max(known, 1e-4);
          seen = (u * oa + v * ob + w * oc) / Math.max(known, 1e-4);
          if (!whole) seen *= clamp((known - 0.5) * 4 + 0.5, 0, 1);
          if (bounded) {
            const strength = look.symmetric ? Math.abs(value) : value;
            seen *= clamp((strength - look.threshold) / Math.max(slope, 1e-7) + 0.5, 0, 1);
          }
          if (seen > 0) {
            if (kinds) {
              for (let j = 0; j < 3; j++) {
                share[j] = u * palette[kinds[0] + j] + v * palette[kinds[1] + j]
                  + w * palette[kinds[2] + j];
              }
            } else {
              const entry = 3 * ((clamp((value - low) * scale, 0, 255) + 0.5) | 0);
              share[0] = palette[entry];
              share[1] = palette[entry + 1];
              share[2] = palette[entry + 2];
            }
            seen = Math.min(1, seen);
            const shine = ((u * gloss[a] + v * gloss[b] + w * gloss[c]) * seen) / 255;
            red = grey * (1 - seen) + share[0] * shine;
            green = grey * (1 - seen) + share[1] * shine;
            blue = grey * (1 - seen) + share[2] * shine;
          }
        }
        red = red > 1 ? 255 : (red * 255 + 0.5) | 0;
        green = green > 1 ? 255 : (green * 255 + 0.5) | 0;
        blue = blue > 1 ? 255 : (blue * 255 + 0.5) | 0;
        map[at] = alpha | (blue << 16) | (green << 8) | red;
      }
    }
  }

  // Electrodes as little lit balls, each pixel before or behind the surface.
  paintBalls(view, look) {
    const data = look.balls[view.body.hemi];
    const outline = look.dark ? [1, 1, 1] : INK.light;
    const order = [];
    for (let i = 0; i < data.length; i += 9) {
      order.push({ i, at: projectIn(view.pane, view.body, [data[i], data[i + 1], data[i + 2]]) });
    }
    order.sort((p, q) => p.at[2] - q.at[2]);
    for (const { i, at } of order) {
      const [r, g, b, , radius, ring] = data.subarray(i + 3, i + 9);
      this.paintBall(view, look, at, [r, g, b], radius, ring, outline);
    }
  }

  paintBall(view, look, [cx, cy, cz], colour, radius, ring, outline) {
    const { raster } = this;
    const { width, height } = raster;
    const [left, low, wide, tall] = view.pane.rect;
    const half = radius * view.pane.scale + 1;
    const [x0, x1] = [Math.max(left, Math.floor(cx - half)), Math.min(left + wide, cx + half)];
    const [y0, y1] = [Math.max(low, Math.floor(cy - half)), Math.min(low + tall, cy + half)];
    for (let y = Math.max(0, y0); y < Math.min(height, y1); y++) {
      for (let x = Math.max(0, x0); x < Math.min(width, x1); x++) {
        const [dx, dy] = [(x + 0.5 - cx) / half, (y + 0.5 - cy) / half];
        const away = Math.hypot(dx, dy);
        const cover = clamp((1 - away) * half, 0, 1);
        if (cover < 0.05) continue;
        const at = (height - 1 - y) * width + x;
        const up = Math.sqrt(Math.max(0, 1 - away * away));
        const behind = cz + up * radius + LIFT < raster.depth[at];
        if (behind && look.alpha >= 1) continue;
        const light = 0.70 + 0.36 * Math.max(0, dx * SUN[0] + dy * SUN[1] + up * SUN[2]);
        const rim = clamp((away - 1) * half + mix(1.8, 2.4, ring), 0, 1) * mix(0.55, 1, ring);
        const own = colour.map((part, k) => mix(Math.min(part * light, 1), outline[k], rim));
        this.lay(at, own, cover, look.alpha < 1);
      }
    }
  }

  // Lays a colour on a pixel, or under it where the surface is a veil.
  lay(at, own, cover, under) {
    const bytes = this.image.data;
    const below = bytes[4 * at + 3] / 255;
    const [top, base] = under ? [below, cover] : [cover, below];
    const alpha = top + base * (1 - top);
    for (let k = 0; k < 3; k++) {
      const old = bytes[4 * at + k] / 255;
      const [upper, lower] = under ? [old, own[k]] : [own[k], old];
      bytes[4 * at + k] = 255 * ((upper * top + lower * base * (1 - top)) / alpha);
    }
    bytes[4 * at + 3] = 255 * alpha;
  }

  // Pieces of border of one view on the screen: of piece k, points 2 k and 2 k + 1 are the ends.
  endsOf(view, shape) {
    if (!this.ends.has(view)) {
      const { first, ...part } = this.pieces.parts[view.body.hemi];
      const n = drawn(part, shape);
      const places = between(this.pieces.places, shape);
      const seen = projectPoints(view.pane, view.body, places, 2 * first, 2 * n);
      this.ends.set(view, { first, n, ...seen });
    }
    return this.ends.get(view);
  }

  // Pixels that a line covers, and how much of each (of 255), where the surface does not hide it.
  coverOf(line, shape) {
    const key = `${line.only} ${line.width}`;
    if (this.lines.has(key)) return this.lines.get(key);
    const touched = [];
    for (const view of this.raster.views) this.coverView(view, line, shape, touched);
    const pixels = Uint32Array.from(touched);
    const shares = Uint8Array.from(pixels, (at) => this.cover[at]);
    for (const at of pixels) this.cover[at] = 0;
    if (this.lines.size >= KEPT) this.lines.delete([...this.lines.keys()][1]); // not all borders
    this.lines.set(key, { pixels, shares });
    return this.lines.get(key);
  }

  coverView(view, line, shape, touched) {
    const { cover, pieces, raster } = this;
    const { width, height, depth } = raster;
    const { first, n, x: xs, y: ys, z: zs } = this.endsOf(view, shape);
    const [left, low, wide, tall] = view.pane.rect;
    const [x0, x1] = [Math.max(0, left), Math.min(width, left + wide) - 1];
    const [y0, y1] = [Math.max(0, low), Math.min(height, low + tall) - 1];
    const half = 0.5 * line.width;
    const reach = half + 0.5;
    for (let k = 0; k < n; k++) {
      if (line.only >= 0 && pieces.regions[2 * (first + k)] !== line.only
        && pieces.regions[2 * (first + k) + 1] !== line.only) continue;
      const [i, j] = [2 * k, 2 * k + 1];
      const [ax, ay, az] = [xs[i], ys[i], zs[i]];
      const [dx, dy, dz] = [xs[j] - ax, ys[j] - ay, zs[j] - az];
      const square = Math.max(1e-9, dx * dx + dy * dy);
      const right = Math.min(x1, Math.floor(Math.max(ax, ax + dx) + reach));
      const top = Math.min(y1, Math.floor(Math.max(ay, ay + dy) + reach));
      for (let y = Math.max(y0, Math.floor(Math.min(ay, ay + dy) - reach)); y <= top; y++) {
        for (let x = Math.max(x0, Math.floor(Math.min(ax, ax + dx) - reach)); x <= right; x++) {
          const [ox, oy] = [x + 0.5 - ax, y + 0.5 - ay];
          const along = clamp((ox * dx + oy * dy) / square, 0, 1);
          const away = Math.hypot(ox - along * dx, oy - along * dy);
          const share = clamp(half - away + 0.5, 0, 1);
          if (share < 0.02) continue;
          const at = (height - 1 - y) * width + x;
          if (az + along * dz + LIFT < depth[at]) continue;
          const level = Math.round(255 * share);
          if (level <= cover[at]) continue;
          if (!cover[at]) touched.push(at);
          cover[at] = level;
        }
      }
    }
  }

  paintLine(line, shape) {
    const { pixels, shares } = this.coverOf(line, shape);
    const bytes = this.image.data;
    const [r, g, b, opacity] = line.colour;
    const ink = [255 * r, 255 * g, 255 * b];
    for (let k = 0; k < pixels.length; k++) {
      const at = 4 * pixels[k];
      const top = (opacity * shares[k]) / 255;
      const base = (bytes[at + 3] / 255) * (1 - top);
      const alpha = top + base;
      for (let j = 0; j < 3; j++) {
        bytes[at + j] = (ink[j] * top + bytes[at + j] * base) / alpha;
      }
      bytes[at + 3] = 255 * alpha;
    }
  }

  // The selected vertex, above the borders.
  drawMarks(view, look) {
    const { context, raster } = this;
    const data = look.marks[view.body.hemi];
    for (let i = 0; i < data.length; i += 9) {
      const place = [data[i], data[i + 1], data[i + 2]];
      const [x, y, z] = projectIn(view.pane, view.body, place);
      if (z + data[i + 7] + LIFT < raster.depthAt(x, y)) continue;
      context.beginPath();
      context.arc(x, this.canvas.height - y, data[i + 7] * view.pane.scale, 0, 2 * Math.PI);
      context.fillStyle = cssOf([data[i + 3], data[i + 4], data[i + 5], 1]);
      context.strokeStyle = look.dark ? "#fff" : cssOf([...INK.light, 1]);
      context.lineWidth = 1.6;
      context.fill();
      context.stroke();
    }
  }

  // Numbers of vertices (-1: none) at every `step`-th pixel, as CortexScene gives them.
  readVertices(panes, shape, step) {
    const width = Math.max(1, Math.floor(this.canvas.width / step));
    const height = Math.max(1, Math.floor(this.canvas.height / step));
    const shrunk = panes.map((pane) => ({
      ...pane, scale: pane.scale / step, rect: pane.rect.map((x) => Math.round(x / step)),
    }));
    const vertices = new Int32Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        vertices[y * width + x] = this.raster.vertexAt((x + 0.5) * step, (y + 0.5) * step);
      }
    }
    return { width, height, panes: shrunk, vertices };
  }

  readPixel(pane, shape, pixel) {
    return this.raster.vertexAround(...pixel);
  }

  dispose() {
    this.raster = new CortexRaster(this.mesh);
    this.forget();
  }
}
