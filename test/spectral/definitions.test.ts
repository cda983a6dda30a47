import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/index.ts';
import { bindConnection, compileConnection } from '../../src/spectral/index.ts';
import {
  type RecordedRequest,
  type RecordingServer,
  startRecordingServer,
} from '../support/recording-server.ts';
import { keyForms } from './definitions/forms.ts';
import { oauthForms } from './definitions/oauth-forms.ts';

const forms = [...keyForms, ...oauthForms];

let server: RecordingServer;
let engine: Engine;
beforeAll(async () => {
  server = await startRecordingServer();
});
afterAll(async () => {
  await server.close();
});

const operations = [{ name: 'List', config: { method: 'GET', path: '/things' } }] as const;

/** Headers that every request has, whatever the connection says. */
const usual = ['host', 'connection', 'user-agent', 'accept-encoding', 'content-length'];

function write({ method, url, headers, body }: RecordedRequest): string {
  const own = headers.filter(
    ([name, value]) =>
      !usual.includes(name.toLowerCase()) && !(method === 'GET' && /^application\/json, /.test(value)),
  );
  const head = own.map(([name, value]) => `${name}: ${value}`).join('; ');
  return [`${method} ${url}`, head, body.length === 0 ? '' : `| ${body.toString()}`]
    .filter(part => part !== '')
    .join(' ');
}

/** The value with the address of the server in it. */
function placed<Value>(value: Value): Value {
  const { hostname, port } = new URL(server.origin);
  const text = JSON.stringify(value)
    .replaceAll('ORIGIN', server.origin)
    .replaceAll('"HOST"', `"${hostname}"`)
    .replaceAll('"PORT"', `"${port}"`);
  return JSON.parse(text) as Value;
}

describe('a connection as code sends exactly the bytes of its form:', () => {
  it.each(forms)('$title', async ({ definition, fields, token, context, sends }) => {
    server.reset();
    server.answerWith({
      body: {
        access_token: 'acc3ss',
        expires_in: 3600,
        instance_url: `${server.origin}/instance`,
        session: { id: 's3ssion' },
      },
    });
    engine = createEngine();
    try {
      const compiled = compileConnection(placed(definition), { operations: [...operations] });
      const bound = bindConnection(compiled, { fields: placed(fields), token, context });
      const report = await engine.connection(bound).execute('List');
      expect(report.statusCode).toBe(200);
      expect(server.requests.map(write)).toEqual(sends);
      // The definition itself holds no value: it compiles once, and values come later.
      const text = JSON.stringify(compiled.definition);
      for (const name of compiled.secrets) expect(text).not.toContain(String(fields[name]));
    } finally {
      await engine.close();
    }
  });

  it('thirty forms at least', () => expect(forms.length).toBeGreaterThanOrEqual(30));
});
