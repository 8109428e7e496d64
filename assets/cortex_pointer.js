// Drag, wheel, pinch, hover and click on the canvas.

const MOVED = 4; // pixels that make a drag of a click
const TURN = 0.009; // radians per pixel
const NEAREST = 12; // times that one may zoom in
const FARTHEST = 0.5;

// host: {state, panes(), ratio(), alive(), redraw(), hover(pixel, event), leave(), click(pixel,
// event), clear()}. Answers {busy(), stop()}.
function followPointer(canvas, host) {
  const pointers = new Map();
  let [dragging, pinch, hovering] = [null, 0, 0];

  function pixelOf(event) {
    const around = canvas.getBoundingClientRect();
    const x = (event.clientX - around.left) * (canvas.width / around.width);
    const y = (event.clientY - around.top) * (canvas.height / around.height);
    return [x, canvas.height - y];
  }

  // What is under the pointer stays there; in a right hemisphere's picture the shift is mirrored.
  function zoomAt(pixel, factor) {
    const { camera } = host.state;
    const pane = paneAt(host.panes(), ...pixel);
    const zoom = clamp(camera.zoom * factor, FARTHEST, NEAREST);
    if (pane) {
      const [x, y, w, h] = pane.rect;
      const shrink = camera.zoom / (pane.scale * zoom) - 1 / pane.scale;
      camera.pan = [
        camera.pan[0] + pane.side * (pixel[0] - x - w / 2) * shrink,
        camera.pan[1] + (pixel[1] - y - h / 2) * shrink,
      ];
    }
    camera.zoom = zoom;
    host.redraw();
  }

  function drag(event) {
    const { pane, last, pan } = dragging;
    const [dx, dy] = [event.clientX - last[0], event.clientY - last[1]];
    dragging.last = [event.clientX, event.clientY];
    const { camera, shape } = host.state;
    if (pan || shape > 2.5) {
      const perPixel = host.ratio() / pane.scale;
      camera.pan = [camera.pan[0] + pane.side * dx * perPixel, camera.pan[1] - dy * perPixel];
    } else {
      camera.turn = multiply3(dragTurn(pane.side * dx * TURN, dy * TURN), camera.turn);
    }
    host.redraw();
  }

  const spread = () => {
    const [a, b] = [...pointers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  };

  function leave() {
    cancelAnimationFrame(hovering);
    hovering = 0;
    host.leave();
  }

  function down(event) {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event);
    leave();
    if (pointers.size === 2) pinch = spread();
    const pane = paneAt(host.panes(), ...pixelOf(event)) ?? host.panes()[0];
    if (!pane) return;
    const from = [event.clientX, event.clientY];
    const pan = event.button === 2 || event.ctrlKey || event.metaKey;
    dragging = { from, last: from, pane, pan, far: pointers.size > 1 };
  }

  function move(event) {
    if (!dragging) {
      if (event.pointerType === "touch") return;
      cancelAnimationFrame(hovering);
      hovering = requestAnimationFrame(() => {
        hovering = 0;
        if (host.alive()) host.hover(pixelOf(event), event);
      });
      return;
    }
    pointers.set(event.pointerId, event);
    if (pointers.size === 2) {
      const now = spread();
      if (pinch) zoomAt(pixelOf(event), now / pinch);
      pinch = now;
      return;
    }
    const away = Math.hypot(event.clientX - dragging.from[0], event.clientY - dragging.from[1]);
    if (!dragging.far && away < MOVED) return;
    dragging.far = true;
    canvas.classList.add("turning");
    drag(event);
  }

  function up(event) {
    pointers.delete(event.pointerId);
    if (pointers.size) return;
    const was = dragging;
    dragging = null;
    canvas.classList.remove("turning");
    if (!was || !host.alive()) return;
    if (was.far || event.button !== 0) host.redraw();
    else host.click(pixelOf(event), event);
  }

  const listen = {
    pointerdown: down,
    pointermove: move,
    pointerup: up,
    pointercancel: (event) => {
      pointers.delete(event.pointerId);
      dragging = null;
    },
    pointerleave: leave,
    contextmenu: (event) => event.preventDefault(),
    dblclick: host.clear,
    wheel: (event) => {
      event.preventDefault();
      zoomAt(pixelOf(event), Math.exp(-clamp(event.deltaY, -120, 120) * 0.0022));
    },
  };
  for (const [name, act] of Object.entries(listen)) {
    canvas.addEventListener(name, act, { passive: false });
  }
  return { busy: () => Boolean(dragging), stop: () => cancelAnimationFrame(hovering) };
}
