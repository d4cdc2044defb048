// What the scripts share: input and output, fonts, and a headless Chromium that reaches no network.
'use strict';
const fs = require('fs');
const path = require('path');

const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-quic', '--disable-sync', '--no-first-run'];
// A picture is taken of the element with this id, at twice the size, so that text is sharp.
const FRAME = 'frame';
const VIEWPORT = { width: 800, height: 900 };

const input = () => JSON.parse(fs.readFileSync(0, 'utf8'));
const output = (answer) => fs.writeFileSync(1, JSON.stringify(answer));
const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

// The bot's picture beside its name.
const FACE = `<img class="face" alt="" src="${process.env.ICON}">`;

// The folder of an installed package.
const folder = (name) => path.dirname(require.resolve(`${name}/package.json`));

// A style sheet with the font's own bytes in it: pictures look the same on every machine.
function font(family, weights) {
  const name = family.toLowerCase().replace(/ /g, '-');
  const face = (weight, style) => {
    const bytes = fs.readFileSync(path.join(folder(`@fontsource/${name}`), 'files', `${name}-latin-${weight}-${style}.woff2`));
    return `@font-face { font-family: '${family}'; font-weight: ${weight}; font-style: ${style};
      src: url(data:font/woff2;base64,${bytes.toString('base64')}) format('woff2'); }`;
  };
  return weights.flatMap((weight) => [face(weight, 'normal'), face(weight, 'italic')]).join('\n');
}

// Calls `each(page, payload)` for every named payload on a page of its own; it sets the page's content and gives more to
// tell. Answers for each name what went wrong, the text that is shown, and that; with a folder `out`, NAME.png is there too.
async function pictures(payloads, out, each) {
  const { chromium } = require('playwright-core'); // here, since not every script needs it
  const sandbox = process.getuid() !== 0; // Chromium refuses its sandbox to root
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, chromiumSandbox: sandbox, args: QUIET });
  try {
    const context = await browser.newContext({ viewport: VIEWPORT, deviceScaleFactor: 2, offline: true });
    const answers = {};
    for (const [name, payload] of Object.entries(payloads)) {
      answers[name] = await picture(await context.newPage(), payload, out && path.join(out, `${name}.png`), each);
    }
    return answers;
  } finally {
    await browser.close();
  }
}

async function picture(page, payload, file, each) {
  const problems = [];
  page.on('pageerror', (error) => problems.push(`the page failed: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) problems.push(`the page asked for ${request.url()}`);
  });
  const told = await each(page, payload);
  await page.evaluate(() => document.fonts.ready.then(() => null));
  const frame = page.locator(`#${FRAME}`);
  if (file) await frame.screenshot({ path: file });
  const text = await frame.innerText();
  await page.close();
  return { problems, text, ...told };
}

// Runs a script's work; where it fails, the reason goes to stderr and the exit code is 1.
function run(work) {
  work().then(output, (error) => {
    console.error(error.stack);
    process.exitCode = 1;
  });
}

module.exports = { FACE, FRAME, escaped, folder, font, input, pictures, run };
