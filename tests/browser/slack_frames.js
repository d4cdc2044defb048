// What Slack draws around blocks: a message, one that only its reader sees, a dialog, the app's Home. Plain HTML.
'use strict';
const { FACE, FRAME, escaped, font } = require('./shared');

const NAME = 'Clausebot';
const CLOCK = '10:24 AM';

const STYLE = `
  ${font('Lato', [400, 700, 900])}
  * { box-sizing: border-box; }
  body { margin: 0; background: #fff; color: #1d1c1d; font: 15px/1.46668 Lato, sans-serif; }
  /* The renderer's sheet asks for the system's font and narrow columns. */
  #slack_blocks_to_jsx, #slack_blocks_to_jsx * { font-family: inherit !important; }
  #slack_blocks_to_jsx { max-width: none !important; }
  #slack_blocks_to_jsx pre, #slack_blocks_to_jsx code { font-family: monospace !important; }
  #slack_blocks_to_jsx textarea, #slack_blocks_to_jsx input { font: inherit; }
  #slack_blocks_to_jsx textarea { resize: none; }
  #slack_blocks_to_jsx button { display: inline-flex; align-items: center; justify-content: center; border-radius: 8px;
    padding: 0 10px; font-size: 13px; line-height: 1; }
  /* It tells everybody to press Enter, which Slack does only where a block asks for it. */
  #slack_blocks_to_jsx .slack_blocks_to_jsx__input .text-small.flex.gap-1 > p { display: none; }
  #${FRAME} { width: 680px; padding: 16px 20px; background: #fff; }
  .row { display: flex; gap: 8px; margin-bottom: 12px; }
  .row:last-child { margin-bottom: 0; }
  .row .told { flex: 1; min-width: 0; }
  .face { width: 36px; height: 36px; border-radius: 8px; color: #fff; font-weight: 900; display: grid; place-items: center; flex: none; }
  .person { background: #7c5a2e; }
  .name { font-weight: 900; }
  .app { background: #e8e8e8; color: #616061; border-radius: 2px; font-size: 10px; font-weight: 700; padding: 1px 3px; vertical-align: 1px; }
  .clock, .only { color: #616061; font-size: 12px; }
  .only { margin-bottom: 2px; }
  .dialog { width: 520px !important; padding: 0 !important; border: 1px solid #d0d0d0; border-radius: 12px; overflow: hidden; }
  .dialog .top, .dialog .bottom { display: flex; align-items: center; gap: 12px; padding: 20px 24px; }
  .dialog .top { font-size: 22px; font-weight: 900; }
  .dialog .top .cross { margin-left: auto; color: #616061; font-weight: 400; }
  .dialog .top .face { width: 28px; height: 28px; font-size: 13px; }
  .dialog .inside { padding: 0 24px 8px; }
  .dialog .bottom { justify-content: flex-end; }
  .press { border: 1px solid #bbb; border-radius: 8px; padding: 6px 12px; font-weight: 900; }
  .press.main { background: #007a5a; border-color: #007a5a; color: #fff; }
  .home { padding: 0 !important; border: 1px solid #ddd; }
  .home .top { display: flex; align-items: center; gap: 8px; padding: 14px 20px 8px; font-size: 18px; font-weight: 900; }
  .home .top .face { width: 24px; height: 24px; font-size: 12px; border-radius: 6px; }
  .home .tabs { padding: 0 20px; border-bottom: 1px solid #ddd; font-size: 13px; color: #616061; display: flex; gap: 20px; }
  .home .tabs > * { padding: 4px 0 8px; }
  .home .tabs b { color: #1d1c1d; border-bottom: 2px solid #1b4b72; }
  .home .inside { padding: 12px 20px 20px; }
`;

const PERSON = '<div class="face person">A</div>';

const row = (face, name, badge, above, inside) => `<div class="row">${face}<div class="told">
  ${above}<div><span class="name">${name}</span> ${badge} <span class="clock">${CLOCK}</span></div>${inside}</div></div>`;

const asked = (said) => (said ? row(PERSON, 'Alice', '', '', `<div>${escaped(said)}</div>`) : '');

function message(payload, blocks, said) {
  const only = payload.response_type === 'ephemeral' ? '<div class="only">Only visible to you</div>' : '';
  return `<div id="${FRAME}">${asked(said)}${row(FACE, NAME, '<span class="app">APP</span>', only, blocks)}</div>`;
}

function modal(payload, blocks) {
  const press = (text, kind) => (text ? `<span class="press ${kind}">${escaped(text.text)}</span>` : '');
  return `<div id="${FRAME}" class="dialog">
    <div class="top">${FACE}${escaped(payload.title.text)}<span class="cross">✕</span></div>
    <div class="inside">${blocks}</div>
    <div class="bottom">${press(payload.close, '')}${press(payload.submit, 'main')}</div></div>`;
}

function home(payload, blocks) {
  return `<div id="${FRAME}" class="home"><div class="top">${FACE}${NAME}</div>
    <div class="tabs"><b>Home</b><span>Messages</span><span>About</span></div><div class="inside">${blocks}</div></div>`;
}

const KINDS = { modal, home };

// The page for a payload, whose blocks are HTML already; `said` is what somebody asked before.
function page(payload, blocks, sheet, said) {
  const frame = (KINDS[payload.type] ?? message)(payload, blocks, said);
  return `<!doctype html><meta charset="utf-8"><style>${sheet}${STYLE}</style><body>${frame}`;
}

module.exports = { page };
