// The interactive page of the sandbox, in a browser: launches a contact enrichment and
// finds its person by clicking. The console must stay free of errors, and the page must
// send no request to any other server.
//
//     node docs.mjs BROWSER SANDBOX_URL

import assert from "node:assert/strict";

import puppeteer from "puppeteer-core";

const [browserPath, url] = process.argv.slice(2);

/** Opens an operation and returns its block. */
async function opened(page, id) {
  const block = await page.waitForSelector(`[id$="-${id}"]`);
  await (await block.$(".opblock-summary-control")).click();
  await block.waitForSelector("button.execute");
  return block;
}

/** Executes the operation and returns the status and the body of its response. */
async function executed(block) {
  await (await block.$("button.execute")).click();
  const row = await block.waitForSelector(".live-responses-table tbody tr.response");
  const text = async (selector) =>
    (await row.waitForSelector(selector)).evaluate((element) => element.textContent);
  const status = (await text(".response-col_status")).trim();
  const body = await text(".response-col_description .highlight-code code");
  return { status: status.slice(0, 3), body: JSON.parse(body) };
}

/** Replaces the text of an input. */
async function type(block, selector, text) {
  const input = await block.waitForSelector(selector);
  await input.click({ count: 3 });
  await input.type(text);
}

async function check(page) {
  await page.goto(`${url}/docs`, { waitUntil: "networkidle0" });
  const operations = await page.$$(".opblock");
  // The webhooks of the description are listed as well.
  assert.ok(operations.length >= 24, `${operations.length} operations are shown`);

  const launcher = await opened(page, "launchContactEnrichment");
  const launched = await executed(launcher);
  assert.equal(launched.status, "200", JSON.stringify(launched.body));

  const finder = await opened(page, "findContactEnrichment");
  await type(finder, '[data-param-name="job_id"] input', launched.body.job_id);
  const found = await executed(finder);
  assert.equal(found.status, "200", JSON.stringify(found.body));
  assert.equal(found.body.status, "SUCCEEDED");
  assert.equal(found.body.output.person.first_name, "Jane");

  // The page contains the master key, so that keys can be managed.
  const keys = await executed(await opened(page, "listApiKeys"));
  assert.equal(keys.status, "200", JSON.stringify(keys.body));
  return operations.length;
}

const browser = await puppeteer.launch({
  executablePath: browserPath,
  // Containers often lack what the browser's own sandbox needs; only our page is opened.
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  const problems = [];
  page.on("console", (message) => {
    if (["error", "assert"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    const target = request.url();
    if (!target.startsWith(url) && !target.startsWith("data:")) problems.push(`request to ${target}`);
  });
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`));
  const shown = await check(page);
  assert.deepEqual(problems, []);
  console.log(`docs: ${shown} operations, a contact launched and found by clicking`);
} finally {
  await browser.close();
}
