// The mesh as the server packs it: shapes, triangles by hemisphere, and what follows from them.

const SHAPES = ["white", "pial", "inflated", "flat"];
const FLAT = 3;

function unpackMesh(buffer) {
  const head = new Int32Array(buffer, 0, 8);
  const [, n, nLeft, leftFlat, leftAll, rightFlat, rightAll, indexBytes] = head;
  let at = 32;
  const take = (Type, length) => {
    const part = new Type(buffer, at, length);
    at += Math.ceil((length * Type.BYTES_PER_ELEMENT) / 4) * 4;
    return part;
  };
  const shapes = SHAPES.map(() => Float32Array.from(take(Int16Array, 3 * n), (x) => x / 100));
  const sulc = Float32Array.from(take(Int8Array, n), (x) => x / 60);
  const nFaces = leftAll + rightAll;
  const faces = take(indexBytes === 2 ? Uint16Array : Uint32Array, 3 * nFaces);
  const mesh = {
    n,
    nLeft,
    shapes,
    sulc,
    faces,
    indexBytes,
    // first triangle, how many lie in the flat map, how many there are
    parts: [
      { first: 0, flat: leftFlat, all: leftAll },
      { first: leftAll, flat: rightFlat, all: rightAll },
    ],
  };
  mesh.normals = shapes.map((points, k) => vertexNormals(points, faces, mesh.parts, k === FLAT));
  mesh.boxes = shapes.map((points, k) => mesh.parts.map((part) => boxOf(mesh, points, part, k)));
  mesh.byLast = facesByLast(faces, n);
  return mesh;
}

const hemiOf = (mesh, vertex) => (vertex < mesh.nLeft ? 0 : 1);

// Sums of the triangles' normals, so that large triangles count more; turned outwards.
function vertexNormals(points, faces, parts, flat) {
  const normals = new Float32Array(points.length);
  for (const part of parts) {
    const end = part.first + (flat ? part.flat : part.all);
    for (let f = part.first; f < end; f++) {
      const [a, b, c] = [3 * faces[3 * f], 3 * faces[3 * f + 1], 3 * faces[3 * f + 2]];
      const [ux, uy, uz] = [0, 1, 2].map((k) => points[b + k] - points[a + k]);
      const [vx, vy, vz] = [0, 1, 2].map((k) => points[c + k] - points[a + k]);
      const cross = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
      for (let k = 0; k < 3; k++) {
        normals[a + k] += cross[k];
        normals[b + k] += cross[k];
        normals[c + k] += cross[k];
      }
    }
  }
  for (let v = 0; v < normals.length; v += 3) {
    const length = Math.hypot(normals[v], normals[v + 1], normals[v + 2]) || 1;
    for (let k = 0; k < 3; k++) normals[v + k] /= length;
  }
  return normals;
}

// Least and greatest coordinates of one hemisphere.
function boxOf(mesh, points, part, shape) {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const end = part.first + (shape === FLAT ? part.flat : part.all);
  for (let i = 3 * part.first; i < 3 * end; i++) {
    for (let k = 0; k < 3; k++) {
      const x = points[3 * mesh.faces[i] + k];
      if (x < low[k]) low[k] = x;
      if (x > high[k]) high[k] = x;
    }
  }
  return { low, high };
}

// Triangles listed under their last corner, which is the one that WebGL gives as their own.
function facesByLast(faces, n) {
  const start = new Uint32Array(n + 1);
  const nFaces = faces.length / 3;
  for (let f = 0; f < nFaces; f++) start[faces[3 * f + 2] + 1]++;
  for (let v = 0; v < n; v++) start[v + 1] += start[v];
  const list = new Uint32Array(nFaces);
  const next = start.slice();
  for (let f = 0; f < nFaces; f++) list[next[faces[3 * f + 2]]++] = f;
  return { start, list };
}

// Place of a vertex while one shape turns into the next.
function placeOf(mesh, vertex, shape) {
  const from = Math.min(2, Math.floor(shape));
  const t = shape - from;
  const [a, b] = [mesh.shapes[from], mesh.shapes[from + 1]];
  return [0, 1, 2].map((k) => mix(a[3 * vertex + k], b[3 * vertex + k], t));
}

// Borders as the server finds them, nine numbers per piece: (a, b, c, a, b, c, region, region,
// triangle), where each end lies amid two vertices (c = -1) or three. They come in the triangles'
// order, so that within a hemisphere those of the flat map are first. Answers places per shape
// (x, y, z, x, y, z), regions (two per piece) and which pieces belong to which hemisphere.
function borderPieces(mesh, borders) {
  const n = borders.length / 9;
  if (!n) return null;
  const ends = new Map();
  const index = new Uint32Array(2 * n);
  const corners = [];
  for (let i = 0; i < 2 * n; i++) {
    const at = 9 * (i >> 1) + 3 * (i & 1);
    const trio = [borders[at], borders[at + 1], borders[at + 2]];
    const key = trio.join();
    if (!ends.has(key)) {
      ends.set(key, corners.length);
      corners.push(trio.filter((v) => v >= 0));
    }
    index[i] = ends.get(key);
  }
  const count = (limit) => {
    let k = 0;
    while (k < n && borders[9 * k + 8] < limit) k++;
    return k;
  };
  const parts = mesh.parts.map(({ first, flat, all }) => {
    const start = count(first);
    return { first: start, flat: count(first + flat) - start, all: count(first + all) - start };
  });
  const regions = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) regions.set([borders[9 * i + 6], borders[9 * i + 7]], 2 * i);
  const places = mesh.shapes.map((points, shape) => {
    const used = parts.flatMap(({ first, flat, all }) =>
      Array.from({ length: shape === FLAT ? flat : all }, (_, k) => first + k));
    const own = smoothEnds(corners, linksOf(corners.length, index, used), points);
    const out = new Float32Array(6 * n);
    index.forEach((end, i) => out.set(own[end], 3 * i));
    return out;
  });
  return { places, regions, parts };
}

function linksOf(n, index, pieces) {
  const links = Array.from({ length: n }, () => []);
  for (const i of pieces) {
    links[index[2 * i]].push(index[2 * i + 1]);
    links[index[2 * i + 1]].push(index[2 * i]);
  }
  return links;
}

// Ends of pieces, moved a little towards their neighbours on the border, so that the zigzag of
// the triangles goes; where three borders meet, or one stops, nothing moves.
function smoothEnds(corners, links, points) {
  let places = corners.map((trio) => [0, 1, 2].map(
    (k) => trio.reduce((sum, v) => sum + points[3 * v + k], 0) / trio.length,
  ));
  for (let pass = 0; pass < 4; pass++) {
    places = places.map((p, i) => (links[i].length !== 2 ? p : p.map(
      (x, k) => x / 2 + (places[links[i][0]][k] + places[links[i][1]][k]) / 4,
    )));
  }
  return places;
}

// The pial vertex nearest to each electrode; on shapes that are not anatomy it stands there.
function electrodeAnchors(mesh, positions) {
  const pial = mesh.shapes[1];
  const anchors = new Int32Array(positions.length / 3);
  for (let e = 0; e < anchors.length; e++) {
    let least = Infinity;
    for (let v = 0; v < mesh.n; v++) {
      const d = (pial[3 * v] - positions[3 * e]) ** 2
        + (pial[3 * v + 1] - positions[3 * e + 1]) ** 2
        + (pial[3 * v + 2] - positions[3 * e + 2]) ** 2;
      if (d < least) {
        least = d;
        anchors[e] = v;
      }
    }
  }
  return anchors;
}

function electrodePlace(mesh, positions, anchors, e, shape) {
  const own = [positions[3 * e], positions[3 * e + 1], positions[3 * e + 2]];
  if (shape <= 1) return own;
  const base = placeOf(mesh, anchors[e], shape);
  const pial = placeOf(mesh, anchors[e], 1);
  const share = Math.max(0, 2 - shape);
  return base.map((x, k) => x + share * (own[k] - pial[k]));
}
