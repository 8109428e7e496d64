// Programs of the graphics card: the surface, its borders, electrodes, and which vertex is where.

const MORPH = `
in vec3 a_from; in vec3 a_to;
uniform mat4 u_matrix; uniform float u_t;
`;

const SURFACE_VERTEX = `#version 300 es
${MORPH}
in vec3 a_normal_from; in vec3 a_normal_to;
in float a_sulc; in vec3 a_map; // value * known, known, opacity * known
uniform mat3 u_turn; uniform vec2 u_range; uniform sampler2D u_palette;
out vec3 v_normal; out float v_sulc; out vec3 v_map; out vec3 v_colour;
void main() {
  gl_Position = u_matrix * vec4(mix(a_from, a_to, u_t), 1.0);
  v_normal = u_turn * mix(a_normal_from, a_normal_to, u_t);
  v_sulc = a_sulc;
  v_map = a_map;
  float at = (a_map.x - u_range.x) / (u_range.y - u_range.x);
  v_colour = textureLod(u_palette, vec2((clamp(at, 0.0, 1.0) * 255.0 + 0.5) / 256.0, 0.5), 0.0).rgb;
}`;

const SURFACE_FRAGMENT = `#version 300 es
precision highp float;
in vec3 v_normal; in float v_sulc; in vec3 v_map; in vec3 v_colour;
uniform sampler2D u_palette; uniform vec2 u_range; uniform float u_threshold;
uniform bool u_symmetric; uniform bool u_categories; uniform bool u_dark;
uniform float u_alpha; uniform float u_flat;
out vec4 colour;
void main() {
  vec3 normal = normalize(v_normal);
  if (normal.z < 0.0) normal = -normal;
  float light = 0.5 + 0.5 * dot(normal, normalize(vec3(-0.35, 0.55, 0.75)));
  float rim = pow(1.0 - normal.z, 2.5);
  float shade = mix(0.62 + 0.42 * light - 0.22 * rim, 0.98, u_flat);
  float sulcus = smoothstep(-0.35, 0.45, v_sulc);
  float grey = u_dark ? mix(0.58, 0.39, sulcus) : mix(0.90, 0.71, sulcus);
  vec3 ground = vec3(grey) * shade;
  float known = v_map.y;
  float value = v_map.x / max(known, 1e-4);
  float strength = u_symmetric ? abs(value) : value;
  // a soft edge of one pixel, whatever the zoom
  float edge = clamp((strength - u_threshold) / max(fwidth(strength), 1e-7) + 0.5, 0.0, 1.0);
  float inside = clamp((known - 0.5) / max(fwidth(known), 1e-4) + 0.5, 0.0, 1.0);
  float opacity = edge * inside * v_map.z / max(known, 1e-4);
  float at = clamp((value - u_range.x) / (u_range.y - u_range.x), 0.0, 1.0);
  vec3 map = u_categories ? v_colour
    : texture(u_palette, vec2((at * 255.0 + 0.5) / 256.0, 0.5)).rgb;
  map *= mix(0.80 + 0.24 * light - 0.12 * rim, 1.0, u_flat) * (1.0 - 0.07 * sulcus);
  vec3 seen = mix(ground, map, clamp(opacity, 0.0, 1.0));
  colour = vec4(min(seen, 1.0) * u_alpha, u_alpha);
}`;

const PICK_VERTEX = `#version 300 es
${MORPH}
flat out int v_vertex;
void main() {
  gl_Position = u_matrix * vec4(mix(a_from, a_to, u_t), 1.0);
  v_vertex = gl_VertexID + 1; // a triangle has the number of its last corner
}`;

const PICK_FRAGMENT = `#version 300 es
precision highp float; precision highp int;
flat in int v_vertex;
out vec4 colour;
void main() {
  colour = vec4(float(v_vertex & 255), float((v_vertex >> 8) & 255),
    float((v_vertex >> 16) & 255), 255.0) / 255.0;
}`;

// One piece of border has four corners, and is as wide on the screen as is asked.
const BORDER_VERTEX = `#version 300 es
in vec3 a_start_from; in vec3 a_end_from; in vec3 a_start_to; in vec3 a_end_to;
in vec2 a_regions;
uniform mat4 u_matrix; uniform float u_t; uniform vec2 u_pixels; uniform float u_width;
uniform float u_only; uniform float u_lift;
out vec2 v_at; flat out float v_length;
void main() {
  vec4 start = u_matrix * vec4(mix(a_start_from, a_start_to, u_t), 1.0);
  vec4 end = u_matrix * vec4(mix(a_end_from, a_end_to, u_t), 1.0);
  vec2 along = (end.xy - start.xy) * u_pixels * 0.5;
  float length_ = length(along);
  along = length_ > 1e-4 ? along / length_ : vec2(1.0, 0.0);
  vec2 across = vec2(-along.y, along.x);
  float reach = 0.5 * u_width + 1.0;
  float far = float(gl_VertexID & 1), side = float((gl_VertexID >> 1) & 1) * 2.0 - 1.0;
  vec4 place = far > 0.5 ? end : start;
  place.xy += (along * (far * 2.0 - 1.0) + across * side) * reach * 2.0 / u_pixels;
  place.z -= u_lift;
  bool mine = u_only < 0.0 || a_regions.x == u_only || a_regions.y == u_only;
  gl_Position = mine ? place : vec4(2.0, 2.0, 2.0, 1.0);
  v_at = vec2(far > 0.5 ? length_ + reach : -reach, side * reach);
  v_length = length_;
}`;

const BORDER_FRAGMENT = `#version 300 es
precision highp float;
in vec2 v_at; flat in float v_length;
uniform vec4 u_colour; uniform float u_width;
out vec4 colour;
void main() {
  float away = length(vec2(v_at.x - clamp(v_at.x, 0.0, v_length), v_at.y));
  float cover = clamp(0.5 * u_width - away + 0.5, 0.0, 1.0) * u_colour.a;
  if (cover < 0.02) discard;
  colour = vec4(u_colour.rgb * cover, cover);
}`;

const BALL_VERTEX = `#version 300 es
in vec3 a_place; in vec4 a_colour; in vec2 a_size; // radius in mm, ring
uniform mat4 u_matrix; uniform float u_scale; uniform float u_lift;
out vec4 v_colour; flat out float v_ring; flat out float v_pixels; flat out float v_radius;
void main() {
  gl_Position = u_matrix * vec4(a_place, 1.0);
  gl_Position.z -= u_lift;
  v_pixels = 2.0 * a_size.x * u_scale + 2.0;
  gl_PointSize = v_pixels;
  v_colour = a_colour;
  v_ring = a_size.y;
  v_radius = a_size.x;
}`;

const BALL_FRAGMENT = `#version 300 es
precision highp float;
in vec4 v_colour; flat in float v_ring; flat in float v_pixels; flat in float v_radius;
uniform vec3 u_outline; uniform float u_depth;
out vec4 colour;
void main() {
  vec2 at = (gl_PointCoord * 2.0 - 1.0) * vec2(1.0, -1.0);
  float away = length(at);
  float cover = clamp((1.0 - away) * v_pixels * 0.5, 0.0, 1.0);
  if (cover < 0.05) discard;
  float up = sqrt(max(0.0, 1.0 - away * away));
  float light = 0.70 + 0.36 * max(0.0, dot(vec3(at, up), normalize(vec3(-0.35, 0.55, 0.75))));
  vec3 seen = min(v_colour.rgb * light, 1.0);
  float rim = clamp((away - 1.0) * v_pixels * 0.5 + mix(1.8, 2.4, v_ring), 0.0, 1.0);
  seen = mix(seen, u_outline, rim * mix(0.55, 1.0, v_ring));
  gl_FragDepth = clamp(gl_FragCoord.z - 0.5 * up * v_radius / u_depth, 0.0, 1.0);
  colour = vec4(seen * cover, cover);
}`;
