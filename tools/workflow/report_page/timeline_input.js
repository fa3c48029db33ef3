// Pointer, wheel and keys on the time line's canvas.
const timelineInput = (canvas, view, picture, on) => {
  const pointers = new Map();
  let moved = 0, overview = false, outside = -Infinity;
  const place = event => { const box = canvas.getBoundingClientRect(); return { x: event.clientX - box.left, y: event.clientY - box.top }; };
  const centre = at => { const half = (view.to - view.from) / 2, tick = picture.overviewTick(at.x); view.set(tick - half, tick + half); };
  // A page that scrolls under the pointer must go on scrolling.
  window.addEventListener("wheel", event => { if (event.target !== canvas) outside = event.timeStamp; }, { passive: true });
  canvas.addEventListener("wheel", event => {
    if (event.timeStamp - outside < 400 && !event.ctrlKey) { outside = event.timeStamp; return; }
    const across = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    const changed = across ? view.pan((event.deltaX || event.deltaY) / 900) : view.zoom(Math.exp(Math.max(-240, Math.min(240, event.deltaY)) * 0.002), picture.tick(place(event).x));
    if (changed || event.ctrlKey) event.preventDefault();
  }, { passive: false });
  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
    if (pointers.size === 1) {
      moved = 0;
      overview = place(event).y < picture.overview;
      if (overview) centre(place(event));
    }
    canvas.classList.add("drag");
  });
  canvas.addEventListener("pointermove", event => {
    const now = place(event), before = pointers.get(event.pointerId);
    if (!before) return on.hover(now.x, now.y);
    pointers.set(event.pointerId, now);
    moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    on.leave();
    if (overview) return centre(now);
    if (pointers.size === 1) return void view.pan((before.x - now.x) / picture.plot().width);
    const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
    const was = Math.max(12, Math.abs(before.x - other.x)), is = Math.max(12, Math.abs(now.x - other.x));
    view.zoom(was / is, picture.tick((now.x + other.x) / 2));
  });
  const up = event => {
    if (!pointers.delete(event.pointerId) || pointers.size > 0) return;
    canvas.classList.remove("drag");
    const at = place(event);
    if (event.type === "pointerup" && moved < 5 && !overview) { on.click(at.x, at.y); on.hover(at.x, at.y); }
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", on.leave);
  canvas.addEventListener("keydown", event => {
    const act = { ArrowLeft: () => view.pan(-0.15), ArrowRight: () => view.pan(0.15), "+": () => view.zoom(0.6), "=": () => view.zoom(0.6), "-": () => view.zoom(1 / 0.6), Home: () => view.all() }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    act();
    event.preventDefault();
  });
};
