// How the controls, names and colour bar around the canvas look; colours follow the page.

const CORTEX_CSS = `
:host { display: block; min-width: 0; min-height: 0; color: inherit; }
.cortex { position: relative; width: 100%; height: 100%; display: flex; flex-direction: column;
  font: 12px/1.3 Inter, Roboto, Helvetica, Arial, sans-serif; transition: color 1ms; min-height: 0; }
.tools { display: flex; flex-wrap: wrap; gap: 3px 7px; align-items: center; flex: none; padding: 0 0 3px; }
.tools .group { display: inline-flex; border-radius: 6px; overflow: hidden;
  border: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
.tools button { all: unset; box-sizing: border-box; cursor: pointer; padding: 2px 5.5px; font-size: 11px;
  line-height: 17px; white-space: nowrap; color: inherit; }
.tools button + button { border-left: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
.tools button:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
.tools button[aria-pressed=true] { font-weight: 600;
  background: color-mix(in srgb, #0b6aa2 24%, transparent); }
.tools button:focus-visible { outline: 2px solid #e8590c; outline-offset: -2px; }
.tools input { width: 74px; height: 14px; margin: 0; accent-color: #0b6aa2; cursor: pointer; }
.stage { position: relative; flex: 1; min-height: 0; overflow: hidden; }
.stage canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; outline: none;
  touch-action: none; cursor: crosshair; }
.stage canvas.turning { cursor: grabbing; }
.stage canvas:focus-visible { outline: 2px solid #e8590c; outline-offset: -2px; border-radius: 4px; }
.stage img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
.names, .sides { position: absolute; inset: 0; pointer-events: none; overflow: hidden; }
.names { transition: opacity .12s; }
.names.away { opacity: 0; }
.name { position: absolute; transform: translate(-50%, -50%); white-space: nowrap; padding: 0 3px;
  font-size: 10.5px; font-weight: 600; line-height: 14px; color: #16191d; --own: #16191d;
  text-shadow: 0 0 2px #fffc, 0 0 3px #fffc, 0 0 4px #fffb, 0 0 5px #fff8; }
.dark .name { color: #fff; text-shadow: 0 0 2px #000d, 0 0 3px #000d, 0 0 4px #000c, 0 0 5px #0009; }
.name.strong { font-size: 11.5px; font-weight: 700; background: color-mix(in srgb, #fff 82%, transparent);
  border-radius: 4px; box-shadow: inset 0 0 0 1.5px var(--own); text-shadow: none; padding: 0 5px; }
.dark .name.strong { background: #16191dd9; }
.side { position: absolute; font-size: 10.5px; opacity: .62; padding: 2px 4px; letter-spacing: .01em; }
.tip { position: absolute; pointer-events: none; z-index: 3; display: none; white-space: nowrap;
  background: #1d2126f0; color: #fff; border-radius: 5px; padding: 3px 8px; font-size: 11.5px;
  box-shadow: 0 1px 5px #0005; }
.tip b { font-weight: 650; margin-right: 7px; }
.tip span { font-variant-numeric: tabular-nums; opacity: .92; }
.foot { display: flex; gap: 14px; align-items: center; flex: none; min-height: 31px; padding: 3px 2px 0; }
.scale { display: grid; grid-template-columns: auto minmax(120px, 210px) auto; gap: 0 7px;
  align-items: center; font-variant-numeric: tabular-nums; font-size: 11.5px; }
.ramp { position: relative; height: 11px; border-radius: 3px; touch-action: none;
  box-shadow: 0 0 0 1px color-mix(in srgb, currentColor 22%, transparent); }
.ramp canvas { position: absolute; inset: 0; width: 100%; height: 100%; border-radius: 3px; }
.ramp .mask { position: absolute; top: 0; bottom: 0; background: #8d9299; }
.ramp .grip { position: absolute; top: -4px; bottom: -4px; width: 13px; margin-left: -6.5px;
  cursor: ew-resize; outline: none; }
.ramp .grip::before { content: ""; position: absolute; left: 5px; right: 5px; top: 0; bottom: 0;
  border-radius: 2px; background: currentColor; }
.ramp .grip::after { content: ""; position: absolute; left: 2.5px; top: -3px;
  border: 4px solid transparent; border-top: 5px solid currentColor; border-bottom: 0; }
.ramp .grip:focus-visible::before { background: #e8590c; }
.quantity { font-size: 11.5px; opacity: .9; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.cut { font-size: 11px; opacity: .75; white-space: nowrap; font-variant-numeric: tabular-nums; }
.keys { display: flex; flex-wrap: wrap; gap: 1px 10px; font-size: 11px; max-height: 32px; overflow: hidden; }
.keys i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 4px;
  vertical-align: -1px; }
.note { margin-left: auto; font-size: 11px; font-weight: 600; white-space: nowrap; color: #fff;
  background: #b3470c; border-radius: 4px; padding: 1px 7px; }
.note:empty { display: none; }
.why { position: absolute; left: 4px; top: 2px; font-size: 12px; max-width: 95%; opacity: .85; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;
