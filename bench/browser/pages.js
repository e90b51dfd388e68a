/** First loads and tables, ours and the peer's by the same words. */

const PATIENCE_MS = 120_000;

/** Open a page that counts what comes over the wire, and can wait frame by frame. */
export async function opened(
  browser,
  { size = { width: 1280, height: 800 } } = {},
) {
  const context = await browser.newContext({ viewport: size });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  const wire = { bytes: 0, calls: 0 };
  devtools.on("Network.loadingFinished", (event) => {
    wire.bytes += event.encodedDataLength;
    wire.calls++;
  });
  await page.addInitScript(() => {
    window.when = (test) =>
      new Promise((done) => {
        const look = () =>
          test() ? done(performance.now()) : requestAnimationFrame(look);
        look();
      });
  });
  return { page, devtools, wire };
}

/** Wait in the page until a test holds, frame by frame; give the page's clock, from navigation. */
export function whenTrue(page, test) {
  return page.evaluate(`window.when(${test})`);
}

/** The kilobytes that come, and the milliseconds until the page has its words. */
export async function firstLoad(browser, { url, ready }) {
  const { page, wire } = await opened(browser);
  await page.goto(url, { waitUntil: "commit" });
  const ms = await whenTrue(page, ready);
  await page
    .waitForLoadState("networkidle", { timeout: 10_000 })
    .catch(() => {});
  return { ms, kB: wire.bytes / 1000, calls: wire.calls };
}

/** Until the rows are there, and until a scroll answers with other rows. */
export async function table(browser, { url, rows, scroller, screens = 40 }) {
  const { page, wire } = await opened(browser);
  await page.goto(url, { waitUntil: "commit" });
  const words = `[...document.querySelectorAll(${JSON.stringify(rows)})].map((row) => row.textContent)`;
  const isThere = `() => ${words}.filter((text) => /run-\\d+/.test(text)).length >= 10`;
  const ms = await whenTrue(page, isThere);
  const kB = wire.bytes / 1000;
  await page.waitForTimeout(500);
  const scroll = await page.evaluate(`(async () => {
    const texts = () => ${words}.join()
    const area = document.querySelector(${JSON.stringify(scroller)})
    if (!area) return { answer: null, frames: null }
    const before = texts()
    const began = performance.now()
    area.scrollTop += area.clientHeight * 3
    const isOther = () => texts() !== before && /run-\\d+/.test(texts())
    const never = new Promise((done) => setTimeout(() => done(null), 3000))
    // A table that has all of its rows on the page has no others to show.
    const shown = await Promise.race([window.when(isOther), never])
    const answer = shown === null ? null : shown - began
    const times = []
    for (let i = 0; i < ${screens}; i++) {
      area.scrollTop += area.clientHeight / 4
      times.push(await new Promise(requestAnimationFrame))
    }
    const whole = times.at(-1) - times[0]
    return { answer, frames: (times.length - 1) / (whole / 1000) }
  })()`);
  return { ms, kB, scrollMs: scroll.answer, scrollFrames: scroll.frames };
}
