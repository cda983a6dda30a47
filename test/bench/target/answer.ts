import { largeAnswer, smallAnswer, TOKEN } from './payloads.ts';
import { type RawAnswer, toAnswerBytes } from './raw-http.ts';
import { sendBytes, sendEvents } from './send-stream.ts';

const small = toAnswerBytes('200 OK', smallAnswer);
const large = toAnswerBytes('200 OK', largeAnswer);
const token = toAnswerBytes(
  '200 OK',
  JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 86_400 }),
);

/** Requests that came so far, for the rows that count them. */
export interface Counts {
  tokens: number;
  handshakes: number;
}

/** What a request is answered with, once it has been checked. A client that forgets something gets 400 and fails. */
export function toAnswer(head: string, body: string, counts: Counts): RawAnswer {
  if (head.startsWith('POST /token ')) {
    counts.tokens += 1;
    return token;
  }
  const [kind, length = '0'] = /(?<=^GET \/stream\/)(bytes|events)\/(\d+)/.exec(head)?.slice(1) ?? [];
  if (kind === 'bytes') return socket => sendBytes(socket, Number(length));
  if (kind === 'events') return socket => sendEvents(socket, Number(length));
  const missing = findMissing(head, body);
  if (missing !== undefined) return toAnswerBytes('400 Bad Request', missing, 'text/plain');
  return head.startsWith('GET /api/large/') ? large : small;
}

const requestLine =
  /^(GET \/api\/(teams|large|c\d+)\/a%20b\/users\?q=jo%20ann&limit=10|POST \/api\/users) HTTP\/1\.1\r\n/;
const neededHeaders = [
  '\r\nauthorization: bearer bench-token\r\n',
  '\r\nx-request-id: r',
  '\r\nx-tenant: tenant-',
  '\r\nx-trace: 00-',
];
const neededMembers = ['"id":"r', '"name":"Ann \\"Lee\\""', '"limit":10', '"note":"A note'];

/** What the request lacks of what every client has to send; undefined when it is complete. */
function findMissing(head: string, body: string): string | undefined {
  if (!requestLine.test(head)) return `another request line than ${head.slice(0, head.indexOf('\r'))}`;
  const headers = head.toLowerCase();
  const header = neededHeaders.find(needed => !headers.includes(needed));
  if (header !== undefined || head.startsWith('GET')) return header;
  return neededMembers.find(needed => !body.includes(needed));
}
