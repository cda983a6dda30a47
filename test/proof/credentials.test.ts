import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine, FerruleError } from '../../src/index.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { sendJson, startEchoServer } from '../support/echo-server.ts';
import { adapters } from './adapters.ts';
import { CANARY, holdsCanary } from './canary.ts';
import { type Arrival, type Origins, startOrigins } from './origins.ts';

let origins: Origins;
let engine: Engine;
let transport: Transport;

type Stop = keyof Pick<Origins, 'home' | 'homeOverHttp' | 'otherHost' | 'otherPort' | 'subdomain' | 'third'>;

/** The origins that are visited, the first one being that of the connection. */
const routes: Readonly<Record<string, readonly Stop[]>> = {
  'another host': ['home', 'otherHost'],
  'another port': ['home', 'otherPort'],
  'a subdomain': ['home', 'subdomain'],
  'https to http': ['home', 'homeOverHttp'],
  'http to https': ['homeOverHttp', 'home'],
  'there and back': ['home', 'otherHost', 'home'],
  'a chain': ['home', 'home', 'otherHost', 'third', 'subdomain', 'home'],
};

/** What of a definition carries the secret. */
const credentials: Readonly<Record<string, { readonly config?: object; readonly operation?: object }>> = {
  'a header of any name': { operation: { headers: { 'X-Whatever': 'key <<Key>>' } } },
  'a header of the connection': { config: { headers: { 'Accept-Language': '<<Key>>' } } },
  'a cookie': { operation: { headers: { Cookie: 'sid=<<Key>>' } } },
  'a query parameter': { operation: { params: { key: '<<Key>>' } } },
  'a body field': { operation: { body: { bodyType: 'www_form_urlencoded', form: { key: '<<Key>>' } } } },
  'basic authentication': { config: { auth: { authType: 'basic', username: 'u', password: '<<Key>>' } } },
  'a token in a header of its own': {
    config: { auth: { authType: 'raw_bearer_token', token: '<<Key>>', header: 'X-Tok', prefix: '' } },
  },
  'a client certificate': { config: { tls: {} } },
};

const STATUSES = [301, 302, 303, 307, 308];
const METHODS = ['GET', 'POST', 'PUT'];

async function run(stops: readonly Stop[], credential: string, status: number, method: string) {
  origins.arrivals.length = 0;
  origins.routes.clear();
  for (const [index, stop] of stops.slice(1).entries()) {
    origins.routes.set(`/${index}`, { status, location: `${origins[stop]}/${index + 1}` });
  }
  const { config = {}, operation = {} } = credentials[credential] ?? {};
  const { cert, key } = origins.client;
  const connection = engine.connection({
    name: 'Acme',
    config: {
      baseUrl: origins[stops[0] ?? 'home'],
      caCert: origins.caCert,
      ...config,
      ...(credential === 'a client certificate' ? { tls: { clientCertificate: { cert, key } } } : {}),
    },
    secrets: { Key: CANARY },
    operations: [
      {
        name: 'Go',
        config: { method: method as 'GET', path: '/0', followRedirect: true, ...operation },
      },
    ],
  });
  const outcome = await connection.execute('Go').catch((error: unknown) => error);
  return { outcome, arrivals: [...origins.arrivals] };
}

const carriesCredential = ({ text, clientName }: Arrival) => holdsCanary(text) || clientName !== undefined;

/** Arrivals from the first change of origin on: a way back counts as well. */
function abroad(arrivals: readonly Arrival[]): readonly Arrival[] {
  const first = arrivals.findIndex(({ origin }) => origin !== arrivals[0]?.origin);
  return first === -1 ? [] : arrivals.slice(first);
}

/** Hops that were followed before the one that leaves the origin, and may be refused. */
function hopsAtHome(stops: readonly Stop[]): number {
  return stops.slice(1).findIndex(stop => stop !== stops[0]);
}

describe.each(adapters)('over %s,', (_adapter, create) => {
  beforeAll(async () => {
    origins = await startOrigins();
    transport = create({ lookup: origins.lookup });
    engine = createEngine({ transport });
  });
  afterAll(async () => {
    await engine.close();
    await transport.close();
    await origins.close();
  });

  describe.each(Object.entries(routes))('on a redirect to %s', (route, stops) => {
    it.each(Object.keys(credentials))('%s reaches no other origin, by any status and method', async name => {
      let followed = 0;
      for (const status of STATUSES) {
        for (const method of METHODS) {
          const { outcome, arrivals } = await run(stops, name, status, method);
          const place = `${status} ${method}`;
          expect([place, abroad(arrivals).filter(carriesCredential)]).toEqual([place, []]);
          if (name !== 'a client certificate' || stops[0] !== 'homeOverHttp') {
            expect([place, arrivals[0] !== undefined && carriesCredential(arrivals[0])]).toEqual([
              place,
              true,
            ]);
          }
          if (outcome instanceof FerruleError) expect(outcome.code).toBe('REDIRECT_REFUSED');
          else followed += 1;
          expect(arrivals.length).toBe(
            outcome instanceof FerruleError ? 1 + hopsAtHome(stops) : stops.length,
          );
        }
      }
      if (route === 'https to http') expect(followed).toBe(0);
      else expect(followed).toBeGreaterThan(0);
    });
  });

  describe.each(['basic_auth', 'www_form_urlencoded'] as const)('a token request with %s', clientAuth => {
    it.each(['otherHost', 'otherPort', 'subdomain', 'homeOverHttp'] as const)(
      'that is redirected to %s takes no credential there',
      async stop => {
        for (const status of STATUSES) {
          origins.arrivals.length = 0;
          origins.routes.clear();
          origins.routes.set('/token', { status, location: `${origins[stop]}/elsewhere` });
          const connection = engine.connection({
            name: 'Acme',
            config: {
              baseUrl: origins.home,
              caCert: origins.caCert,
              auth: {
                authType: 'client_credentials',
                tokenUrl: `${origins.home}/token`,
                clientId: `robot-${status}-${stop}`,
                clientSecret: '<<Key>>',
                clientAuth,
              },
            },
            secrets: { Key: CANARY },
            operations: [{ name: 'Go', config: { method: 'GET', path: '/0', followRedirect: true } }],
          });
          await connection.execute('Go').catch(() => undefined);
          expect(origins.arrivals[0]).toSatisfy(carriesCredential);
          expect([status, abroad(origins.arrivals).filter(carriesCredential)]).toEqual([status, []]);
        }
      },
    );

    it('leads to a token that no redirect takes to another origin', async () => {
      const token = 'tok-5f2c81e0';
      await using login = await startEchoServer((_, response) =>
        sendJson(response, { access_token: token, expires_in: 3600 }),
      );
      origins.arrivals.length = 0;
      origins.routes.clear();
      origins.routes.set('/0', { status: 302, location: `${origins.otherHost}/1` });
      const connection = engine.connection({
        name: 'Acme',
        config: {
          baseUrl: origins.home,
          caCert: origins.caCert,
          auth: {
            authType: 'client_credentials',
            tokenUrl: login.origin,
            clientId: 'robot',
            clientSecret: '<<Key>>',
            clientAuth,
          },
        },
        secrets: { Key: CANARY },
        operations: [{ name: 'Go', config: { method: 'GET', path: '/0', followRedirect: true } }],
      });
      await connection.execute('Go');
      expect(origins.arrivals.map(({ text }) => text.includes(token))).toEqual([true, false]);
    });
  });
});
