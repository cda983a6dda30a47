import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Category, type ErrorCodeEntry, errorCodes, type Stage } from '../../src/errors/error-codes.ts';

/** The stages in the order in which a request passes them, with what happens there. */
const stages: Readonly<Record<Stage, string>> = {
  definition: 'reading the definition',
  compile: 'compiling it',
  render: 'making the request of templates and values',
  authenticate: 'proving who we are',
  send: 'sending, up to the head of the answer',
  read: 'reading the body',
  map: 'evaluating the outputs',
  store: 'keeping connections, secrets and tokens',
  engine: 'using the library',
};

const categories: Readonly<Record<Category, string>> = {
  definition: 'the author of the definition',
  input: 'the caller, who passes parameters and secrets',
  authentication: 'the owner of the credentials',
  network: 'the network, or time',
  upstream: 'the system that is called',
  policy: 'whoever set the limits and the egress policy',
  usage: 'the programmer who embeds Ferrule',
};

/** The text of `docs/errors.md`: one table per stage. */
export function generateErrors(): string {
  const rows = Object.entries(errorCodes) as readonly [string, ErrorCodeEntry][];
  const sections = Object.entries(stages).flatMap(([stage, meaning]) => [
    `## ${stage}: ${meaning}`,
    '',
    '| code | what happened | what to do | category | retryable |',
    '| --- | --- | --- | --- | --- |',
    ...rows.filter(([, entry]) => entry.stage === stage).map(([code, entry]) => toRow(code, entry)),
    '',
  ]);
  return [...introduction(), ...sections].join('\n');
}

function introduction(): readonly string[] {
  return [
    '# Errors',
    '',
    '<!-- Generated from src/errors/error-codes.ts by `node test/tools/generate-errors.ts`. Do not edit. -->',
    '',
    'Every error of Ferrule is a `FerruleError`. Its `code` is one of the codes below, and its message begins with it.',
    '[Embedding](embedding.md#errors) says which fields an error has.',
    '',
    'The `stage` says how far the call came. An error can name another stage than its table when the same thing happens',
    'elsewhere: a deadline that ran out while waiting for a token has the stage `authenticate`. `retryable` means: the same',
    'call, unchanged, may succeed later. A single error can say otherwise; look at `error.retryable`.',
    '',
    'The `category` says who can do something about it:',
    '',
    '| category | who |',
    '| --- | --- |',
    ...Object.entries(categories).map(([category, who]) => `| \`${category}\` | ${who} |`),
    '',
  ];
}

function toRow(code: string, { title, remedy, category, retryable }: ErrorCodeEntry): string {
  return `| \`${code}\` | ${title} | ${remedy} | \`${category}\` | ${retryable ? 'yes' : 'no'} |`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../../docs/errors.md', import.meta.url), generateErrors());
}
