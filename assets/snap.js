// Moves a cursor to the nearest of its places along an axis. The server hears of new places only:
// a message for every movement of the mouse would keep it from answering.
const [first, step, last] = span.tags;
const at = span.dimension === "height" ? cb_obj.x : cb_obj.y;
if (!Number.isFinite(at) || !(step > 0)) return;
const place = first + step * Math.round((at - first) / step);
const kept = Math.min(last, Math.max(first, place));
if (kept !== span.location) span.location = kept;
