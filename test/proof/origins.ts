import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Lookup } from '../../src/transport/sockets/connector.ts';
import { type LoopbackServer, startHttpServer } from '../support/loopback-server.ts';
import { createTestAuthority } from '../support/test-authority.ts';

/** A request as one of the servers got it, everything a credential could hide in. */
export interface Arrival {
  readonly origin: string;
  readonly path: string;
  /** Method, URL, headers and body as text. */
  readonly text: string;
  /** The common name of the certificate the client showed; undefined when it showed none. */
  readonly clientName: string | undefined;
}

/** Servers under names and loopback addresses of their own, some of which share a port. */
export interface Origins {
  readonly home: string;
  readonly homeOverHttp: string;
  readonly otherHost: string;
  readonly otherPort: string;
  readonly subdomain: string;
  readonly third: string;
  readonly arrivals: Arrival[];
  readonly caCert: string;
  readonly client: { readonly cert: string; readonly key: string };
  readonly lookup: Lookup;
  /** Where each path leads; a path that is not listed answers 200. */
  readonly routes: Map<string, { readonly status: number; readonly location: string }>;
  close(): Promise<void>;
}

const ADDRESSES: Readonly<Record<string, string>> = {
  'api.acme.test': '127.0.0.2',
  'other.test': '127.0.0.3',
  'eu.api.acme.test': '127.0.0.4',
  'third.test': '127.0.0.5',
};

/** Every server asks for a client certificate and takes none for an answer. */
export async function startOrigins(): Promise<Origins> {
  const authority = createTestAuthority();
  const issued = authority.issue({ hosts: Object.keys(ADDRESSES) });
  const tls = {
    cert: issued.chain,
    key: issued.key,
    ca: authority.cert,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const arrivals: Arrival[] = [];
  const routes: Origins['routes'] = new Map();
  const servers: LoopbackServer[] = [];
  const start = async (name: string, secure: boolean, port: number) => {
    let origin = '';
    const server = await startHttpServer(
      async (request, response) => {
        const arrival = await toArrival(origin, request);
        arrivals.push(arrival);
        const route = routes.get(arrival.path);
        if (route === undefined) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        else response.writeHead(route.status, { location: route.location }).end();
      },
      secure ? tls : undefined,
      ADDRESSES[name],
      port,
    );
    servers.push(server);
    origin = `${secure ? 'https' : 'http'}://${name}:${server.port}`;
    return { origin, port: server.port };
  };
  const home = await start('api.acme.test', true, 0);
  const [otherHost, otherPort, subdomain, third, homeOverHttp] = await Promise.all([
    start('other.test', true, home.port),
    start('api.acme.test', true, 0),
    start('eu.api.acme.test', true, home.port),
    start('third.test', true, 0),
    start('api.acme.test', false, 0),
  ]);
  return {
    home: home.origin,
    homeOverHttp: homeOverHttp.origin,
    otherHost: otherHost.origin,
    otherPort: otherPort.origin,
    subdomain: subdomain.origin,
    third: third.origin,
    arrivals,
    caCert: authority.cert,
    client: authority.issue({ commonName: 'robot' }),
    routes,
    lookup: (host, done) =>
      setImmediate(() => done(null, [{ address: ADDRESSES[host] ?? '127.0.0.9', family: 4 }])),
    close: async () => void (await Promise.all(servers.map(server => server.close()))),
  };
}

async function toArrival(origin: string, request: IncomingMessage): Promise<Arrival> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const head = [request.method, request.url, ...request.rawHeaders].join('\n');
  const { socket } = request;
  const certificate = 'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate() : undefined;
  const commonName = certificate?.subject?.CN;
  return {
    origin,
    path: new URL(request.url ?? '/', origin).pathname,
    text: `${head}\n\n${Buffer.concat(chunks).toString('latin1')}`,
    clientName: Array.isArray(commonName) ? commonName[0] : commonName,
  };
}
