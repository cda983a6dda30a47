import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/index.ts';
import { authenticationMessages } from './authentication-failures.ts';
import { EXAMPLE_HOST, type ExampleSystems, startExampleSystems } from './example-systems.ts';
import { type Block, readPage } from './page.ts';

const page = readPage('docs/authentication.md');
let systems: ExampleSystems;
let engine: Engine;

beforeAll(async () => {
  const texts = page.blocks.map(({ text }) => text).join('\n');
  const hosts = [...texts.matchAll(EXAMPLE_HOST)].map(match => match[1] ?? '');
  systems = await startExampleSystems(new Set(hosts));
  engine = createEngine();
});

afterAll(async () => {
  await engine.close();
  await systems.close();
});

describe('docs/authentication.md', () => {
  it.each(connectionsWithRequests())('shows the requests of the connection at $place', async example => {
    const connection = engine.connection(systems.toLocal(example.definition));
    await connection.execute(connection.operations[0] ?? '');
    expect(systems.takeRequests()).toEqual(example.requests);
    expect(example.requests.length).toBeGreaterThan(0);
  });

  it('shows every request beside a connection', () => {
    const shown = page.blocks.filter(({ language }) => language === 'http');
    expect(connectionsWithRequests().flatMap(({ requests }) => requests)).toHaveLength(shown.length);
  });

  it('shows the messages that failures really have', async () => {
    const shown = page.blocks.filter(({ flags }) => flags.includes('error')).map(({ text }) => text);
    expect(shown).toEqual(await authenticationMessages());
  });
});

interface Example {
  readonly place: string;
  readonly definition: string;
  readonly requests: string[];
}

/** Each connection of the page with the requests shown after it. */
function connectionsWithRequests(): readonly Example[] {
  const examples: Example[] = [];
  for (const { language, text, place } of page.blocks satisfies readonly Block[]) {
    if (language === 'json') examples.push({ place, definition: text, requests: [] });
    if (language === 'http') examples.at(-1)?.requests.push(text);
  }
  return examples;
}
