// Whole web pages as pictures: stdin {NAME: HTML}; stdout {NAME: {problems, text}}; NAME.png in the folder that is the argument.
'use strict';
const { FRAME, input, pictures, run } = require('./shared');

run(() =>
  pictures(input(), process.argv[2], async (tab, html) => {
    await tab.setContent(html);
    await tab.evaluate((frame) => { document.body.id = frame; }, FRAME);
  }),
);
