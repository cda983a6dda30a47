import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSettings, settingsTable } from '../../src/server.ts';
import { failureOf } from '../support/failure-of.ts';

const issuesOf = async (environment: Record<string, string>) => {
  const { code, issues } = await failureOf(() => readSettings(environment));
  expect(code).toBe('SETTINGS_INVALID');
  return issues.map(({ pointer }) => pointer);
};

describe('the settings of the server', () => {
  it('are for one person on one machine when nothing is set', () => {
    expect(readSettings({})).toMatchObject({
      host: '127.0.0.1',
      port: 8420,
      allowedHosts: ['localhost', '127.0.0.1', '[::1]'],
      dataFolder: './.ferrule',
      egress: { allowLoopback: true, allowPrivate: false },
      sample: true,
      trustDefinitions: false,
    });
  });

  it('are closed and without samples as soon as others can reach the server or its database', () => {
    const closed = { egress: { allowLoopback: false, allowPrivate: false }, sample: false };
    expect(readSettings({ FERRULE_HOST: '0.0.0.0' })).toMatchObject({ ...closed, allowedHosts: undefined });
    const shared = { FERRULE_DATABASE_URL: 'postgres://a/b', FERRULE_ENCRYPTION_KEY: 'k' };
    expect(readSettings(shared)).toMatchObject(closed);
  });

  it('let requests come under the name of the public URL, which a proxy passes on', () => {
    const { allowedHosts, publicUrl } = readSettings({ FERRULE_PUBLIC_URL: 'https://ferrule.example.com/' });
    expect(publicUrl).toBe('https://ferrule.example.com');
    expect(allowedHosts).toContain('ferrule.example.com');
  });

  it('are refused all at once, unknown ones and those that cannot be used', async () => {
    const environment = {
      PORT: '70000',
      FERRULE_MAX_BODY_BYTES: '0',
      FERRULE_EGRESS_ALLOW_PRIVATE: 'yes',
      FERRULE_JWT_ISSUER: 'http://issuer.example.com',
      FERRULE_CALLER_SHARE_PERCENT: '101',
      FERRULE_LOG_LEVEL: 'loud',
      FERRULE_MAX_BODY: '10',
    };
    expect((await issuesOf(environment)).sort()).toEqual(
      Object.keys(environment)
        .map(name => `/${name}`)
        .sort(),
    );
  });

  it('name the setting that was probably meant', async () => {
    const { issues } = await failureOf(() => readSettings({ FERRULE_MAX_BODY: '10' }));
    expect(issues[0]?.suggestion).toBe('FERRULE_MAX_BODY_BYTES');
  });

  it('need a key with PostgreSQL, and one place for it', async () => {
    expect(await issuesOf({ FERRULE_DATABASE_URL: 'postgres://a/b' })).toEqual(['/FERRULE_ENCRYPTION_KEY']);
    const both = { FERRULE_ENCRYPTION_KEY: 'k', FERRULE_ENCRYPTION_KEY_FILE: 'f' };
    expect(await issuesOf(both)).toEqual(['/FERRULE_ENCRYPTION_KEY_FILE']);
  });

  it('need an audience with an issuer, since tokens for others of its services are not for this one', async () => {
    expect(await issuesOf({ FERRULE_JWT_ISSUER: 'https://issuer.example.com' })).toEqual([
      '/FERRULE_JWT_AUDIENCE',
    ]);
  });

  it('never show a secret', async () => {
    const error = await failureOf(() =>
      readSettings({
        FERRULE_ENCRYPTION_KEY: 'canary-key',
        FERRULE_DATABASE_URL: 'postgres://u:canary-password@h/d',
        PORT: 'x',
      }),
    );
    expect(JSON.stringify(error)).not.toContain('canary');
    const settings = readSettings({ FERRULE_ENCRYPTION_KEY: 'canary-key' });
    expect(JSON.stringify(settings)).not.toContain('canary');
  });

  it('are the table of docs/server.md', () => {
    const page = readFileSync(new URL('../../docs/server.md', import.meta.url), 'utf8');
    const rows = Object.entries(settingsTable).map(
      ([name, { fallback, meaning }]) => `| \`${name}\` | ${fallback} | ${meaning} |`,
    );
    expect(page.split('\n').filter(line => /^\| `(PORT|FERRULE_)/.test(line))).toEqual(rows);
  });
});
