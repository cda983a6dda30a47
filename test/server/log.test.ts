import { describe, expect, it } from 'vitest';
import { Redactor, SecretValue } from '../../src/index.ts';
import { createLog } from '../../src/server.ts';
import { API_KEY, connectionTo, startWorld } from './server-world.ts';

describe('the log of the server', () => {
  it('has one JSON object per line', async () => {
    const lines: string[] = [];
    const log = await createLog({ level: 'info', redactor: new Redactor(), write: line => lines.push(line) });
    log.info('request', { status: 200 });
    log.warn('refusal');
    expect(lines.map(line => JSON.parse(line))).toEqual([
      { level: 'info', time: expect.stringMatching(/Z$/), status: 200, event: 'request' },
      { level: 'warn', time: expect.any(String), event: 'refusal' },
    ]);
  });

  it('masks secrets by value, in whatever field and encoding they are', async () => {
    const redactor = new Redactor();
    redactor.add(new SecretValue('s3cr"et/9'));
    const lines: string[] = [];
    const log = await createLog({ level: 'info', redactor, write: line => lines.push(line) });
    log.error('failure', {
      message: 'bad s3cr"et/9',
      url: '/x?k=s3cr%22et%2F9',
      deep: [{ key: 's3cr"et/9' }],
    });
    expect(lines.join('')).not.toMatch(/s3cr/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      message: 'bad [secret]',
      deep: [{ key: '[secret]' }],
    });
  });

  it('writes nothing below its level', async () => {
    const lines: string[] = [];
    const log = await createLog({ level: 'warn', redactor: new Redactor(), write: line => lines.push(line) });
    log.info('request');
    expect(lines).toEqual([]);
  });

  it('knows the secrets of connections that were executed, and the paths of routes instead of those of callers', async () => {
    const redactor = new Redactor();
    const world = await startWorld({ parts: { redactor } });
    try {
      const { body } = await world.ask('POST', '/api/connections', connectionTo(world.system));
      await world.ask('POST', `/api/connections/${body.id}/test`);
      expect(redactor.redact(`with ${API_KEY} in it`)).toBe('with [secret] in it');
      await world.ask('GET', `/api/connections/${body.id}?token=canary-in-query`);
      await world.ask('GET', '/canary-in-path');
      expect(JSON.stringify(world.log)).not.toContain('canary-in');
      expect(world.log.filter(({ event }) => event === 'request').at(-1)).toMatchObject({
        path: 'unknown',
        status: 404,
      });
    } finally {
      await world.close();
    }
  });
});
