import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const entry = new URL('../../src/index.ts', import.meta.url).href;

/** What a program prints that calls once and then closes its engine, while a part of the host never answers. */
async function outputOf(options: string, auth: object, call = "execute('Read')"): Promise<string> {
  const definition = {
    name: 'Silent',
    config: { baseUrl: 'http://127.0.0.1:9', timeouts: { totalMs: 50 }, auth },
    secrets: { Key: null },
    operations: [{ name: 'Read', config: { method: 'GET', path: '/' } }],
  };
  const script = `
    const { createEngine, createMemoryTokenStore } = await import('${entry}');
    const never = () => new Promise(() => {});
    const engine = createEngine(${options});
    const connection = engine.connection(${JSON.stringify(definition)});
    await connection.${call}.catch(error => process.stdout.write(error.code));
    await engine.close();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return stdout;
}

describe('a call whose host never answers', () => {
  it('ends by its deadline, and not with the process: a secret provider', async () => {
    const auth = { authType: 'raw_bearer_token', token: '<<Key>>' };
    expect(await outputOf('{ secretProvider: { getSecret: never } }', auth)).toBe('DEADLINE_EXCEEDED');
  });

  it('ends by its deadline also where the host asks for the token', async () => {
    const auth = {
      authType: 'client_credentials',
      tokenUrl: 'http://127.0.0.1:9/',
      clientId: 'a',
      clientSecret: '<<Key>>',
    };
    const calls = ['currentToken()', 'forgetToken()', 'renewToken()', 'introspectToken()'];
    const said = calls.map(call => outputOf('{ secretProvider: { getSecret: never } }', auth, call));
    expect(await Promise.all(said)).toEqual(calls.map(() => 'DEADLINE_EXCEEDED'));
  });

  it('ends by its deadline, and not with the process: a token store', async () => {
    const auth = {
      authType: 'client_credentials',
      tokenUrl: 'http://127.0.0.1:9/',
      clientId: 'a',
      clientSecret: 'sEcret',
    };
    const options = '{ tokenStore: { ...createMemoryTokenStore(), get: never } }';
    expect(await outputOf(options, auth)).toBe('DEADLINE_EXCEEDED');
  });
});
