// Block Kit as pictures: stdin {NAME: a view, a message or a list of blocks}, or {said, shown} to begin with a question;
// stdout {NAME: {problems, text}}; NAME.png in the folder that is the argument, where there is one.
'use strict';
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const { createElement } = require('react');
const { renderToStaticMarkup } = require('react-dom/server');
const { escaped, folder, input, pictures, run } = require('./shared');
const { page } = require('./slack_frames');

const DIST = path.join(folder('slack-blocks-to-jsx'), 'dist');
const SHEET = fs.readFileSync(path.join(DIST, 'style.css'), 'utf8');
// The renderer takes plain text for markup, and "&lt;" for the sign that opens a mention; Slack does neither. Such signs
// travel through it as private ones.
const PRIVATE = 0xe000;
const hidden = (text, signs) => text.replace(signs, (sign) => String.fromCharCode(PRIVATE + sign.charCodeAt(0)));
const shown = (html) => html.replace(/[\ue000-\ue07f]/g, (sign) => escaped(String.fromCharCode(sign.charCodeAt(0) - PRIVATE)));
const entities = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

function literal(part) {
  if (Array.isArray(part)) return part.map(literal);
  if (part === null || typeof part !== 'object') return part;
  const copy = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, literal(value)]));
  if (part.type === 'plain_text') copy.text = hidden(entities(part.text), /[!-/:-@[-`{-~]/g);
  if (part.type === 'mrkdwn') copy.text = part.text.replace(/&(lt|gt|amp);/g, (entity) => hidden(entities(entity), /[<>&]/g));
  return copy;
}

run(async () => {
  const { Message } = await import(pathToFileURL(path.join(DIST, 'index.mjs')));
  return pictures(input(), process.argv[2], async (tab, given) => {
    const { said, shown: payload } = given.shown ? given : { shown: given };
    const props = { blocks: literal(payload.blocks ?? payload), logo: '', name: '', withoutWrapper: true };
    await tab.setContent(page(payload, shown(renderToStaticMarkup(createElement(Message, props))), SHEET, said));
  });
});
