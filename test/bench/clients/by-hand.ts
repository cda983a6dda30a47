import { expectedLargeOutputs, expectedOutputs, NOTE, TOKEN } from '../target/payloads.ts';

/** What is called: the kinds differ in the request, the answer, or the way to the target. */
export type CallKind = 'get' | 'tls' | 'http2' | 'post' | 'large' | 'many';

export interface CallTask {
  readonly kind: CallKind;
  readonly client: string;
  /** Names the measured window: the same client runs twice in a round. */
  readonly label: string;
  /** Of the target: for the API and for tokens. */
  readonly origin: string;
  readonly tokenOrigin: string;
  /** The authority that signed the target's certificate, when it is TLS. */
  readonly ca?: string;
  /** Where the built Ferrule is. */
  readonly entry: string;
  readonly concurrency: number;
  /** How long it calls before it is measured, with a pause after each. */
  readonly warmUpsMs: readonly number[];
  /** How many times it is measured, each time after others had their turn and after some calls that do not count. */
  readonly turns: number;
  readonly runUpCalls: number;
  /** Of one turn. */
  readonly calls: number;
  /** Whether the calls are made once more with a profiler, after they have been measured. */
  readonly profiled: boolean;
}

/** A client under measurement. A call resolves when its answer has been read, checked and its outputs found. */
export interface Client {
  call(nth: number): Promise<void>;
  close(): Promise<void>;
}

export interface HandRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

export const CONNECTIONS = 128;
export const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
export const CONNECT_TIMEOUT_MS = 10_000;
export const IDLE_TIMEOUT_MS = 60_000;
export const TOTAL_TIMEOUT_MS = 120_000;
export const CONNECTIONS_IN_TURN = 100;

/** The values that vary from call to call. */
export function valuesOf(nth: number) {
  return {
    id: `r${nth}`,
    tenant: nth % 100,
    trace: nth.toString(16),
    team: 'a b',
    query: 'jo ann',
    limit: 10,
  };
}

/** The request of the nth call, as a programmer writes it who knows that values have to be encoded. */
export function toHandRequest(kind: CallKind, nth: number): HandRequest {
  const { id, tenant, trace, team, query, limit } = valuesOf(nth);
  const headers: Record<string, string> = {
    accept: 'application/json, */*;q=0.8',
    'accept-encoding': 'gzip, deflate, br, zstd',
    'user-agent': 'bench',
    authorization: `Bearer ${TOKEN}`,
    'x-request-id': id,
    'x-tenant': `tenant-${tenant}`,
    'x-trace': `00-${trace}-01`,
  };
  if (kind === 'post') {
    headers['content-type'] = 'application/json';
    const body = JSON.stringify({
      id,
      name: 'Ann "Lee"',
      team,
      limit,
      active: true,
      tags: ['a', query],
      note: NOTE,
    });
    return { method: 'POST', path: '/api/users', headers, body };
  }
  const area = kind === 'large' ? 'large' : kind === 'many' ? `c${nth % CONNECTIONS_IN_TURN}` : 'teams';
  const path = `/api/${area}/${encodeURIComponent(team)}/users?q=${encodeURIComponent(query)}&limit=${limit}`;
  return { method: 'GET', path, headers, body: undefined };
}

interface SmallAnswer {
  readonly total: number;
  readonly owner: { readonly name: string };
  readonly next: string | null;
  readonly users: readonly { readonly name: string; readonly email: string }[];
  readonly rows: readonly { readonly sku: string; readonly price: { readonly amount: number } }[];
}

/** Reads the five outputs by hand and checks them. */
export function checkAnswer(kind: CallKind, status: number, answer: unknown): void {
  if (status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(answer)}`);
  const body = answer as SmallAnswer;
  if (kind === 'large') {
    assertOutputs(kind, {
      Total: body.total,
      Owner: body.owner.name,
      First: body.users[0]?.email,
      Last: body.rows[4_999]?.sku,
      Price: body.rows[2_500]?.price.amount,
    });
    return;
  }
  assertOutputs(kind, {
    Total: body.total,
    Owner: body.owner.name,
    First: body.users[0]?.email,
    Next: body.next ?? '',
    Names: body.users.map(user => user.name).join(', '),
  });
}

export function assertOutputs(kind: CallKind, outputs: Readonly<Record<string, unknown>>): void {
  const expected = kind === 'large' ? expectedLargeOutputs : expectedOutputs;
  for (const name in expected) {
    if (outputs[name] !== expected[name]) throw new Error(`output ${name}: ${String(outputs[name])}`);
  }
}
