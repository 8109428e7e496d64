// Moves a cursor to the nearest of its places along an axis, at once; the server hears of a new
// place only while it keeps up, at last where the drag ends. A message for every movement of the
// mouse would leave it ever farther behind.
const IN_FLIGHT = 2; // places that the server has been told of and has not answered
const PATIENCE = 300; // ms after which it is told all the same
const [first, step, last, heard] = span.tags;
const state = (span.snap ??= { sent: span.location, told: 0, at: 0, dragging: false });
const event = cb_obj.event_name;
if (event === "panstart") Object.assign(state, { sent: span.location, dragging: true });
if (event) {
  const at = span.dimension === "height" ? cb_obj.x : cb_obj.y;
  if (!Number.isFinite(at) || !(step > 0)) return;
  const place = first + step * Math.round((at - first) / step);
  const kept = Math.min(last, Math.max(first, place));
  if (kept !== span.location) span.setv({ location: kept }, { sync: false });
}
const now = performance.now();
const free = state.told - heard < IN_FLIGHT || now - state.at > PATIENCE || event === "panend";
if (state.dragging && free && span.location !== state.sent) {
  const place = span.location;
  Object.assign(state, { sent: place, told: state.told + 1, at: now });
  span.setv({ location: NaN }, { silent: true }); // so that the same place is news
  span.location = place;
}
if (event === "panend") state.dragging = false;
