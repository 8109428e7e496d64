// Small matrices for the cortex: 3x3 as nine numbers by rows, points as three.

function multiply3(a, b) {
  const out = new Array(9);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      out[3 * i + j] = a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
    }
  }
  return out;
}

function apply3(m, p) {
  return [
    m[0] * p[0] + m[1] * p[1] + m[2] * p[2],
    m[3] * p[0] + m[4] * p[1] + m[5] * p[2],
    m[6] * p[0] + m[7] * p[1] + m[8] * p[2],
  ];
}

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];

// What a mirror does to a turn: the right hemisphere moves as the left one's reflection.
function mirrored(m) {
  return [m[0], -m[1], -m[2], -m[3], m[4], m[5], -m[6], m[7], m[8]];
}

// A turn on the screen: the front follows the pointer.
function dragTurn(dx, dy) {
  const [cx, sx, cy, sy] = [Math.cos(dx), Math.sin(dx), Math.cos(dy), Math.sin(dy)];
  return multiply3([cx, 0, sx, 0, 1, 0, -sx, 0, cx], [1, 0, 0, 0, cy, -sy, 0, sy, cy]);
}

// About the axis that points up.
function turnUpright(angle) {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [c, -s, 0, s, c, 0, 0, 0, 1];
}

const mix = (a, b, t) => a + (b - a) * t;
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
const ease = (t) => t * t * (3 - 2 * t);

// Columns for WebGL: clip = scale * (turn * p + shift) + offset; nearer to the viewer is smaller z.
function clipMatrix(turn, shift, scale, offset, depth) {
  const [sx, sy] = scale;
  const sz = -1 / depth;
  return new Float32Array([
    sx * turn[0], sy * turn[3], sz * turn[6], 0,
    sx * turn[1], sy * turn[4], sz * turn[7], 0,
    sx * turn[2], sy * turn[5], sz * turn[8], 0,
    sx * shift[0] + offset[0], sy * shift[1] + offset[1], sz * shift[2], 1,
  ]);
}

const asColumns = (m) => new Float32Array([m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]]);

function rgbOf(colour) {
  const hex = /^#([0-9a-f]{6})/i.exec(colour || "");
  if (!hex) return [0.4, 0.4, 0.4];
  const n = parseInt(hex[1], 16);
  return [(n >> 16) / 255, ((n >> 8) & 255) / 255, (n & 255) / 255];
}
