import type { ConnectionInput } from '../../src/definition/definition-input.ts';
import { createEngine } from '../../src/execute/engine.ts';
import { type EchoServer, type Received, startEchoServer } from '../support/echo-server.ts';
import { createFakeClock } from '../support/fake-clock.ts';

/** One way in which APIs give and take tokens: a definition, what the servers answer, and every byte they are sent. */
export interface ProviderShape {
  readonly style: string;
  /** `http://api.ferrule.test` and `http://login.ferrule.test` stand for two servers. */
  readonly connection: ConnectionInput;
  readonly secrets: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Secrets that cannot be just any text, such as keys. */
  readonly fixedSecrets?: readonly string[];
  /** Parameters that may be left out. */
  readonly optional?: readonly string[];
  /** By path; several are given one after the other. `{token}` stands for the token. */
  readonly answers: Readonly<Record<string, ShapeAnswer | readonly ShapeAnswer[]>>;
  /** Seconds that pass between one call and the next; one call when left out. */
  readonly pauses?: readonly number[];
  /** True where a token cannot be just any text, such as a cookie. */
  readonly plainToken?: boolean;
  readonly expect: Readonly<Partial<Record<Variant, ShapeOutcome>>>;
}

export interface ShapeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** `hard`: secrets, texts and the token hold what URLs, forms, JSON, XML and templates have to escape. */
export type Variant = 'plain' | 'hard' | 'leftOut';

export interface ShapeOutcome {
  /** Request line, headers as they came, an empty line, the body; for each request of each call. */
  readonly requests: readonly (readonly string[])[];
  /** Of the token of the last call; null for one without end. */
  readonly expiresInSeconds: number | null;
}

export const HARD_TEXT = `h+/=&%~"'<>|ä $${'{x}'} || <<y>> {{z}}`;
const HARD_TOKEN = `t+/=&%~"'<>|ä`;
const NOW = Date.UTC(2030, 0, 1);
const NAMES = ['api', 'login'] as const;

export function variantsOf({ optional }: Pick<ProviderShape, 'optional'>): readonly Variant[] {
  return optional === undefined ? ['plain', 'hard'] : ['plain', 'hard', 'leftOut'];
}

/** Runs the first operation of the shape's connection, as often as it says. */
export async function runShape(
  shape: Omit<ProviderShape, 'expect'>,
  variant: Variant,
): Promise<ShapeOutcome> {
  const requests: (readonly string[])[] = [];
  const toNames = (text: string) =>
    servers.reduce(
      (named, { origin }, index) => named.replaceAll(hostOf(origin), `${NAMES[index]}.ferrule.test`),
      text,
    );
  const toOrigins = (text: string) =>
    servers.reduce(
      (real, { origin }, index) => real.replaceAll(`${NAMES[index]}.ferrule.test`, hostOf(origin)),
      text,
    );
  const asked = new Map<string, number>();
  const answer = (request: Received): ShapeAnswer => {
    requests.push(toLines(request, toNames));
    const path = request.url.split('?')[0] ?? '';
    const nth = asked.get(path) ?? 0;
    asked.set(path, nth + 1);
    const answers = [Object.hasOwn(shape.answers, path) ? (shape.answers[path] ?? {}) : {}].flat();
    return answers[Math.min(nth, answers.length - 1)] ?? {};
  };
  const token = variant === 'hard' && shape.plainToken !== true ? HARD_TOKEN : 't0ken';
  const servers: EchoServer[] = [];
  for (const _ of NAMES) {
    servers.push(
      await startEchoServer((request, response) => {
        const { status = 200, headers = {}, body = { ok: true } } = answer(request);
        const isText = typeof body === 'string';
        const text = toOrigins(
          isText ? body.replaceAll('{token}', 't0ken') : JSON.stringify(fill(body, token)),
        );
        response.writeHead(status, {
          'content-type': isText ? 'text/plain' : 'application/json',
          ...headers,
        });
        response.end(text);
        return true;
      }),
    );
  }
  const clock = createFakeClock(NOW);
  const engine = createEngine({ clock });
  try {
    const definition: ConnectionInput = JSON.parse(toOrigins(JSON.stringify(shape.connection)));
    const connection = engine.connection({ ...definition, secrets: secretsOf(shape, variant) });
    const [operation = ''] = connection.operations;
    const parameters = parametersOf(shape, variant);
    let expiresAt = (await connection.execute(operation, parameters)).token?.expiresAt;
    for (const seconds of shape.pauses ?? []) {
      clock.advance(seconds * 1000);
      expiresAt = (await connection.execute(operation, parameters)).token?.expiresAt;
    }
    const expiresInSeconds = expiresAt === undefined ? null : (Date.parse(expiresAt) - clock.now()) / 1000;
    return { requests, expiresInSeconds };
  } finally {
    await engine.close();
    for (const server of servers) await server.close();
  }
}

function secretsOf(
  { secrets, fixedSecrets = [] }: Pick<ProviderShape, 'secrets' | 'fixedSecrets'>,
  variant: Variant,
) {
  if (variant !== 'hard') return secrets;
  const entries = Object.entries(secrets);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, fixedSecrets.includes(name) ? value : HARD_TEXT]),
  );
}

function parametersOf({ parameters = {}, optional = [] }: Omit<ProviderShape, 'expect'>, variant: Variant) {
  const entries = Object.entries(parameters).filter(
    ([name]) => variant !== 'leftOut' || !optional.includes(name),
  );
  const isHard = (value: unknown) => variant === 'hard' && typeof value === 'string';
  return Object.fromEntries(entries.map(([name, value]) => [name, isHard(value) ? HARD_TEXT : value]));
}

/** Everything but `Connection`, which is the client's and the server's own business. */
function toLines(
  { method, url, rawHeaders, body }: Received,
  toNames: (text: string) => string,
): readonly string[] {
  const headers: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (name.toLowerCase() === 'connection') continue;
    headers.push(
      `${name}: ${Buffer.from(value, 'latin1')
        .toString('utf8')
        .replace(/^ferrule\/[\d.]+$/, 'ferrule')}`,
    );
  }
  return [`${method} ${url}`, ...headers, '', ...(body === '' ? [] : [body])].map(toNames);
}

function fill(value: unknown, token: string): unknown {
  if (typeof value === 'string') return value.replaceAll('{token}', token);
  if (Array.isArray(value)) return value.map(each => fill(each, token));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fill(each, token)]));
}

function hostOf(origin: string): string {
  return new URL(origin).host;
}
