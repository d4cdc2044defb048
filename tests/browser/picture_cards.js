// Adaptive Cards as pictures: stdin {NAME: a card, a message or a dialog}, or {said, shown} to begin with a question;
// stdout {NAME: {problems, text, events}}, with buttons that are cut among the events; NAME.png in the folder that is the
// argument, where there is one.
'use strict';
const path = require('path');
const { RENDERER, events, parts } = require('./cards');
const { folder, input, pictures, run } = require('./shared');
const { HOST, page } = require('./teams_frames');

const MARKDOWN = path.join(folder('markdown-it'), 'dist', 'browser', 'markdown-it.umd.min.js');
// Teams' part of Markdown: no headings, tables, images, code or quotes.
const RULES = ['emphasis', 'entity', 'escape', 'link', 'list', 'newline'];

// Runs in the page: fills the element "card"; gives the titles of buttons that have not room enough.
function draw({ card, host, rules }) {
  const { AdaptiveCard, HostConfig } = window.AdaptiveCards;
  const markdown = window.markdownit('zero').enable(rules);
  AdaptiveCard.onProcessMarkdown = (text, result) => Object.assign(result, { outputHtml: markdown.render(text), didProcess: true });
  const drawn = new AdaptiveCard();
  drawn.hostConfig = new HostConfig(host);
  drawn.parse(card);
  document.getElementById('card').replaceChildren(drawn.render() ?? '');
  const cut = (part) => part.scrollWidth > part.clientWidth && part.clientWidth > 0;
  const buttons = [...document.querySelectorAll('.ac-pushButton')];
  return buttons.filter((button) => [button, ...button.querySelectorAll('*')].some(cut)).map((button) => button.innerText);
}

run(() =>
  pictures(input(), process.argv[2], async (tab, given) => {
    const { said, shown } = given.shown ? given : { shown: given };
    const { card, ...around } = parts(shown);
    await tab.setContent(page(around, said));
    await tab.addScriptTag({ path: RENDERER });
    await tab.addScriptTag({ path: MARKDOWN });
    const cut = await tab.evaluate(draw, { card, host: HOST, rules: RULES });
    return { events: [...events(card), ...cut.map((title) => `The button "${title}" is cut.`)] };
  }),
);
