// Type-checks Block Kit against Slack's own types.
// stdin: {NAME: a view, a message or a list of blocks}; stdout: {NAME: [what is wrong]}. One run of the compiler for all.
'use strict';
const path = require('path');
const ts = require('typescript');
const { folder, input, run } = require('./shared');

const TYPES = folder('@slack/types');
const OPTIONS = {
  strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, paths: { '@slack/types': [TYPES] },
};
// Slack's types allow any object as a block beside the known ones, so that nothing would be wrong; only the known ones here.
const VIEWS = { modal: 'ModalView', home: 'HomeView' };

function source(payload) {
  const view = VIEWS[payload.type];
  const type = view ? `Omit<S.${view}, 'blocks'> & { blocks: S.KnownBlock[] }` : 'S.KnownBlock[]';
  const checked = view || Array.isArray(payload) ? payload : payload.blocks ?? null;
  return `import type * as S from '@slack/types';\nexport const checked: ${type} = ${JSON.stringify(checked, null, 1)};\n`;
}

function problem(diagnostic) {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ').replace(/\s+/g, ' ').slice(0, 300);
  if (!diagnostic.file) return message;
  const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start);
  return `${diagnostic.file.text.split('\n')[line].trim().slice(0, 120)} -> ${message}`;
}

run(async () => {
  const names = new Map();
  const sources = new Map();
  Object.entries(input()).forEach(([name, payload], number) => {
    const file = path.join(__dirname, `checked-${number}.ts`);
    names.set(file, name);
    sources.set(file, source(payload));
  });
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.getSourceFile = (file, target, ...rest) =>
    sources.has(file) ? ts.createSourceFile(file, sources.get(file), target) : getSourceFile(file, target, ...rest);
  const program = ts.createProgram([...names.keys()], OPTIONS, host);
  const general = program.getOptionsDiagnostics().map(problem);
  const answers = {};
  for (const [file, name] of names) {
    const found = ts.getPreEmitDiagnostics(program, program.getSourceFile(file));
    answers[name] = [...new Set([...general, ...found.map(problem)])];
  }
  return answers;
});
