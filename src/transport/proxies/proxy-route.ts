import type { LookupAddress } from 'node:dns';
import { once } from '../../base/once.ts';
import { waitFor } from '../../base/wait.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { translateForeignError } from '../../errors/translate-foreign-error.ts';
import { toAbortError } from '../bodies/incoming-body.ts';
import { toEgressError } from '../egress/egress-errors.ts';
import { createEgressPolicy, type EgressPolicy } from '../egress/egress-policy.ts';
import type { ConnectTimes } from '../phases.ts';
import { completeRoute, dial, type OpenedSocket, withCarrier } from '../sockets/carried-socket.ts';
import type { ConnectRequest } from '../sockets/connector.ts';
import { openHttpTunnel } from './http-tunnel.ts';
import { isForwarding } from './proxy-choice.ts';
import { asProxyFailure, detailsOfProxy, nameOfProxy } from './proxy-errors.ts';
import type { ProxyServer } from './proxy-server.ts';
import { openSocksTunnel } from './socks-tunnel.ts';

/**
 * Opens a socket to the target through a proxy: egress check of the target, connection to the proxy by the same rules
 * as to any host, negotiation with it, TLS with the target inside. `timeouts.connectMs` holds for all of it together.
 *
 * @throws FerruleError of stage `send`, before anything of a request was sent
 */
export async function openThroughProxy(
  proxy: ProxyServer,
  request: ConnectRequest,
  signal: AbortSignal,
): Promise<OpenedSocket> {
  const { target, channel, clock } = request;
  const startedAtMs = clock.monotonicNow();
  const elapsedMs = () => clock.monotonicNow() - startedAtMs;
  const within = <Result>(work: Promise<Result>, subject: string) =>
    waitFor(work, {
      clock,
      signal,
      timeoutMs: Math.max(1, channel.connectTimeoutMs - elapsedMs()),
      onTimeout: () => toTimeoutError(proxy, request, subject),
      onAbort: () => toAbortError(signal),
    });
  channel.egress.assertHost(target.host);
  const address =
    proxy.scheme === 'socks5'
      ? await within(resolvePermitted(request), `DNS for ${target.host}`)
      : leaveToProxy(channel.egress, target.host);
  const toProxy = { ...request, timeoutMs: Math.max(1, channel.connectTimeoutMs - elapsedMs()) };
  const { socket: carrier, times } = await dialProxy(proxy, toProxy, signal);
  return withCarrier(carrier, signal, async () => {
    if (proxy.scheme.startsWith('socks')) {
      const leftMs = channel.connectTimeoutMs - elapsedMs();
      await within(openSocksTunnel(proxy, target, address, carrier, leftMs), 'the negotiation');
    } else if (!isForwarding(proxy, target)) {
      const tunnel = openHttpTunnel(proxy, target, carrier, channel.maxHeaderBytes);
      await within(tunnel, 'the answer to CONNECT');
    }
    return completeRoute(carrier, request, toTimes(times, elapsedMs()), signal);
  });
}

/** The name of the target, which the proxy will resolve: by the rules that hold for names alone. */
function leaveToProxy(egress: EgressPolicy, host: string): string {
  if (egress.assertUnresolved !== undefined) egress.assertUnresolved(host);
  else if (process.getBuiltinModule('node:net').isIP(host) === 0) {
    throw toEgressError(host, host, 'the egress policy does not say whether a proxy may resolve it');
  }
  return host;
}

/** The first address of the target that the egress policy permits, so that the proxy has nothing to resolve. */
async function resolvePermitted({ target, channel, lookup }: ConnectRequest): Promise<string> {
  const { host, port } = target;
  if (process.getBuiltinModule('node:net').isIP(host) !== 0) return host;
  const addresses = await new Promise<readonly LookupAddress[]>((resolve, reject) => {
    lookup(host, (error, found) => {
      if (error === null) resolve(found);
      else reject(translateForeignError(error, { host, port, phase: 'connect' }));
    });
  });
  const [first] = addresses;
  if (first === undefined) {
    throw new FerruleError('DNS_FAILED', `${host}: the host name has no address`, { retryable: false });
  }
  const permitted = addresses.find(({ address }) => channel.egress.refusalOf(address, host) === undefined);
  if (permitted !== undefined) return permitted.address;
  const refusal = channel.egress.refusalOf(first.address, host) ?? 'the egress policy refuses it';
  throw toEgressError(host, first.address, refusal);
}

/** For the proxy that the host program named itself: it is no choice of whoever wrote the definition. */
const unjudged = once(() => createEgressPolicy({ allowLinkLocalAndMetadata: true }));

async function dialProxy(
  proxy: ProxyServer,
  request: ConnectRequest,
  signal: AbortSignal,
): Promise<OpenedSocket> {
  const { onConnect: _, ...channel } = request.channel;
  const egress = proxy.isExempt ? unjudged() : (channel.egress.forProxies ?? channel.egress);
  try {
    return await dial(
      {
        ...request,
        target: proxy.target,
        channel: { ...channel, egress, trust: proxy.trust, http2: false },
        tlsSession: { session: undefined },
      },
      signal,
    );
  } catch (error) {
    if (error instanceof FerruleError) throw asProxyFailure(error, proxy, request.target);
    throw error;
  }
}

/** Until the way to the target stands, all but DNS counts as connecting. */
function toTimes({ dnsMs }: ConnectTimes, elapsedMs: number): ConnectTimes {
  return dnsMs === undefined
    ? { connectMs: elapsedMs }
    : { dnsMs, connectMs: Math.max(0, elapsedMs - dnsMs) };
}

function toTimeoutError(
  proxy: ProxyServer,
  { target, channel: { connectTimeoutMs } }: ConnectRequest,
  subject: string,
): FerruleError {
  return new FerruleError(
    'CONNECT_TIMEOUT',
    `${nameOfProxy(proxy)}: ${subject} was not complete within timeouts.connectMs (${connectTimeoutMs} ms)`,
    { details: { ...detailsOfProxy(proxy, target), limit: 'connectMs', value: connectTimeoutMs } },
  );
}
