import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createTestAuthority } from '../../support/test-authority.ts';
import { type Counts, toAnswer } from './answer.ts';
import { smallAnswer, TOKEN } from './payloads.ts';
import { serveRaw } from './raw-http.ts';

/** The system that is called, in a process of its own. Sends its ports, and what it has done whenever it is asked. */
export interface TargetPlace {
  readonly plain: number;
  readonly tls: number;
  readonly http2: number;
  readonly ca: string;
}

/** Up to now: processor time, time in which the event loop was busy, and what was counted. */
export interface TargetUsage extends Counts {
  readonly cpuMs: number;
  readonly activeMs: number;
}

const authority = createTestAuthority();
const { cert, key } = authority.issue({ key: 'ec' });
const counts: Counts = { tokens: 0, handshakes: 0 };
const serve = (socket: Socket) => serveRaw(socket, (head, body) => toAnswer(head, body, counts));

const plain = createServer(serve);
const tls = createTlsServer({ cert, key }, serve);
tls.on('secureConnection', () => {
  counts.handshakes += 1;
});
const http2 = createSecureServer({ cert, key });
http2.on('stream', (stream: ServerHttp2Stream, headers) => {
  const complete =
    headers.authorization === `Bearer ${TOKEN}` &&
    headers[':path'] === '/api/teams/a%20b/users?q=jo%20ann&limit=10' &&
    headers['x-request-id'] !== undefined;
  stream.on('error', () => stream.close());
  stream.respond({ ':status': complete ? 200 : 400, 'content-type': 'application/json' });
  stream.end(smallAnswer);
});

const place: TargetPlace = {
  plain: await listen(plain),
  tls: await listen(tls),
  http2: await listen(http2),
  ca: authority.cert,
};
process.on('message', () => process.send?.(toUsage()));
process.on('disconnect', () => process.exit());
process.send?.(place);

function toUsage(): TargetUsage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, activeMs: performance.eventLoopUtilization().active, ...counts };
}

function listen(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
