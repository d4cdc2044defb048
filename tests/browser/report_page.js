// The pages of reports in a real browser: stdin {url, left, receipt}; stdout what was seen by keyboard alone, with and without
// scripts, and what axe-core, an HTML validator and the console say. The tests judge it.
'use strict';
const fs = require('fs');
const { chromium } = require('playwright-core');
const { HtmlValidate, StaticConfigLoader } = require('html-validate');
const { input, run } = require('./shared');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const VALIDATOR = new HtmlValidate(new StaticConfigLoader({ extends: ['html-validate:standard', 'html-validate:a11y'] }));
const PHONE = { width: 375, height: 740 };
const FILE = { name: 'IMG CANARYNAME.txt', mimeType: 'text/plain', buffer: Buffer.from('words') };
// Pages that have every colour between them.
const DARK = new Set(['form', 'refused']);
const PATIENCE = 20000; // milliseconds

const send = (page) => Promise.all([page.waitForNavigation(), page.locator('button.main').press('Enter')]);

async function fill(page) {
  await page.fill('#note-f2', 'A page of the Parks shows children by name.');
  for (const id of ['f1', 'f5-2', 'f6', 'f7', 'f8']) await page.locator(`#note-${id}`).press('Space');
}

// Writes, reads what is promised, sends, and comes back; at each page it tells what it is given.
async function journey(page, { url, receipt }, at) {
  await page.goto(`${url}/report`);
  await at('form');
  await fill(page);
  await send(page);
  await at('promise');
  await page.setInputFiles('#files', [{ ...FILE, buffer: Buffer.from('PK\x03\x04') }]);
  await send(page);
  await at('refused');
  await page.setInputFiles('#files', [FILE]);
  await send(page);
  await at('receipt');
  await page.goto(`${url}/receipt`);
  await at('back');
  await page.fill('#note_back-f1', receipt);
  await send(page);
  await at('behind');
}

run(async () => {
  const given = input();
  const sandbox = process.getuid() !== 0; // Chromium refuses its sandbox to root
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, chromiumSandbox: sandbox });
  const found = { said: [], asked: [], cookies: [], titles: [], axe: {}, html: {}, wider: {} };
  const open = async (options) => {
    const context = await browser.newContext({ viewport: PHONE, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('console', (line) => found.said.push(line.text()));
    page.on('pageerror', (error) => found.said.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(given.url) && !request.url().startsWith('data:')) found.asked.push(request.url());
    });
    return { context, page };
  };
  try {
    const plain = await open({ javaScriptEnabled: false });
    await journey(plain.page, given, async (name) => {
      const html = await (await plain.page.request.get(plain.page.url().split('#')[0])).text();
      const results = name === 'form' || name === 'back' ? VALIDATOR.validateStringSync(html).results : [];
      found.html[name] = results.flatMap((result) => result.messages.map((each) => `${each.ruleId}: ${each.message}`));
      found.titles.push(await plain.page.title());
    });
    found.withoutScripts = await plain.page.locator('#answer').innerText();

    const scripted = await open({});
    await journey(scripted.page, given, async (name) => {
      found.wider[name] = await scripted.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    });
    found.withScripts = await scripted.page.locator('#answer').innerText();
    found.cookies = await scripted.context.cookies();
    await scripted.page.goto(`${given.url}/report`);
    const before = await scripted.page.evaluate(() => history.length);
    found.asked = found.asked.filter((each) => each !== given.left);
    await scripted.page.route(given.left, (route) => route.fulfill({ body: 'elsewhere' }));
    await Promise.all([scripted.page.waitForURL(given.left), scripted.page.click('#leave')]);
    found.left = { at: scripted.page.url(), more: (await scripted.page.evaluate(() => history.length)) - before };

    for (const colorScheme of ['light', 'dark']) {
      const seen = await open({ colorScheme, bypassCSP: true });
      await journey(seen.page, given, async (name) => {
        if (colorScheme === 'dark' && !DARK.has(name)) return;
        await seen.page.evaluate(AXE);
        const { violations } = await seen.page.evaluate(() => window.axe.run());
        found.axe[`${name}, ${colorScheme}`] = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
      });
    }
    found.asked = found.asked.filter((each) => each !== given.left);
    return found;
  } finally {
    await browser.close();
  }
});
