// Adaptive Cards as they come: bare, attached to a message, or in a dialog; and what Microsoft's renderer says of one.
'use strict';
const path = require('path');
const { folder } = require('./shared');

// The file for browsers; the package's own entry cannot be loaded by Node.
const RENDERER = path.join(folder('adaptivecards'), 'dist', 'adaptivecards.min.js');
const MAX_ACTIONS = 6; // what Teams shows

// The parts of a payload: its card, the dialog's title where it is one, and the text beside the card.
function parts(payload) {
  const dialog = payload.task?.value ?? payload;
  const attached = dialog.card ?? payload.attachments?.[0] ?? dialog;
  return { card: attached.content ?? attached, title: dialog.card && (dialog.title ?? ''), text: payload.text };
}

// What the renderer says while it reads the card, and when it validates it.
function events(card) {
  delete require.cache[RENDERER]; // its check of `lang` is a global expression, which refuses every second card
  const { AdaptiveCard, HostConfig, SerializationContext, Versions } = require(RENDERER);
  const context = new SerializationContext(Versions.v1_5);
  const read = new AdaptiveCard();
  read.hostConfig = new HostConfig({ actions: { maxActions: MAX_ACTIONS } });
  read.parse(card, context);
  const parsed = Array.from({ length: context.eventCount }, (_, number) => context.getEventAt(number));
  return [...parsed, ...read.validateProperties().validationEvents].map((event) => event.message);
}

module.exports = { MAX_ACTIONS, RENDERER, events, parts };
