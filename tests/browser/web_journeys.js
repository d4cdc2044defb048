// The local page in a real browser: stdin {url, pages: {NAME: html}}; stdout what was seen on each journey, and what axe-core,
// an HTML validator and the browser's console say of the pages. The tests judge it.
'use strict';
const fs = require('fs');
const { chromium } = require('playwright-core');
const { HtmlValidate, StaticConfigLoader } = require('html-validate');

const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-quic', '--disable-sync', '--no-first-run'];
const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const VALIDATOR = new HtmlValidate(new StaticConfigLoader({ extends: ['html-validate:standard', 'html-validate:a11y'] }));
const DESKTOP = { width: 1180, height: 900 };
const QUESTION = 'can i scroll instagram while im on the clock';
const NEXT_QUESTION = '416.8.5 (d)';
// Pages that have every colour between them.
const DARK = new Set(['answer', 'form', 'mistake']);
const MOST_TABS = 60;
const PATIENCE = 10000; // milliseconds

const focused = (page) =>
  page.evaluate(() => {
    const { tagName, id, textContent } = document.activeElement;
    return { tag: tagName.toLowerCase(), id, text: textContent.trim() };
  });

async function tabTo(page, wanted) {
  for (let pressed = 0; pressed < MOST_TABS; pressed += 1) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (wanted(at)) return at;
  }
  throw new Error(`no ${wanted} within ${MOST_TABS} tabs`);
}

const isBox = (at) => at.tag === 'textarea';
const isButton = (label) => (at) => at.tag === 'button' && at.text === label;
const shown = (page) => page.locator('.answer').last().innerText();

// Keys only, scripts off: skip link, question, answer, a button under it.
async function withoutScripts(page) {
  await page.keyboard.press('Tab');
  const first = await focused(page);
  await page.keyboard.press('Enter');
  const skipped = await focused(page);
  await tabTo(page, isBox);
  await page.keyboard.type(QUESTION);
  await tabTo(page, isButton('Ask'));
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  const answered = { at: await focused(page), title: await page.title(), text: await shown(page) };
  await tabTo(page, isButton('Ask a person'));
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  const pressed = { done: await page.locator('.done').innerText(), text: await shown(page) };
  return { first, skipped, answered, pressed, boxes: await page.locator('textarea').count() };
}

// Keys only, scripts on: the page stays, the exchanges are appended.
async function running(page) {
  await page.evaluate(() => (window.stayed = true));
  await tabTo(page, isBox);
  await page.keyboard.type(QUESTION);
  await page.keyboard.press('Enter');
  await page.locator('.exchange').nth(0).waitFor();
  const answered = { at: await focused(page), title: await page.title() };
  await tabTo(page, isButton('Ask a person'));
  await page.keyboard.press('Enter');
  await page.locator('.exchange').nth(1).waitFor();
  const pressed = await focused(page);
  await tabTo(page, isBox);
  const empty = await page.locator('textarea').inputValue();
  await page.keyboard.type('two');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('lines');
  const lines = await page.locator('textarea').inputValue();
  await page.locator('textarea').fill('   ');
  await page.keyboard.press('Enter');
  await page.locator('.exchange').nth(2).waitFor();
  return {
    answered,
    pressed,
    empty,
    lines,
    refused: await focused(page),
    stayed: await page.evaluate(() => window.stayed === true),
    texts: await page.locator('.exchange').allInnerTexts(),
    ids: await page.evaluate(() => [...document.querySelectorAll('[id]')].map((each) => each.id)),
    homes: await page.locator('.start').count(),
  };
}

// What the script sends is cut: the form goes as it would without it.
async function falling(page) {
  await page.route('**/*', (route) => (route.request().resourceType() === 'fetch' ? route.abort() : route.continue()));
  await page.evaluate(() => (window.stayed = true));
  await page.locator('textarea').fill(QUESTION);
  await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: 'Ask', exact: true }).click()]);
  const label = await page.locator('.row button').first().innerText();
  await Promise.all([page.waitForNavigation(), page.locator('.row button').first().click()]);
  return { stayed: await page.evaluate(() => window.stayed === true), label, done: await page.locator('.done').innerText() };
}

async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.target} ${node.failureSummary}`));
}

async function invalid(html) {
  const report = await VALIDATOR.validateString(html);
  return report.results.flatMap((result) => result.messages.map((each) => `${each.ruleId}: ${each.message} (line ${each.line})`));
}

// Every kind of page, and a conversation, for the checkers.
const PAGES = {
  home: async () => {},
  answer: (page) => ask(page, NEXT_QUESTION),
  choices: (page) => ask(page, '416.8.5.z'),
  'not covered': (page) => ask(page, 'how much vacation do i get after five years here'),
  form: async (page) => {
    await page.getByRole('button', { name: 'Forms', exact: true }).click();
    await page.getByRole('radio', { name: 'See which clauses a draft touches' }).check();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('radiogroup', { name: 'Where is it to be posted?' }).waitFor();
  },
  mistake: (page) => ask(page, '   '),
  conversation: async (page) => {
    await ask(page, 'how much vacation do i get after five years here');
    await ask(page, '   ');
    await ask(page, NEXT_QUESTION);
  },
  HR: async (page) => {
    await page.getByRole('radio', { name: 'HR', exact: true }).check();
    await page.getByRole('button', { name: 'Start over as this person' }).click();
    await page.getByRole('button', { name: 'Questions told to HR' }).click();
    await page.locator('.exchange').waitFor();
  },
};

async function ask(page, question) {
  const before = await page.locator('.exchange').count();
  await page.locator('form[data-asks] textarea').last().fill(question);
  await page.getByRole('button', { name: 'Ask', exact: true }).last().click();
  await page.locator('.exchange').nth(before).waitFor();
}

// How much wider than the window the page is, at 320 pixels, and at 640 with letters twice as large.
async function overflow(page) {
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await page.setViewportSize({ width: 320, height: 640 });
  const narrow = await wider();
  await page.setViewportSize({ width: 640, height: 640 });
  await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
  return [narrow, await wider()];
}

async function main({ url, pages }) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    chromiumSandbox: process.getuid() !== 0, // Chromium refuses its sandbox to root
    args: QUIET,
  });
  const said = [];
  const on = async (options, journey) => {
    const context = await browser.newContext({ viewport: DESKTOP, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('console', (line) => line.text().includes('status of 422') || said.push(line.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(url);
    const seen = await journey(page);
    await context.close();
    return seen;
  };
  const answer = { withoutScripts: await on({ javaScriptEnabled: false }, withoutScripts), running: await on({}, running) };
  Object.assign(answer, { axe: {}, html: {}, overflow: {} });
  for (const [name, go] of Object.entries(PAGES)) {
    for (const colorScheme of DARK.has(name) ? ['light', 'dark'] : ['light']) {
      answer.axe[`${name}, ${colorScheme}`] = await on({ colorScheme, reducedMotion: 'reduce' }, async (page) => {
        await go(page);
        const found = await violations(page);
        if (colorScheme === 'light') answer.overflow[name] = await overflow(page);
        return found;
      });
    }
  }
  for (const [name, html] of Object.entries(pages)) answer.html[name] = await invalid(html);
  answer.said = [...said]; // before the script is cut off, which the browser tells too
  answer.falling = await on({}, falling);
  await browser.close();
  return answer;
}

main(JSON.parse(fs.readFileSync(0, 'utf8'))).then(
  (answer) => fs.writeFileSync(1, JSON.stringify(answer)),
  (error) => {
    console.error(error.stack);
    process.exitCode = 1;
  },
);
