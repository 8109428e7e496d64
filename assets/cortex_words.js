// What the canvas says in words: the note at the pointer, and the selection for screen readers.

const regionAt = (model, vertex) => (vertex < model.labels.length ? model.labels[vertex] : -1);
const regionName = (model, region) => (region < 0 ? "" : model.region_names[region] ?? "");

function valueText(model, vertex) {
  const value = vertex < model.values.length ? model.values[vertex] : NaN;
  if (!Number.isFinite(value)) return "no value";
  if (model.categories.length) return model.categories[Math.round(value)] ?? "";
  return `${numberText(value, model.digits)} ${model.unit}`;
}

// Fills the note and puts it beside the pointer, within the stage.
function showTip(tip, model, { vertex, electrode }, event, around) {
  tip.replaceChildren();
  if (electrode >= 0) {
    const value = numberText(model.electrode_values[electrode], model.digits);
    tip.append(make("b", "", model.electrode_names[electrode] ?? `electrode ${electrode}`));
    tip.append(make("span", "", `${value} ${model.unit}`));
  } else if (vertex >= 0) {
    const region = regionName(model, regionAt(model, vertex));
    if (region) tip.append(make("b", "", region));
    tip.append(make("span", "", valueText(model, vertex)));
  }
  tip.style.display = tip.childNodes.length ? "block" : "none";
  const [x, y] = [event.clientX - around.left, event.clientY - around.top];
  const room = around.width - tip.offsetWidth - 4;
  tip.style.left = `${clamp(x + 14, 2, Math.max(2, room))}px`;
  const above = y - tip.offsetHeight - 10;
  tip.style.top = `${above > 0 ? above : y + 16}px`;
}

function selectionText(model, mesh) {
  const parts = [];
  if (model.region >= 0) parts.push(`region ${regionName(model, model.region) || model.region}`);
  if (mesh && model.vertex >= 0) {
    const own = regionName(model, regionAt(model, model.vertex));
    const side = SIDES[hemiOf(mesh, model.vertex)];
    parts.push(`vertex ${model.vertex}, ${side} hemisphere${own ? `, in ${own}` : ""}, `
      + valueText(model, model.vertex));
  }
  if (model.electrode >= 0) {
    parts.push(`electrode ${model.electrode_names[model.electrode] ?? model.electrode}`);
  }
  return parts.length ? `Selected: ${parts.join("; ")}` : "Nothing selected";
}
