/** Looks at pages in headless Chromium and tells, a line of JSON each, what it measured. */

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { charts, growing, long } from "./charts.js";
import { firstLoad, table } from "./pages.js";

const require = createRequire(
  new URL("../../ui/package.json", import.meta.url),
);
const { chromium } = require("playwright-core");

const DOES = { firstLoad, table, charts, long, growing };
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--js-flags=--expose-gc",
];

const tasks = JSON.parse(readFileSync(0, "utf8"));
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
for (const task of tasks) {
  // A browser of its own: nothing is in its caches, and nothing else is in its memory.
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  try {
    const figures = await DOES[task.does](browser, task);
    process.stdout.write(`${JSON.stringify({ name: task.name, figures })}\n`);
  } catch (error) {
    process.stdout.write(
      `${JSON.stringify({ name: task.name, error: String(error) })}\n`,
    );
  } finally {
    await browser.close();
  }
}
