// What Teams draws around a card, in a chat and as a dialog, and the settings with which it draws cards. Plain HTML.
'use strict';
const fs = require('fs');
const path = require('path');
const { MAX_ACTIONS } = require('./cards');
const { FACE, FRAME, escaped, folder, font } = require('./shared');

const NAME = 'Clausebot';
const CLOCK = '10:24 AM';
const FONT = 'Open Sans'; // of the fonts that may be passed on, the one most like Segoe UI

const colour = (plain, subtle) => ({ default: plain, subtle });
const FOREGROUND = {
  default: colour('#242424', '#616161'), accent: colour('#5b5fc7', '#5b5fc7'), good: colour('#237b4b', '#237b4b'),
  warning: colour('#835b00', '#835b00'), attention: colour('#c4314b', '#c4314b'),
};
const HOST = {
  fontFamily: `'${FONT}', sans-serif`,
  fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
  fontWeights: { lighter: 400, default: 400, bolder: 600 },
  lineHeights: { small: 16, default: 20, medium: 20, large: 24, extraLarge: 32 },
  spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 20, padding: 12 },
  separator: { lineThickness: 1, lineColor: '#e0e0e0' },
  containerStyles: {
    default: { backgroundColor: '#ffffff', foregroundColors: FOREGROUND },
    emphasis: { backgroundColor: '#f0f0f0', foregroundColors: FOREGROUND },
    accent: { backgroundColor: '#e8ebfa', foregroundColors: FOREGROUND },
  },
  inputs: {
    label: { inputSpacing: 'small', requiredInputs: { suffix: ' *', suffixColor: 'attention' } },
    errorMessage: { color: 'attention', spacing: 'small', weight: 'default' },
  },
  actions: { maxActions: MAX_ACTIONS, buttonSpacing: 8, spacing: 'medium', actionsOrientation: 'horizontal', actionAlignment: 'left' },
  factSet: { title: { weight: 'bolder', wrap: true, maxWidth: 200 }, value: { wrap: true }, spacing: 16 },
  textBlock: { headingLevel: 2 },
};

const STYLE = `
  ${fs.readFileSync(path.join(folder('adaptivecards'), 'dist', 'adaptivecards.css'), 'utf8')}
  ${font(FONT, [400, 600])}
  * { box-sizing: border-box; }
  body { margin: 0; background: #f5f5f5; color: #242424; font: 14px/20px '${FONT}', sans-serif; }
  #${FRAME} { width: 600px; padding: 20px; background: #f5f5f5; }
  .said { margin: 0 0 16px auto; width: fit-content; max-width: 440px; background: #e8ebfa; border-radius: 6px; padding: 8px 16px; }
  .row { display: flex; gap: 8px; }
  .face { width: 32px; height: 32px; border-radius: 6px; flex: none; }
  .told { flex: 1; min-width: 0; }
  .told > .name { font-size: 12px; color: #616061; margin-bottom: 4px; }
  .text { background: #fff; border-radius: 6px; padding: 8px 16px; margin-bottom: 4px; }
  .told #card { background: #fff; border-radius: 6px; box-shadow: 0 1px 3px rgba(0, 0, 0, .2); overflow: hidden; }
  #${FRAME}.dialog { background: #fff; padding: 0; border: 1px solid #d1d1d1; border-radius: 8px; }
  .dialog .top { display: flex; align-items: center; gap: 12px; padding: 20px 24px 8px; font-size: 18px; font-weight: 600; }
  .dialog .top .face { width: 28px; height: 28px; }
  .dialog .cross { margin-left: auto; color: #616161; font-weight: 400; }
  .dialog #card { padding: 0 12px 12px; }
  .ac-textBlock p, .ac-textRun p { margin: 0 0 8px; }
  .ac-textBlock p:last-child { margin-bottom: 0; }
  .ac-pushButton { background: #fff; color: #242424; border: 1px solid #d1d1d1; border-radius: 4px; min-height: 32px; padding: 5px 12px;
    font: 600 14px/20px '${FONT}', sans-serif; }
  .ac-pushButton.primary, .ac-pushButton.style-positive { background: #5b5fc7; border-color: #5b5fc7; color: #fff; }
  .ac-pushButton.style-destructive { background: #c4314b; border-color: #c4314b; color: #fff; }
  .ac-input { font: 14px/20px '${FONT}', sans-serif; color: #242424; }
  .ac-textInput, .ac-multichoiceInput { width: 100%; background: #fff; border: 1px solid #d1d1d1; border-bottom-color: #616161;
    border-radius: 4px; padding: 5px 12px; min-height: 32px; }
  .ac-textInput.ac-multiline { min-height: 96px; resize: none; }
  a { color: #5b5fc7; }
`;

function inChat(text, said) {
  const asked = said ? `<div class="said">${escaped(said)}</div>` : '';
  const beside = text ? `<div class="text">${escaped(text)}</div>` : '';
  return `<div id="${FRAME}">${asked}<div class="row">${FACE}
    <div class="told"><div class="name">${NAME} ${CLOCK}</div>${beside}<div id="card"></div></div></div></div>`;
}

const asDialog = (title) => `<div id="${FRAME}" class="dialog">
  <div class="top">${FACE}${escaped(title)}<span class="cross">✕</span></div><div id="card"></div></div>`;

// The page with an empty element "card"; `title` is a dialog's, `said` what somebody asked before.
function page({ title, text }, said) {
  const frame = title === undefined ? inChat(text, said) : asDialog(title);
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body>${frame}`;
}

module.exports = { HOST, page };
