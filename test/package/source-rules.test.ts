import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { version } from '../../src/base/version.ts';
import { readManifest, run } from './packed-package.ts';

const source = new URL('../../src/', import.meta.url);
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));

/** The only files that may look at a secret, each with its reason. */
const revealing: Readonly<Record<string, string>> = {
  'auth/compute-values.ts': 'gives secrets to the expressions of computed values',
  'auth/token-record.ts': 'writes a token for a store, which keeps it encrypted',
  'auth/fetched-token.ts': 'reads the expiry that a token carries, and the cookies that were kept',
  'auth/oauth2/authorization-state.ts': 'signs and checks states with the key of the host',
  'auth/oauth2/create-oauth2.ts': 'sends a refresh token to the server it came from',
  'auth/oauth2/token-actions.ts': 'sends a token to be judged or revoked',
  'auth/place-token.ts': 'places a token in a request',
  'auth/request-key.ts': 'names a token by the secrets it was asked for with',
  'base/redactor.ts': 'knows what to mask',
  'base/secret-value.ts': 'declares it',
  'cli/keys-command.ts': 'prints the key of a client, once',
  'server/authentication/api-keys.ts': 'names a key at hand by its digest',
  'server/authentication/json-web-tokens.ts': 'gives a token to be verified',
  'server/connect/flow-entries.ts': 'reads what an authorization was begun with',
  'server/documents/engine-document.ts': 'gives the secrets of a stored connection to the engine',
  'server/execution/once.ts': 'reads an answer that was kept',
  'server/queue/work-request.ts': 'reads what was asked for later',
  'server/queue/work-result.ts': 'reads what came of an execution that was done later',
  'server/start-server.ts': 'prints the key of the administrator, once',
  'store/encryption/digester.ts': 'names what must not be stored by a keyed digest',
  'store/encryption/keyring.ts': 'reads the keys that secrets are encrypted under',
  'store/encryption/sealer.ts': 'encrypts secrets for the database',
  'store/postgres/postgres-address.ts': 'gives the password of the database to its driver',
  'spectral/resolve/fetch-token.ts': 'gives the token to code that sends requests itself',
  'template/value-text.ts': 'writes a secret into a template',
  'transport/proxies/http-tunnel.ts': 'sends the credentials of a proxy to it',
  'transport/proxies/proxy-server.ts': 'judges the credentials of a proxy and names it by them',
  'transport/proxies/socks-tunnel.ts': 'sends the credentials of a proxy to it',
  'transport/trust/trust.ts': 'gives the key of a client certificate to TLS',
};

/** What costs time to load and must wait until it is needed. */
const heavy = [
  'got',
  'undici',
  'jsonata',
  're2js',
  'valibot',
  'acorn',
  'mustache',
  'eventsource-parser',
  'ipaddr.js',
  'commander',
  'node-forge',
  'socks',
  'pg',
  'pg-boss',
  'hono',
  'pino',
  'jose',
];

describe('the sources', () => {
  it('carry the version of the package', () => {
    expect(version).toBe(readManifest().version);
  });

  it('reveal secrets only in the files that are listed here', () => {
    const found = files.filter(file => /\breveal\b/.test(codeOf(file)));
    expect(found.sort()).toEqual(Object.keys(revealing).sort());
  });

  it.each(['index.ts', 'store.ts', 'transport.ts', 'got.ts'])(
    'load no large library before it is needed: %s',
    entry => {
      const loaded = loadedBy(`await import(process.argv[1] + '${entry}');`);
      expect(loaded.some(url => url.endsWith(`/src/${entry}`))).toBe(true);
      expect(heavyOf(loaded)).toEqual([]);
    },
  );

  it('would show a large library if one were loaded', () => {
    const loaded = loadedBy(`const { createEngine } = await import(process.argv[1] + 'index.ts');
      createEngine().connection({ name: 'a', config: { baseUrl: 'https://a.example.com' } });`);
    expect(heavyOf(loaded)).toContain('valibot');
  });
});

/** The text of a source without its comments. */
function codeOf(file: string): string {
  return readFileSync(new URL(file, source), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

/** The URLs of all modules that a fresh process loads for a script; its first argument is the directory of sources. */
function loadedBy(script: string): readonly string[] {
  const watch = `import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
    ${script}
    process.stdout.write(JSON.stringify(urls));`;
  return JSON.parse(
    run(process.execPath, ['--input-type=module', '--eval', watch, source.href]),
  ) as readonly string[];
}

function heavyOf(urls: readonly string[]): readonly string[] {
  return heavy.filter(name => urls.some(url => url.includes(`/node_modules/${name}/`)));
}
