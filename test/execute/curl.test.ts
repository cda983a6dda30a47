import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ConnectionInput, createEngine, type HttpRequest, toCurl } from '../../src/index.ts';
import { CANARY, holdsCanary } from '../proof/canary.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { httpRequest } from '../support/send-context.ts';
import { wordsOf } from '../support/shell.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const run = promisify(execFile);
/** Some systems come without it; words are compared everywhere. */
const hasCurl = spawnSync('curl', ['--version']).status === 0;
let server: RecordingServer;
beforeAll(async () => {
  server = await startRecordingServer();
});
beforeEach(() => server.reset());
afterAll(() => server.close());

const request = { method: 'GET', url: 'http://h/', headers: [] };

function definitionOf(config: Partial<ConnectionInput['config']> = {}): ConnectionInput {
  return {
    name: 'Acme',
    secrets: { Key: CANARY },
    config: { baseUrl: server.origin, headers: { 'X-Key': '<<Key>>' }, ...config },
    operations: [
      {
        name: 'Post',
        config: {
          method: 'POST',
          path: 'a/<<Part>>',
          params: { k: '<<Key>>', t: '<<Text>>' },
          headers: { 'X-Text': '<<Text>>' },
          body: { bodyType: 'raw', raw: '{"text": {{Text}}, "key": "<<Key>>"}' },
        },
      },
    ],
  };
}

describe('a curl command', () => {
  it('names the method only where curl would choose another', () => {
    expect(toCurl(request).command).toBe('curl http://h/');
    expect(toCurl({ ...request, method: 'POST' }).command).toBe('curl --request POST http://h/');
    expect(toCurl({ ...request, method: 'HEAD' }).command).toBe('curl --head http://h/');
    expect(toCurl({ ...request, method: 'GET', body: 'x' }).command).toContain('--request GET');
  });

  it('keeps curl from reading patterns, adding a content type, or dropping an empty header', () => {
    expect(toCurl({ ...request, url: 'http://[::1]/' }).command).toBe("curl --globoff 'http://[::1]/'");
    expect(toCurl({ ...request, method: 'POST', body: '@x' }).command).toBe(
      'curl http://h/ --header Content-Type: --data-raw @x',
    );
    expect(toCurl({ ...request, headers: [['X-Empty', '']] }).command).toContain("--header 'X-Empty;'");
  });

  it('leaves binary bodies to a file, and tokens to a variable', () => {
    for (const body of ['[12 bytes]', new Uint8Array(12), 'nul \0 byte']) {
      const { command, notes } = toCurl({
        ...request,
        method: 'PUT',
        headers: [
          ['Content-Type', 'image/png'],
          ['Authorization', 'Bearer [token]'],
        ],
        body,
      });
      expect(command).toContain(`'Authorization: Bearer '"\${TOKEN:?}"`);
      expect(command).toMatch(/ --data-binary @body\.bin$/);
      expect(notes).toEqual([
        'Set TOKEN first: a token, in the header Authorization',
        'The body is binary: put it into the file body.bin',
      ]);
    }
  });
});

describe('a curl command of a dry run', () => {
  it.runIf(hasCurl)(
    'sends, run by a real shell and a real curl, what the execution sends, for any values',
    async () => {
      await using engine = createEngine();
      const connection = engine.connection(definitionOf());
      const text = fc
        .string({ unit: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~=% ab;,ü€') })
        // A field value has no space at either end (RFC 9110 section 5.5).
        .map(each => `x${each}x`);
      await fc.assert(
        fc.asyncProperty(text, text, async (part, value) => {
          const parameters = { Part: part, Text: value };
          await connection.execute('Post', parameters);
          const { command, notes } = toCurl(await connection.dryRun('Post', parameters));
          expect(holdsCanary(command + notes.join())).toBe(false);
          const json = JSON.stringify(CANARY).slice(1, -1);
          const query =
            new URL(server.last.url, server.origin).search.split('&t=')[0]?.slice('?k='.length) ?? '';
          const env = { ...process.env, SECRET: query, SECRET_2: CANARY, SECRET_3: json };
          await run('sh', ['-c', `${command} --silent --noproxy '*'`], { env });
          const [executed, curled] = server.requests.slice(-2);
          expect(curled?.method).toBe(executed?.method);
          expect(curled?.url).toBe(executed?.url);
          expect(curled?.body.toString()).toBe(executed?.body.toString());
          for (const name of ['x-key', 'x-text', 'content-type', 'accept', 'user-agent']) {
            expect(curled?.header[name]).toBe(executed?.header[name]);
          }
        }),
        { numRuns: 12 },
      );
    },
  );

  it('names the options and files by which curl reaches the same server', async () => {
    const authority = createTestAuthority();
    const { chain, key } = authority.issue({ hosts: ['localhost'] });
    await using engine = createEngine();
    const commandOf = async (config: Partial<ConnectionInput['config']>) => {
      const definition = definitionOf({ baseUrl: 'https://h.test:8443/v1', headers: {}, ...config });
      return toCurl(await engine.connection(definition).dryRun('Post', { Part: 'p', Text: '' }));
    };
    const tls = await commandOf({
      caCert: authority.cert,
      tls: {
        clientCertificate: { cert: chain, key, passphrase: '<<Key>>' },
        minVersion: 'TLSv1.3',
        serverName: 'inner.test',
      },
    });
    const words = wordsOf(tls.command, { SECRET: 's', SECRET_2: 't', PASSPHRASE: 'p' });
    expect(words.slice(1, 14)).toEqual([
      'https://inner.test:8443/v1/a/p?k=s',
      '--connect-to',
      'inner.test:8443:h.test:8443',
      '--cacert',
      'ca.pem',
      '--cert',
      'client.pem',
      '--key',
      'client-key.pem',
      '--pass',
      'p',
      '--tlsv1.3',
      '--header',
    ]);
    expect(words).toContain('Host: h.test:8443');
    expect(tls.notes.join('\n')).toMatch(/ca\.pem.*client-key\.pem.*PASSPHRASE/s);
    expect(tls.command).not.toContain('BEGIN');

    const pinned = await commandOf({ tls: { fingerprint256: Array(32).fill('AB').join(':') } });
    expect(pinned.notes.join()).toContain('fingerprint');

    const proxy = await commandOf({
      proxy: {
        url: 'http://proxy.test:3128',
        username: 'me',
        password: '<<Key>>',
        noProxy: ['a.test', 'b.test'],
      },
    });
    expect(proxy.command).toContain(
      `--proxy http://proxy.test:3128 --noproxy a.test,b.test --proxy-user "\${PROXY_USER:?}"`,
    );
    const socket = await commandOf({ baseUrl: 'http://localhost', socketPath: '/run/it.sock' });
    expect(socket.command).toContain('--unix-socket /run/it.sock');
  });
});

describe('a curl command of a connection with a certificate authority of its own', () => {
  it.runIf(hasCurl)('reaches its server by the name of the certificate, once the file is there', async () => {
    const authority = createTestAuthority();
    const { chain, key } = authority.issue({ hosts: ['inner.test'] });
    const secure = await startRecordingServer({ cert: chain, key });
    const folder = mkdtempSync(join(tmpdir(), 'ferrule-curl-'));
    try {
      await using engine = createEngine();
      const config = {
        baseUrl: secure.origin,
        caCert: authority.cert,
        tls: { serverName: 'inner.test' },
        headers: {},
      };
      const connection = engine.connection(definitionOf(config));
      await connection.execute('Post', { Part: 'p', Text: 'x' });
      const { command } = toCurl(await connection.dryRun('Post', { Part: 'p', Text: 'x' }));
      writeFileSync(join(folder, 'ca.pem'), authority.cert);
      const env = { ...process.env, SECRET: 's', SECRET_2: 't' };
      await run('sh', ['-c', `${command} --silent --noproxy '*'`], { env, cwd: folder });
      const [executed, curled] = secure.requests;
      expect(curled?.header['host']).toBe(executed?.header['host']);
      expect(curled?.url).toBe('/a/p?k=s&t=x');
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await secure.close();
    }
  });
});

describe('a curl command of an execution', () => {
  it('is made of each entry of its archive, secrets left to variables', async () => {
    await using engine = createEngine();
    const report = await engine
      .connection(definitionOf({ auth: { authType: 'basic', username: 'me', password: '<<Key>>' } }))
      .execute('Post', { Part: 'p', Text: 'it is' }, { har: true });
    const [entry] = report.har?.log.entries ?? [];
    if (entry === undefined) throw new TypeError('nothing was recorded');
    const { command, notes } = toCurl(entry.request);
    expect(holdsCanary(command)).toBe(false);
    expect(notes).toContain(
      'Set SECRET_3 first: the secret, encoded as that place needs it, in the header Authorization',
    );
    const env = Object.fromEntries(['', '_2', '_3', '_4'].map(end => [`SECRET${end}`, `s${end}`]));
    const words = wordsOf(command, env);
    expect(words).toContain(`${server.origin}/a/p?k=s&t=it%20is`);
    expect(words.slice(-2)).toEqual(['--data-raw', '{"text": "it is", "key": "s_4"}']);
  });
});

describe('a curl command of a request that is not masked', () => {
  const raw: HttpRequest = httpRequest('https://h.test/p/q?a=1&token=hidden-q&b=2', {
    method: 'POST',
    headers: [
      ['Authorization', 'Bearer hidden-a'],
      ['Cookie', 'sid=hidden-c'],
      ['X-Key', 'hidden-k'],
      ['Accept', 'text/[secret]'],
    ],
    body: 'key=hidden-b',
    credentials: { headers: ['x-key'], query: ['token'], body: true },
  });

  it('leaves to variables what stands where its credentials do', () => {
    const { command, notes } = toCurl(raw);
    expect(command).not.toContain('hidden');
    const env = Object.fromEntries(
      ['', '_2', '_3', '_4', '_5', '_6'].map(end => [`SECRET${end}`, `s${end}`]),
    );
    const words = wordsOf(command, env);
    expect(words).toContain('https://h.test/s?a=1&token=s_2&b=2');
    expect(words).toContain('Authorization: Bearer s_3');
    expect(words).toContain('Cookie: s_4');
    expect(words).toContain('X-Key: s_5');
    expect(words).toContain('Accept: text/[secret]');
    expect(words.slice(-1)).toEqual(['s_6']);
    expect(notes).toHaveLength(6);
  });

  it('writes them out when it is told to', () => {
    const { command, notes } = toCurl(raw, { mask: false });
    expect(notes).toEqual([]);
    expect(wordsOf(command)).toEqual([
      'curl',
      raw.url,
      ...raw.headers.flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
      '--header',
      'Content-Type:',
      '--data-raw',
      'key=hidden-b',
    ]);
  });
});
