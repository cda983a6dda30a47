import http from 'node:http';
import https from 'node:https';
import { createGotTransport, type GotTransportOptions } from '../../src/transport/got/got-transport.ts';
import type { Transport } from '../../src/transport/transport.ts';

/** Over agents of Node as a host program would make them, closed together with the transport. */
export function createGotOverAgents(options: GotTransportOptions = {}): Transport {
  const agent = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
  const transport = createGotTransport({ ...options, agent });
  return {
    send: (request, context) => transport.send(request, context),
    probe: (url, context) => transport.probe(url, context),
    release: async key => {
      await transport.release(key);
      // The sockets are the host program's: idle ones it closes now, the others when they are done.
      for (const { sockets, freeSockets } of [agent.http, agent.https]) {
        for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
        for (const socket of Object.values(sockets).flat()) socket?.once('free', () => socket.destroy());
      }
    },
    close: async () => {
      await transport.close();
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}
