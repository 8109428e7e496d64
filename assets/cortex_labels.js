// Names of regions over the canvas: on the part that is seen, and never upon one another.

const NAME_FONT = "600 11px Inter, Roboto, Helvetica, Arial, sans-serif";
const HIGH = 14; // pixels that a line of text needs
const SEEN = 80; // pixels of a chosen region that make it worth a name

// Visible parts per pane and region: {region, count, x, y} in pixels of the small picture.
function visibleParts(small, labels, names, nLeft) {
  const parts = new Map();
  const { width, height, vertices, panes } = small;
  panes.forEach((pane, p) => {
    const [left, low, w, h] = pane.rect;
    for (let y = Math.max(0, low); y < Math.min(height, low + h); y++) {
      for (let x = Math.max(0, left); x < Math.min(width, left + w); x++) {
        const vertex = vertices[y * width + x];
        const region = vertex < 0 ? -1 : labels[vertex];
        if (region < 0 || region >= names) continue;
        const key = `${p} ${vertex < nLeft ? 0 : 1} ${region}`;
        let part = parts.get(key);
        if (!part) {
          part = { pane, region, left: vertex < nLeft, count: 0, x: 0, y: 0, away: Infinity };
          parts.set(key, part);
        }
        part.count++;
        part.x += x;
        part.y += y;
        part.pixels = part.pixels || [];
        part.pixels.push(x, y);
      }
    }
  });
  for (const part of parts.values()) settle(part);
  return [...parts.values()];
}

// The region's own pixel that is nearest to its centre, so that a crescent keeps its name.
function settle(part) {
  const [cx, cy] = [part.x / part.count, part.y / part.count];
  for (let k = 0; k < part.pixels.length; k += 2) {
    const away = (part.pixels[k] - cx) ** 2 + (part.pixels[k + 1] - cy) ** 2;
    if (away < part.away) {
      part.away = away;
      part.x = part.pixels[k];
      part.y = part.pixels[k + 1];
    }
  }
  delete part.pixels;
}

class CortexLabels {
  constructor() {
    this.box = document.createElement("div");
    this.box.className = "names";
    this.box.setAttribute("aria-hidden", "true");
    this.measure = document.createElement("canvas").getContext("2d");
    this.measure.font = NAME_FONT;
    this.widths = new Map();
  }

  widthOf(name) {
    if (!this.widths.has(name)) this.widths.set(name, this.measure.measureText(name).width + 6);
    return this.widths.get(name);
  }

  hide() {
    this.box.classList.add("away");
  }

  // rank: region to 0 (must be named), 1, 2 ...; unit: page pixels per pixel of the small picture
  show(small, look) {
    const { labels, names, nLeft, rank, colourOf, unit, every } = look;
    const parts = visibleParts(small, labels, names.length, nLeft)
      .map((part) => {
        const own = rank(part.region);
        const width = this.widthOf(names[part.region]);
        return { ...part, rank: own, width: own < 2 ? 1.08 * width + 8 : width };
      })
      .filter((part) => (every || part.rank < 2) && part.count > 1)
      .sort((a, b) => a.rank - b.rank || b.count - a.count);
    const taken = [];
    const items = [];
    for (const part of parts) {
      const area = part.count * unit * unit;
      if (area < (part.rank === 2 ? 0.55 * part.width * HIGH : SEEN)) continue;
      const place = {
        x: (part.x + 0.5) * unit,
        y: (small.height - part.y - 0.5) * unit,
        w: part.width,
      };
      const [left, , w] = part.pane.rect.map((k) => k * unit);
      place.x = clamp(place.x, left + part.width / 2, left + w - part.width / 2);
      if (taken.some((other) => collide(place, other))) continue;
      taken.push(place);
      items.push(this.item(names[part.region], place, colourOf(part.region), part.rank));
    }
    this.box.replaceChildren(...items);
    this.box.classList.remove("away");
  }

  item(name, place, colour, rank) {
    const item = document.createElement("span");
    item.textContent = name;
    item.className = rank < 2 ? "name strong" : "name";
    item.style.left = `${place.x}px`;
    item.style.top = `${place.y}px`;
    if (colour) item.style.setProperty("--own", colour);
    return item;
  }
}

const collide = (a, b) =>
  Math.abs(a.x - b.x) < (a.w + b.w) / 2 && Math.abs(a.y - b.y) < HIGH + 1;
