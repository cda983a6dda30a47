import type { ConnectionInput } from '../../../src/index.ts';
import { NOTE } from '../target/payloads.ts';
import {
  assertOutputs,
  type CallTask,
  type Client,
  CONNECTIONS,
  CONNECTIONS_IN_TURN,
  valuesOf,
} from './by-hand.ts';

/** Ferrule as it is published: outputs, report, limits, timeouts and the egress policy are on. */
export async function createFerruleClient(task: CallTask): Promise<Client> {
  const { kind } = task;
  const { createEngine } = (await import(task.entry)) as typeof import('../../../src/index.ts');
  const engine = createEngine({ connectionsPerOrigin: kind === 'http2' ? 1 : CONNECTIONS });
  const count = kind === 'many' ? CONNECTIONS_IN_TURN : 1;
  const connections = Array.from({ length: count }, (_, nth) => engine.connection(toDefinition(task, nth)));
  return {
    async call(nth) {
      const { id, tenant, trace, team, query, limit } = valuesOf(nth);
      const { outputs, ok } = (await connections[nth % count]?.execute('Users', {
        'Request Id': id,
        Tenant: tenant,
        Trace: trace,
        Team: team,
        Query: query,
        Limit: limit,
      })) ?? { outputs: {}, ok: false };
      if (!ok) throw new Error('the call failed');
      assertOutputs(kind, outputs);
    },
    close: () => engine.close(),
  };
}

/** The nth of the connections in turn; each has templates of its own. */
export function toDefinition(
  task: Pick<CallTask, 'kind' | 'origin' | 'tokenOrigin' | 'ca'>,
  nth = 0,
): ConnectionInput {
  const { kind, origin, tokenOrigin, ca } = task;
  const area = kind === 'large' ? 'large' : kind === 'many' ? `c${nth}` : 'teams';
  const headers = {
    'X-Request-Id': '<<Request Id>>',
    'X-Tenant': 'tenant-<<Tenant>>',
    'X-Trace': '00-<<Trace>>-01',
  };
  const get = {
    method: 'GET',
    path: `/${area}/<<Team>>/users`,
    params: { q: '<<Query>>', limit: '{{Limit [1-100]}}' },
    headers,
  } as const;
  const json = {
    id: '<<Request Id>>',
    name: 'Ann "Lee"',
    team: '<<Team>>',
    limit: '{{Limit [1-100]}}',
    active: true,
    tags: ['a', '<<Query>>'],
    note: NOTE,
  };
  const post = { method: 'POST', path: '/users', headers, body: { bodyType: 'json', json } } as const;
  const last =
    kind === 'large'
      ? { Last: { value: 'body.rows[4999].sku' }, Price: { value: 'body.rows[2500].price.amount' } }
      : {
          Next: { value: "body.next ?? ''" },
          Names: { value: "body.users.map(user => user.name).join(', ')" },
        };
  return {
    name: `Bench ${nth}`,
    config: {
      baseUrl: `${origin}/api`,
      ...(ca === undefined ? {} : { caCert: ca }),
      ...(kind === 'http2' ? { http2: true } : {}),
      auth: {
        authType: 'client_credentials',
        tokenUrl: `${tokenOrigin}/token`,
        clientId: 'bench',
        clientSecret: '<<Client Secret>>',
      },
    },
    secrets: { 'Client Secret': 'bench-secret' },
    operations: [
      {
        name: 'Users',
        config: kind === 'post' ? post : get,
        outputs: {
          Total: { value: 'body.total' },
          Owner: { value: 'body.owner.name' },
          First: { value: "body['users'][0].email" },
          ...last,
        },
      },
    ],
  };
}
