import { startFaultServer, startHttpServer, unusedPort } from '../support/loopback-server.ts';
import { createTestAuthority } from '../support/test-authority.ts';
import type { LeakTask } from './leak-client.ts';
import { faults } from './server-faults.ts';

type Target = Pick<LeakTask, 'urls' | 'caCert'> & AsyncDisposable;

/** TLS servers that no client can agree with: an unknown authority, another host, no common version. */
export async function startStrangers(): Promise<Target> {
  const authority = createTestAuthority();
  const known = authority.issue({ hosts: ['elsewhere.test'] });
  const unknown = createTestAuthority({ commonName: 'Stranger' }).issue();
  const servers = await Promise.all(
    [
      { cert: known.chain, key: known.key },
      { cert: unknown.chain, key: unknown.key },
      { cert: known.chain, key: known.key, maxVersion: 'TLSv1.1' as const, minVersion: 'TLSv1' as const },
    ].map(tls => startHttpServer((_, response) => response.end(), tls)),
  );
  return {
    urls: servers.map(({ origin }) => origin),
    caCert: authority.cert,
    [Symbol.asyncDispose]: async () => void (await Promise.all(servers.map(server => server.close()))),
  };
}

/** One server with every fault that takes no time and asks no resolver, and a port where there is none. */
export async function startMixedFaults(): Promise<Target> {
  const quick = Object.entries(faults).filter(([name]) => !/^(?:never|stalls|redirects)/.test(name));
  const server = await startFaultServer((socket, received) => {
    const nth = Number(/^\S+ \/(\d+)/.exec(received)?.[1]);
    quick[nth]?.[1].fault(socket, received);
  });
  return {
    urls: [
      ...quick.map((_, index) => `${server.origin}/${index}`),
      `http://127.0.0.1:${await unusedPort()}/`,
    ],
    caCert: null,
    [Symbol.asyncDispose]: () => server.close(),
  };
}
