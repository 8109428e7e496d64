// Draws the cortex into a canvas, and finds which vertex is under a pixel.

const DEPTH = 500; // mm in front of and behind the middle that are drawn
const LIFT = 1.6; // mm by which borders are drawn before the surface
const BALL = 2.1; // mm, radius of an electrode
const INK = { light: [0.13, 0.15, 0.18], dark: [0.95, 0.96, 0.98] };

function compile(gl, vertex, fragment) {
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = gl.getAttachedShaders(program).map((s) => gl.getShaderInfoLog(s)).join("\n");
    throw new Error(`The surface's program failed: ${gl.getProgramInfoLog(program)} ${logs}`);
  }
  const places = {};
  for (let k = 0; k < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); k++) {
    const { name } = gl.getActiveUniform(program, k);
    places[name] = gl.getUniformLocation(program, name);
  }
  for (let k = 0; k < gl.getProgramParameter(program, gl.ACTIVE_ATTRIBUTES); k++) {
    const { name } = gl.getActiveAttrib(program, k);
    places[name] = gl.getAttribLocation(program, name);
  }
  return { program, ...places };
}

// Beyond the inflated shape only the triangles of the flat map are left.
const drawn = (part, shape) => (shape > 2.0005 ? part.flat : part.all);

// Numbers in groups of `size`, each group four times.
function fourTimes(data, size) {
  const out = new Float32Array(4 * data.length);
  for (let i = 0; i < data.length; i += size) {
    for (let k = 0; k < 4; k++) out.set(data.subarray(i, i + size), 4 * i + k * size);
  }
  return out;
}

class CortexScene {
  constructor(canvas, mesh, smooth) {
    const options = { alpha: true, premultipliedAlpha: true, antialias: smooth, depth: true };
    this.gl = canvas.getContext("webgl2", options);
    if (!this.gl) throw new Error("This browser offers no WebGL2.");
    this.canvas = canvas;
    this.mesh = mesh;
    this.map = new Float32Array(3 * mesh.n);
    this.palette = new Uint8Array(768);
    this.pieces = null;
    this.start();
  }

  get lost() {
    return this.gl.isContextLost();
  }

  // All that lives on the card; again after the context was lost.
  start() {
    const { gl, mesh } = this;
    this.surface = compile(gl, SURFACE_VERTEX, SURFACE_FRAGMENT);
    this.picker = compile(gl, PICK_VERTEX, PICK_FRAGMENT);
    this.border = compile(gl, BORDER_VERTEX, BORDER_FRAGMENT);
    this.ball = compile(gl, BALL_VERTEX, BALL_FRAGMENT);
    this.points = mesh.shapes.map((data) => this.buffer(data));
    this.normals = mesh.normals.map((data) => this.buffer(data));
    this.sulc = this.buffer(mesh.sulc);
    this.values = this.buffer(this.map, gl.DYNAMIC_DRAW);
    this.balls = this.buffer(new Float32Array(9), gl.DYNAMIC_DRAW);
    this.index = gl.createBuffer();
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.index);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, mesh.faces, gl.STATIC_DRAW);
    this.colours = gl.createTexture();
    this.setPalette(this.palette);
    this.setBorders(this.pieces);
    this.targets = new Map();
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  buffer(data, use = this.gl.STATIC_DRAW) {
    const made = this.gl.createBuffer();
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, made);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, data, use);
    return made;
  }

  // NaN becomes "not known", so that it never mixes with what is known.
  setValues(values, alpha) {
    const { gl, map, mesh } = this;
    for (let v = 0; v < mesh.n; v++) {
      const known = v < values.length && Number.isFinite(values[v]);
      const opacity = alpha.length === mesh.n && !Number.isNaN(alpha[v]) ? alpha[v] : 1;
      map[3 * v] = known ? values[v] : 0;
      map[3 * v + 1] = known ? 1 : 0;
      map[3 * v + 2] = known ? opacity : 0;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.values);
    gl.bufferData(gl.ARRAY_BUFFER, map, gl.DYNAMIC_DRAW);
  }

  setPalette(rgb) {
    const { gl } = this;
    this.palette = rgb;
    gl.bindTexture(gl.TEXTURE_2D, this.colours);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, 256, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, rgb);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
    }
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
    }
  }

  // pieces: what borderPieces() answers, or null. Each is two triangles of four corners; instances
  // would be smaller, but are slow where the processor draws.
  setBorders(pieces) {
    const { gl } = this;
    for (const old of this.lines || []) gl.deleteBuffer(old);
    this.pieces = pieces;
    this.lines = [];
    if (!pieces) return;
    const n = pieces.regions.length / 2;
    this.lines = pieces.places.map((data) => this.buffer(fourTimes(data, 6)));
    this.lines.push(this.buffer(fourTimes(pieces.regions, 2)));
    const corners = new Uint32Array(6 * n);
    for (let i = 0; i < n; i++) corners.set([0, 1, 2, 2, 1, 3].map((k) => 4 * i + k), 6 * i);
    const index = gl.createBuffer();
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, index);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, corners, gl.STATIC_DRAW);
    this.lines.push(index);
  }

  feed(place, buffer, size, stride = 0, offset = 0) {
    if (place === undefined || place < 0) return;
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, gl.FLOAT, false, stride, offset);
  }

  use(program, shape) {
    const { gl } = this;
    gl.useProgram(program.program);
    for (let k = 0; k < 8; k++) gl.disableVertexAttribArray(k);
    const from = Math.min(2, Math.floor(shape));
    if (program.u_t) gl.uniform1f(program.u_t, shape - from);
    this.feed(program.a_from, this.points[from], 3);
    this.feed(program.a_to, this.points[from + 1], 3);
    return from;
  }

  matrix(pane, body, pixel = null) {
    const [x, y, w, h] = pane.rect;
    let scale = [(2 * pane.scale) / w, (2 * pane.scale) / h];
    let offset = [0, 0];
    if (pixel) { // the one pixel fills the view
      scale = [2 * pane.scale, 2 * pane.scale];
      offset = [-2 * (pixel[0] - x - w / 2), -2 * (pixel[1] - y - h / 2)];
    }
    return clipMatrix(body.turn, body.shift, scale, offset, DEPTH);
  }

  triangles(body, shape) {
    const { gl, mesh } = this;
    const part = mesh.parts[body.hemi];
    const count = drawn(part, shape);
    if (shape > 2) gl.disable(gl.CULL_FACE); // the flat map may show its other side on the way
    else gl.enable(gl.CULL_FACE);
    const kind = mesh.indexBytes === 2 ? gl.UNSIGNED_SHORT : gl.UNSIGNED_INT;
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.index);
    gl.drawElements(gl.TRIANGLES, 3 * count, kind, 3 * part.first * mesh.indexBytes);
  }

  // look: {shape, range, threshold, symmetric, categories, dark, alpha, lines, balls}
  draw(panes, look) {
    const { gl, canvas } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.SCISSOR_TEST);
    for (const pane of panes) {
      gl.viewport(...pane.rect);
      gl.scissor(...pane.rect);
      if (look.alpha < 1) this.drawBalls(pane, look, look.balls);
      this.drawSurface(pane, look);
      if (look.alpha >= 1) this.drawBalls(pane, look, look.balls);
      this.drawBorders(pane, look);
      this.drawBalls(pane, look, look.marks);
    }
    gl.disable(gl.SCISSOR_TEST);
  }

  drawSurface(pane, look) {
    const { gl, surface: s } = this;
    const from = this.use(s, look.shape);
    this.feed(s.a_normal_from, this.normals[from], 3);
    this.feed(s.a_normal_to, this.normals[from + 1], 3);
    this.feed(s.a_sulc, this.sulc, 1);
    this.feed(s.a_map, this.values, 3);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.colours);
    gl.uniform1i(s.u_palette, 0);
    gl.uniform2f(s.u_range, ...look.range);
    gl.uniform1f(s.u_threshold, look.threshold);
    gl.uniform1i(s.u_symmetric, look.symmetric ? 1 : 0);
    gl.uniform1i(s.u_categories, look.categories ? 1 : 0);
    gl.uniform1i(s.u_dark, look.dark ? 1 : 0);
    gl.uniform1f(s.u_alpha, look.alpha);
    gl.uniform1f(s.u_flat, clamp(look.shape - 2, 0, 1));
    const passes = look.alpha < 1 ? [false, true] : [true]; // depth first: only the front is mixed
    for (const colour of passes) {
      gl.colorMask(colour, colour, colour, colour);
      if (colour && look.alpha < 1) gl.enable(gl.BLEND);
      for (const body of pane.bodies) {
        gl.uniformMatrix4fv(s.u_matrix, false, this.matrix(pane, body));
        gl.uniformMatrix3fv(s.u_turn, false, asColumns(body.turn));
        this.triangles(body, look.shape);
      }
    }
    gl.colorMask(true, true, true, true);
    gl.disable(gl.BLEND);
  }

  drawBorders(pane, look) {
    const { gl, border: b, pieces } = this;
    if (!pieces) return;
    gl.disable(gl.CULL_FACE);
    const from = this.use(b, look.shape);
    const ends = [[b.a_start_from, b.a_end_from], [b.a_start_to, b.a_end_to]];
    gl.enable(gl.BLEND);
    gl.depthMask(false);
    gl.uniform2f(b.u_pixels, pane.rect[2], pane.rect[3]);
    ends.forEach(([start, end], k) => {
      this.feed(start, this.lines[from + k], 3, 24, 0);
      this.feed(end, this.lines[from + k], 3, 24, 12);
    });
    this.feed(b.a_regions, this.lines[4], 2);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.lines[5]);
    gl.uniform1f(b.u_lift, LIFT / DEPTH);
    for (const body of pane.bodies) {
      const part = pieces.parts[body.hemi];
      gl.uniformMatrix4fv(b.u_matrix, false, this.matrix(pane, body));
      for (const line of look.lines) {
        gl.uniform1f(b.u_only, line.only);
        gl.uniform1f(b.u_width, line.width);
        gl.uniform4f(b.u_colour, ...line.colour);
        gl.drawElements(gl.TRIANGLES, 6 * drawn(part, look.shape), gl.UNSIGNED_INT, 24 * part.first);
      }
    }
    gl.depthMask(true);
    gl.disable(gl.BLEND);
  }

  // balls: per hemisphere, nine numbers each: place, colour and opacity, radius, ring
  drawBalls(pane, look, balls) {
    const { gl, ball: b } = this;
    this.use(b, look.shape);
    gl.enable(gl.BLEND);
    gl.uniform3f(b.u_outline, ...(look.dark ? [1, 1, 1] : INK.light));
    gl.uniform1f(b.u_depth, DEPTH);
    gl.uniform1f(b.u_scale, pane.scale);
    gl.uniform1f(b.u_lift, LIFT / DEPTH);
    for (const body of pane.bodies) {
      const data = balls[body.hemi];
      if (!data.length) continue;
      gl.bindBuffer(gl.ARRAY_BUFFER, this.balls);
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
      this.feed(b.a_place, this.balls, 3, 36, 0);
      this.feed(b.a_colour, this.balls, 4, 36, 12);
      this.feed(b.a_size, this.balls, 2, 36, 28);
      gl.uniformMatrix4fv(b.u_matrix, false, this.matrix(pane, body));
      gl.drawArrays(gl.POINTS, 0, data.length / 9);
    }
    gl.disable(gl.BLEND);
  }

  // Numbers of vertices (-1: none) at every `step`-th pixel: {width, height, vertices}.
  readVertices(panes, shape, step) {
    const width = Math.max(1, Math.floor(this.canvas.width / step));
    const height = Math.max(1, Math.floor(this.canvas.height / step));
    const shrunk = panes.map((pane) => ({
      ...pane, scale: pane.scale / step, rect: pane.rect.map((x) => Math.round(x / step)),
    }));
    return { width, height, panes: shrunk, vertices: this.readPass(shrunk, shape, width, height) };
  }

  // Number under one pixel (counted from the bottom left), as the triangle's last corner.
  readPixel(pane, shape, pixel) {
    const alone = [{ ...pane, rect: [0, 0, 1, 1], from: pane }];
    return this.readPass(alone, shape, 1, 1, pixel)[0];
  }

  readPass(panes, shape, width, height, pixel = null) {
    const { gl, picker } = this;
    this.bindTarget(width, height);
    gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    this.use(picker, shape);
    for (const pane of panes) {
      gl.viewport(...pane.rect);
      for (const body of pane.bodies) {
        gl.uniformMatrix4fv(picker.u_matrix, false, this.matrix(pane.from ?? pane, body, pixel));
        this.triangles(body, shape);
      }
    }
    const bytes = new Uint8Array(4 * width * height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    const vertices = new Int32Array(width * height);
    for (let k = 0; k < vertices.length; k++) {
      vertices[k] = (bytes[4 * k] | (bytes[4 * k + 1] << 8) | (bytes[4 * k + 2] << 16)) - 1;
    }
    return vertices;
  }

  bindTarget(width, height) {
    const { gl } = this;
    const key = width === 1 && height === 1 ? "pixel" : "map";
    const old = this.targets.get(key);
    if (old && old.width === width && old.height === height) {
      gl.bindFramebuffer(gl.FRAMEBUFFER, old.frame);
      return;
    }
    if (old) {
      gl.deleteFramebuffer(old.frame);
      for (const part of old.parts) gl.deleteRenderbuffer(part);
    }
    const frame = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    const parts = [
      [gl.RGBA8, gl.COLOR_ATTACHMENT0],
      [gl.DEPTH_COMPONENT24, gl.DEPTH_ATTACHMENT],
    ].map(([format, place]) => {
      const part = gl.createRenderbuffer();
      gl.bindRenderbuffer(gl.RENDERBUFFER, part);
      gl.renderbufferStorage(gl.RENDERBUFFER, format, width, height);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, place, gl.RENDERBUFFER, part);
      return part;
    });
    this.targets.set(key, { frame, parts, width, height });
  }

  dispose() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}
