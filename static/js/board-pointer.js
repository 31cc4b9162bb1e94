// Moving cards with a mouse, a pen or a finger. A finger has to rest first, so that it can scroll.
// Ctrl takes a copy, Alt changes places with the card below, an empty spot is drawn into.

import { COPY, DRAW, Hand, MOVE } from "./board-hand.js";

const REST_MS = 350;
const SLACK = 5;
const EDGE = 48;
const FASTEST = 18;
const EDGES = { mouse: 7, pen: 9, touch: 14 };
export const FRAME = "board-frame";

export function bindPointer(desk) {
  const { grid, board, cards } = desk;
  let held = null;

  function begin(event, session, box) {
    const edge = EDGES[event.pointerType] ?? EDGES.mouse;
    const placed = session.start !== null;
    const sizable = placed && box.height > 2.5 * edge && !event.ctrlKey;
    held = {
      session,
      target: event.target,
      id: event.pointerId,
      touch: event.pointerType === "touch",
      from: { x: event.clientX, y: event.clientY },
      x: event.clientX,
      y: event.clientY,
      grab: placed ? event.clientY - box.top : 10,
      bottom: sizable && box.bottom - event.clientY < edge,
      top: sizable && event.clientY - box.top < edge,
      kind: event.ctrlKey || event.metaKey ? COPY : MOVE,
      alt: event.altKey,
      moved: false,
    };
    if (held.touch) held.timer = setTimeout(lift, REST_MS);
  }

  /** A new session is drawn downwards from where the pointer went down. */
  function beginDrawing(event, lane) {
    grid.measure();
    const minute = Math.floor(grid.at(event.clientX, event.clientY).minute / grid.step) * grid.step;
    const sketch = desk.sketch(lane, minute, grid.step);
    if (!sketch) return;
    begin(event, sketch, { top: 0, bottom: 0, height: 0 });
    Object.assign(held, { kind: DRAW, lane, bottom: true });
  }

  function lift() {
    if (!held || desk.hand) return;
    clearTimeout(held.timer);
    performance.clearMeasures(FRAME);
    held.target.setPointerCapture?.(held.id);
    const hand = new Hand(desk, held.session, held.kind);
    hand.pointer = true;
    desk.lift(hand);
    held.loop = requestAnimationFrame(frame);
  }

  /** One frame: everything is arithmetic on what was measured, and one write of a transform. */
  function frame() {
    if (!held || !desk.hand) return;
    const start = performance.now();
    if (scrollAtEdges() || held.moved) {
      held.moved = false;
      if (follow()) desk.carried();
      performance.measure(FRAME, { start, end: performance.now() });
    }
    held.loop = requestAnimationFrame(frame);
  }

  function follow() {
    const { hand } = desk;
    const spot = grid.at(held.x, held.y);
    if (held.bottom && spot.minute !== null) return hand.resize(grid.snap(spot.minute));
    if (held.top && spot.minute !== null) return hand.resizeTop(grid.snap(spot.minute));
    if (held.bottom || held.top) return false;
    if (spot.minute === null) return hand.to(spot.lane, 0, hand.length) || hand.over(null);
    const below = held.alt && held.kind === MOVE ? under(spot) : null;
    const start = grid.snap(spot.minute - held.grab / grid.unit);
    const turned = hand.over(below);
    return hand.to(spot.lane, start, hand.length) || turned;
  }

  function under({ lane, minute }) {
    return grid
      .sessionsIn(lane)
      .find((other) => other.start <= minute && minute < other.end && other !== held.session);
  }

  /** Near an edge the board scrolls, and beyond the board the page; faster nearer to the edge. */
  function scrollAtEdges() {
    const { left, right, top, bottom } = grid.frame;
    const speed = (low, high, at) => {
      const over = at < low + EDGE ? at - low - EDGE : at > high - EDGE ? at - high + EDGE : 0;
      return Math.max(-1, Math.min(1, over / EDGE)) * FASTEST;
    };
    const overTray = grid.at(held.x, held.y).minute === null;
    const x = overTray ? 0 : speed(left, right, held.x);
    const y = overTray ? 0 : speed(top, bottom, held.y);
    if (!x && !y) return false;
    grid.scroll.scrollBy(x, y);
    return true;
  }

  function finish(drop) {
    if (!held) return;
    clearTimeout(held.timer);
    cancelAnimationFrame(held.loop);
    if (drop && desk.hand && held.moved) follow();
    held = null;
    if (!desk.hand) return;
    desk.suppressClick();
    if (drop) desk.drop();
    else desk.putBack();
  }

  board.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || desk.layout !== "grid" || desk.hand) return;
    const card = event.target.closest("[data-card]");
    if (card) {
      const session = cards.session(card);
      if (desk.mayLift(session)) begin(event, session, card.getBoundingClientRect());
      return;
    }
    const lane = event.target.closest("[data-lane]:not([data-tray])");
    if (!lane || event.pointerType !== "mouse" || event.target.closest("[data-cell]")) return;
    event.preventDefault();
    beginDrawing(event, lane);
  });

  board.addEventListener("click", (event) => {
    const lane = event.target.closest("[data-lane]:not([data-tray])");
    const empty = lane && desk.layout === "grid" && !event.target.closest("button");
    if (!empty || desk.clickSuppressed()) return;
    grid.measure();
    desk.keys.point(lane, grid.at(event.clientX, event.clientY).minute);
  });

  document.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.id) return;
    const away = Math.hypot(event.clientX - held.from.x, event.clientY - held.from.y);
    held.x = event.clientX;
    held.y = event.clientY;
    held.alt = event.altKey;
    held.moved = true;
    if (desk.hand) return;
    if (held.touch && away > SLACK * 2) finish(false);
    else if (!held.touch && away > SLACK) lift();
  });

  document.addEventListener("pointerup", (event) => {
    if (held && event.pointerId === held.id) finish(true);
  });
  document.addEventListener("pointercancel", (event) => {
    if (held && event.pointerId === held.id) finish(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && held && desk.hand) finish(false);
    if (event.key === "Alt" && held) event.preventDefault();
  });
  grid.scroll.addEventListener(
    "scroll",
    () => {
      if (desk.hand) grid.scrolled = { x: grid.scroll.scrollLeft, y: grid.scroll.scrollTop };
    },
    { passive: true },
  );
  for (const name of ["scroll", "resize"]) {
    window.addEventListener(name, () => desk.hand && grid.measure(), { passive: true });
  }
  board.addEventListener(
    "touchmove",
    (event) => {
      if (held && desk.hand) event.preventDefault();
    },
    { passive: false },
  );
  board.addEventListener("contextmenu", (event) => {
    if (held?.touch) event.preventDefault();
  });
}
