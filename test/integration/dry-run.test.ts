import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../support/failure-of.ts';
import { loadFixture } from '../support/fixtures.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const secrets = {
  'Portal Password': 'portal-password-1',
  'API Key': 'key-123456',
  'Client Secret': 'client-secret-1',
  'Login Name': 'login-name-1',
  'Login Password': 'login-password-1',
};

/** An operation of each fixture with a body or a query worth comparing. */
const cases = [
  ['service-portal', 'Update User', { Username: 'jo/doe', 'Display Name': 'Jo "J"' }],
  ['service-portal', 'Find Submissions', { 'Kapp Slug': 'a b', 'Requested For': '"&"' }],
  ['status-page', 'Search Incidents', { Query: 'x' }],
  ['asset-register', 'Create Asset', { 'Asset Tag': 'A', Cost: 5 }],
  ['it-service-desk', 'Upload Attachment', { 'System ID': '1', 'File Content': 'x', 'File Name': 'ü.txt' }],
  ['billing', 'Send Invoice', { 'Invoice Number': 'I', Recipient: 'a@x', Copies: [], Text: 't' }],
  ['document-archive', 'Search', { Title: 'a', Tag: 'b' }],
  ['older-ticketing', 'Create Ticket', { Summary: 's' }],
  ['older-static-token', 'List Projects', {}],
  ['file-sharing', 'Find Download Address', { 'File Id': '1' }],
] as const;

describe('a dry run', () => {
  it.each(cases)(
    'of %s shows what executing "%s" then sends, and sends nothing',
    async (name, operation, parameters) => {
      const { api, login, caCert } = world;
      const connection = world.engine.connection(
        loadFixture(name, { api: api.origin, login: login.origin, caCert, secrets }),
      );
      const shown = await connection.dryRun(operation, parameters);
      expect([...api.requests, ...login.requests]).toEqual([]);

      login.answerWith(({ url }) =>
        url === '/ars/jwt/login'
          ? { body: 'issued-token-1', headers: { 'content-type': 'text/plain' } }
          : { body: { access_token: 'issued-token-1', expires_in: 3600 } },
      );
      // The outputs are not the subject: an answer that is none of them must not end the test.
      api.answerWith({ status: 500, body: {} });
      await connection.execute(operation, parameters);
      const sent = api.last;
      expect(shown.method).toBe(sent.method);
      expect(shown.url).toBe(api.origin + sent.url);
      expect(shown.body ?? '').toBe(sent.body.toString());
      const transportsOwn = ['host', 'connection', 'accept-encoding', 'content-length'];
      const sentNames = sent.headers.map(([header]) => header.toLowerCase());
      expect(shown.headers.map(([header]) => header.toLowerCase()).toSorted()).toEqual(
        sentNames.filter(header => !transportsOwn.includes(header)).toSorted(),
      );
      const text = JSON.stringify(shown);
      for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
    },
  );

  it('fails as executing would, before anything is sent', async () => {
    const { api, caCert } = world;
    const portal = world.engine.connection(
      loadFixture('service-portal', { api: api.origin, caCert, secrets }),
    );
    const failures = await Promise.all([
      failureOf(portal.dryRun('Retrieve User')),
      failureOf(portal.execute('Retrieve User')),
    ]);
    expect(failures.map(({ message }) => message)[0]).toBe(failures[1]?.message);
    expect(failures[0]?.code).toBe('PARAMETER_MISSING');
  });

  it('tells in its diagnostics what a lenient call would overlook', async () => {
    const { api, caCert } = world;
    const portal = world.engine.connection(
      loadFixture('service-portal', { api: api.origin, caCert, secrets }),
    );
    const { diagnostics, url } = await portal.dryRun('List Users', { Qury: 'jo' }, { lenient: true });
    expect(diagnostics).toMatchObject([{ code: 'PARAMETER_UNKNOWN', pointer: '/Qury', suggestion: 'Query' }]);
    expect(url).toBe(`${api.origin}/app/api/v1/users`);
  });
});
