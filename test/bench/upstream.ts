import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The system that is called, in a process of its own so that its CPU is not counted. Sends its port to the parent. */
const users = Array.from({ length: 10 }, (_, index) => ({
  id: index + 1,
  name: `User ${index + 1}`,
  email: `user${index + 1}@example.com`,
  active: index % 3 !== 0,
}));
const answer = JSON.stringify({ total: users.length, page: 1, next: null, owner: { name: 'Ann' }, users });
const token = JSON.stringify({ access_token: 'bench-token', token_type: 'Bearer', expires_in: 86_400 });

const server = createServer((request, response) => {
  const body = request.url === '/token' ? token : answer;
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
