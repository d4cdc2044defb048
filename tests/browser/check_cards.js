// What Microsoft's renderer says of Adaptive Cards: stdin {NAME: a card, a message or a dialog}; stdout {NAME: [message]}.
'use strict';
const { events, parts } = require('./cards');
const { input, run } = require('./shared');

run(async () => Object.fromEntries(Object.entries(input()).map(([name, payload]) => [name, events(parts(payload).card)])));
