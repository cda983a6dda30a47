import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type EchoServer, type Received, sendJson, startEchoServer } from '../support/echo-server.ts';

export interface DigestServerOptions {
  readonly username: string;
  readonly password: string;
  /** As written in the challenge; undefined: not written. */
  readonly algorithm: string | undefined;
  readonly qop: string | undefined;
  readonly userhash?: boolean;
  /** Stands in front of the server's own challenge. */
  readonly challengeBefore?: string;
  /** Instead of the server's own. */
  readonly challenge?: string;
  /** An unknown nonce is refused like a wrong password. */
  readonly neverStale?: boolean;
  /** Where accepted requests are sent on. */
  readonly redirectTo?: string;
}

type DigestVerdict = 'challenged' | 'accepted' | 'stale' | 'refused';

export interface DigestServer extends EchoServer {
  /** One for each request, in order. */
  readonly verdicts: readonly DigestVerdict[];
  renewNonce(): void;
}

const realm = 'cameras "north"';
const opaque = 'op/aque==';

/** A server that checks Digest credentials by RFC 7616: response, nonce, strictly growing count, URI and opaque. */
export async function startDigestServer(options: DigestServerOptions): Promise<DigestServer> {
  const verdicts: DigestVerdict[] = [];
  const seen = new Set<string>();
  let generation = 1;
  const nonce = () => `nonce/${generation}+=`;
  const server = await startEchoServer((request, response) => {
    const verdict = judge(request, nonce(), seen, options);
    verdicts.push(verdict);
    if (verdict === 'accepted') {
      if (options.redirectTo === undefined) return sendJson(response, {});
      response.writeHead(307, { location: options.redirectTo }).end();
      return true;
    }
    return challenge(response, nonce(), verdict === 'stale', options);
  });
  return Object.create(server, {
    verdicts: { value: verdicts },
    renewNonce: {
      value: () => {
        generation += 1;
        seen.clear();
      },
    },
  });
}

function challenge(
  response: ServerResponse,
  nonce: string,
  stale: boolean,
  options: DigestServerOptions,
): true {
  const { algorithm, qop, userhash } = options;
  const fields = [
    'realm="cameras \\"north\\""',
    `nonce="${nonce}"`,
    `opaque="${opaque}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(qop === undefined ? [] : [`qop="${qop}"`]),
    ...(stale ? ['stale=TRUE'] : []),
    ...(userhash ? ['userhash=true'] : []),
  ];
  const own = options.challenge ?? `Digest ${fields.join(', ')}`;
  const all = options.challengeBefore === undefined ? [own] : [options.challengeBefore, own];
  response.writeHead(401, { 'www-authenticate': all }).end('{}');
  return true;
}

function judge(
  request: Received,
  nonce: string,
  seen: Set<string>,
  options: DigestServerOptions,
): DigestVerdict {
  const { authorization } = request.headers;
  if (authorization === undefined) return 'challenged';
  const given = new Map(
    [...authorization.matchAll(/([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(
      ([, name = '', quoted, plain]) => [name, quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? ''],
    ),
  );
  const name = (options.algorithm ?? 'MD5').toUpperCase();
  const hash = (text: string) =>
    createHash(name.replace('-SESS', '').replace('SHA-256', 'sha256').replace('SHA-512-256', 'sha512-256'))
      .update(text)
      .digest('hex');
  const user = hash(`${options.username}:${realm}:${options.password}`);
  const secret = name.endsWith('-SESS') ? hash(`${user}:${given.get('nonce')}:${given.get('cnonce')}`) : user;
  const qop = given.get('qop');
  const target =
    qop === 'auth-int'
      ? hash(`${request.method}:${request.url}:${hash(request.body)}`)
      : hash(`${request.method}:${request.url}`);
  const middle = qop === undefined ? '' : `:${given.get('nc')}:${given.get('cnonce')}:${qop}`;
  const use = `${given.get('nonce')} ${given.get('nc') ?? seen.size}`;
  const isRight =
    given.get('response') === hash(`${secret}:${given.get('nonce')}${middle}:${target}`) &&
    given.get('uri') === request.url &&
    given.get('opaque') === opaque &&
    (qop === undefined) === (options.qop === undefined) &&
    given.get('algorithm') === options.algorithm &&
    readUser(given) === (options.userhash ? hash(`${options.username}:${realm}`) : options.username) &&
    !seen.has(use);
  if (!isRight) return 'refused';
  if (given.get('nonce') !== nonce) return options.neverStale ? 'refused' : 'stale';
  seen.add(use);
  return 'accepted';
}

function readUser(given: ReadonlyMap<string, string>): string | undefined {
  const extended = given.get('username*');
  return extended === undefined ? given.get('username') : decodeURIComponent(extended.replace("UTF-8''", ''));
}
