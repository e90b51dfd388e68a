/** Charts of many runs: drawn, moved, zoomed, and written to for an hour. */

import { opened, whenTrue } from "./pages.js";

const EXACT = `(() => {
  const pictures = [...document.querySelectorAll('.picture')]
  return pictures.filter((one) => one.dataset.exact === 'true').length
})()`;
const PAN_MS = 3000;

/** Until all charts show their exact lines. */
export async function charts(browser, { url, count, size }) {
  const { page, wire } = await opened(browser, { size });
  await page.goto(url, { waitUntil: "commit" });
  const ms = await whenTrue(page, `() => ${EXACT} >= ${count}`);
  return { ms, kB: wire.bytes / 1000 };
}

/** Frames a second while a chart is moved by the mouse, and how long its exact picture takes. */
export async function long(browser, { url }) {
  const { page } = await opened(browser);
  await page.goto(url, { waitUntil: "commit" });
  const ms = await whenTrue(page, `() => ${EXACT} >= 1`);
  const found = { ms, zooms: [], frames: [], worst: [], redraws: [] };
  const box = await page.locator(".u-over").last().boundingBox();
  const at = (share) => [box.x + box.width * share, box.y + box.height / 2];
  for (const [from, to] of ZOOMS) {
    found.zooms.push(
      await drawnAfter(page, () => drag(page, at(from), at(to))),
    );
    for (const way of [-1, 1]) {
      const redraw = await drawnAfter(page, async () => {
        await page.evaluate(COUNT_FRAMES);
        await pan(page, at(0.5), way);
        const { frames, worst } = await page.evaluate(() => window.counted());
        found.frames.push(frames);
        found.worst.push(worst);
      });
      found.redraws.push(redraw);
    }
  }
  return found;
}

const ZOOMS = [
  [0.3, 0.7],
  [0.35, 0.65],
  [0.4, 0.6],
];
const COUNT_FRAMES = `(() => {
  const times = []
  let isCounting = true
  const count = (time) => {
    times.push(time)
    if (isCounting) requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
  window.counted = () => {
    isCounting = false
    const steps = times.slice(1).map((time, i) => time - times[i])
    return { frames: steps.length / ((times.at(-1) - times[0]) / 1000), worst: Math.max(...steps) }
  }
})()`;

async function drag(page, from, to) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move(...to, { steps: 5 });
  await page.mouse.up();
}

/** Move the chart as a hand does, for some seconds. */
async function pan(page, from, way) {
  const [x, y] = from;
  const until = Date.now() + PAN_MS;
  await page.keyboard.down("Shift");
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let moved = 0; Date.now() < until; moved += 6 * way)
    await page.mouse.move(x + moved, y);
  // Counting ends before the hand comes off: what follows is the exact picture.
  await page.evaluate(
    () =>
      (window.counted = (
        (told) => () =>
          told
      )(window.counted())),
  );
  await page.mouse.up();
  await page.keyboard.up("Shift");
}

/** Give how long after the hand has come off the exact picture is there, in milliseconds. */
async function drawnAfter(page, act) {
  await page.evaluate(() => {
    window.exactAfter = new Promise((done) => {
      const look = (from) => {
        const pictures = [...document.querySelectorAll(".picture")];
        const isExact = pictures.at(-1)?.dataset.exact === "true";
        if (isExact) done(performance.now() - from);
        else requestAnimationFrame(() => look(from));
      };
      const up = () => {
        const from = performance.now();
        requestAnimationFrame(() => requestAnimationFrame(() => look(from)));
      };
      window.addEventListener("pointerup", up, { once: true, capture: true });
    });
  });
  await act();
  return page.evaluate(() => window.exactAfter);
}

/** What the tab's memory is while runs write: so many updates as an hour has, one upon the other. */
export async function growing(browser, { url, write, runs, updates }) {
  const { page, devtools } = await opened(browser);
  await page.addInitScript(QUICK_EVENTS);
  await page.goto(url, { waitUntil: "commit" });
  await whenTrue(page, `() => ${EXACT} >= 1`);
  const held = [];
  const every = Math.ceil(updates / 8);
  for (let turn = 0; turn < updates; turn++) {
    if (turn % every === 0) held.push(await heap(devtools));
    const step = 100 + turn;
    const told = await Promise.all(
      runs.map((run, i) => written(write, run, step, i)),
    );
    await page.evaluate(
      ([all, points]) => window.tell(all, points),
      [told, step + 1],
    );
    if (turn % 20 === 0) await whenTrue(page, `() => ${EXACT} >= 1`);
  }
  await whenTrue(page, `() => ${EXACT} >= 1`);
  held.push(await heap(devtools));
  return { heldMB: held.map((bytes) => bytes / 1e6) };
}

async function written(write, run, step, place) {
  const value = Math.exp(-step / 2000) + place / 10 + Math.random() / 50;
  const metrics = [
    { key: "loss", value, timestamp: 1_700_000_000_000 + step * 500, step },
  ];
  const answer = await fetch(write, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ run_id: run, metrics }),
  });
  if (!answer.ok)
    throw new Error(`${write}: ${answer.status} ${await answer.text()}`);
  return run;
}

async function heap(devtools) {
  await devtools.send("HeapProfiler.collectGarbage");
  const {
    usedSize,
    embedderHeapUsedSize = 0,
    backingStorageSize = 0,
  } = await devtools.send("Runtime.getHeapUsage");
  return usedSize + embedderHeapUsedSize + backingStorageSize;
}

/** The hub tells twice a second at most: here each update is told the moment that it is written. */
const QUICK_EVENTS = `(() => {
  const sources = new Set()
  window.EventSource = class extends EventTarget {
    constructor() {
      super()
      sources.add(this)
      setTimeout(() => this.onopen?.())
    }
    close() {
      sources.delete(this)
    }
  }
  window.tell = (runs, points) => {
    for (const id of runs) {
      const state = { id, project: 'growing', step: 'run', status: 'running' }
      const data = JSON.stringify({ ...state, created_at: 1, ended_at: null, points })
      for (const one of sources) one.dispatchEvent(new MessageEvent('run', { data }))
    }
  }
})()`;
