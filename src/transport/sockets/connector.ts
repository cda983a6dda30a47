import type { LookupAddress } from 'node:dns';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { translateForeignError } from '../../errors/translate-foreign-error.ts';
import { toEgressError } from '../egress/egress-errors.ts';
import type { ConnectTimes } from '../phases.ts';
import type { Channel, ConnectPhases } from '../transport.ts';
import { findPinMismatch } from '../trust/pinned-certificate.ts';
import { answerWith } from './known-lookup.ts';

/** Resolves a host name to all its addresses; `dns.lookup` with `all: true` by default. */
export type Lookup = (
  host: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** Where to connect to. */
export interface Target {
  /** Scheme, host and port, as in a URL. */
  readonly origin: string;
  readonly secure: boolean;
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What one connection leaves for the next one to the same origin. */
export interface TlsSessionSlot {
  session: Buffer | undefined;
}

export interface ConnectRequest {
  readonly target: Target;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly lookup: Lookup;
  readonly tlsSession: TlsSessionSlot;
  /** A way to the target that is open already: only TLS is left to do, over it. */
  readonly carrier?: Socket;
  /** What is left of `channel.connectTimeoutMs`; all of it when left out. */
  readonly timeoutMs?: number;
}

/** Told how it ended: an error or a socket, and how long each phase took that was completed. */
export type ConnectDone = (error: FerruleError | null, socket: Socket | null, times: ConnectTimes) => void;

/** Milliseconds between the first address tried and the next, RFC 8305 section 8. */
const ATTEMPT_DELAY_MS = 250;
const KEEP_ALIVE_PROBE_MS = 60_000;

/**
 * Opens one socket: egress check of the host, DNS, egress check of every address, TCP to the first address that
 * answers, egress check of the address reached, TLS. Gives the socket, or a FerruleError of stage `send`.
 *
 * @returns a function that gives up at once, in any phase; the callback is then not called.
 */
export function openSocket(request: ConnectRequest, done: ConnectDone): () => void {
  const attempt = new ConnectionAttempt(request, done);
  attempt.start();
  return () => attempt.cancel();
}

class ConnectionAttempt {
  readonly #request: ConnectRequest;
  readonly #startedAtMs: number;
  readonly #times: { -readonly [Phase in keyof ConnectTimes]: ConnectTimes[Phase] } = {};
  readonly #cancelTimer: () => void;
  #done: ConnectDone | undefined;
  #socket: Socket | undefined;
  #phaseStartedAtMs: number;

  constructor(request: ConnectRequest, done: ConnectDone) {
    this.#request = request;
    this.#done = done;
    this.#startedAtMs = request.clock.monotonicNow();
    this.#phaseStartedAtMs = this.#startedAtMs;
    const timeoutMs = request.timeoutMs ?? request.channel.connectTimeoutMs;
    const timer = request.clock.after(timeoutMs, () => this.#fail(this.#timeoutError()));
    this.#cancelTimer = () => timer.cancel();
  }

  start(): void {
    const { target, channel, carrier } = this.#request;
    if (carrier !== undefined) {
      const socket = this.#openTls({ socket: carrier, host: target.host });
      this.#adopt(socket);
      // A carrier that closes is no error to the TLS over it.
      socket.once('close', () => this.#fail(closedCarrier(target)));
      return;
    }
    try {
      channel.egress.assertHost(target.host);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (process.getBuiltinModule('node:net').isIP(target.host) !== 0) this.#connect([]);
    else this.#resolve();
  }

  /** Gives up without telling. A DNS query cannot be taken back, but its answer is ignored. */
  cancel(): void {
    this.#done = undefined;
    this.#cancelTimer();
    this.#socket?.destroy();
  }

  #resolve(): void {
    const { target, lookup } = this.#request;
    lookup(target.host, (error, addresses) => {
      if (this.#done === undefined) return;
      this.#times.dnsMs = this.#lap();
      if (error !== null) this.#fail(error);
      else this.#connect(this.#permitted(addresses));
    });
  }

  /** The addresses the egress policy lets through; none when it refuses all. */
  #permitted(addresses: readonly LookupAddress[]): readonly LookupAddress[] {
    const { target, channel } = this.#request;
    const permitted = addresses.filter(
      ({ address }) => channel.egress.refusalOf(address, target.host) === undefined,
    );
    if (permitted.length === 0) this.#fail(this.#noAddressError(addresses[0]));
    return permitted;
  }

  #noAddressError(first: LookupAddress | undefined): FerruleError {
    const { target, channel } = this.#request;
    if (first === undefined) {
      return new FerruleError('DNS_FAILED', `${target.host}: the host name has no address`, {
        retryable: false,
      });
    }
    const refusal = channel.egress.refusalOf(first.address, target.host) ?? 'the egress policy refuses it';
    return toEgressError(target.host, first.address, refusal);
  }

  #connect(addresses: readonly LookupAddress[]): void {
    if (this.#done === undefined) return;
    const { target } = this.#request;
    const options = {
      host: target.host,
      port: target.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
      ...(addresses.length === 0 ? {} : { lookup: answerWith(addresses) }),
      autoSelectFamily: addresses.length > 1,
      autoSelectFamilyAttemptTimeout: ATTEMPT_DELAY_MS,
    };
    const socket = target.secure
      ? this.#openTls(options)
      : process.getBuiltinModule('node:net').connect(options);
    this.#adopt(socket);
    // Addresses that did not answer are not part of the time that the one took which did.
    if (addresses.length > 1) socket.on('connectionAttempt', () => void this.#lap());
    socket.once('connect', () => this.#connected(socket));
  }

  #adopt(socket: Socket): void {
    this.#socket = socket;
    socket.on('error', error => {
      // An alert that comes after the handshake (TLS 1.3) would be followed by "closed" and forgotten.
      if (this.#done === undefined) socket.destroy(error);
      else this.#fail(error);
    });
  }

  #openTls(options: object): TLSSocket {
    const { target, channel, tlsSession } = this.#request;
    const isIp = process.getBuiltinModule('node:net').isIP(target.host) !== 0;
    const hasPins = channel.trust.fingerprints.length > 0;
    const socket = process.getBuiltinModule('node:tls').connect({
      ...options,
      secureContext: channel.trust.secureContext,
      // An address is not a server name (RFC 6066 section 3); Node then checks the certificate against `host`.
      servername: channel.trust.serverName ?? (isIp ? '' : target.host),
      ALPNProtocols: channel.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
      // In a session that is resumed the server shows no certificate, which a pin could be compared with.
      ...(tlsSession.session === undefined || hasPins ? {} : { session: tlsSession.session }),
      // A pinned certificate is compared below, before anything is sent; without a pin, Node checks chain and host.
      rejectUnauthorized: !hasPins,
    });
    socket.on('session', session => {
      tlsSession.session = session;
    });
    socket.once('secureConnect', () => {
      this.#times.tlsMs = this.#lap();
      const stranger = findPinMismatch(socket, target, channel.trust.fingerprints);
      if (stranger !== undefined) this.#fail(stranger);
      else this.#succeed(socket, socket.getProtocol() ?? undefined);
    });
    return socket;
  }

  #connected(socket: Socket): void {
    const { target, channel } = this.#request;
    this.#times.connectMs = this.#lap();
    const address = socket.remoteAddress ?? '';
    const refusal = channel.egress.refusalOf(address, target.host);
    if (refusal !== undefined) this.#fail(toEgressError(target.host, address, refusal));
    else if (!target.secure) this.#succeed(socket, undefined);
  }

  #succeed(socket: Socket, tlsVersion: string | undefined): void {
    const done = this.#done;
    if (done === undefined) return;
    this.#done = undefined;
    this.#cancelTimer();
    const { target, channel } = this.#request;
    if (channel.onConnect !== undefined) {
      const phases: ConnectPhases = {
        host: target.host,
        ...(socket.remoteAddress === undefined ? {} : { address: socket.remoteAddress }),
        ...this.#times,
        ...(tlsVersion === undefined ? {} : { tlsVersion }),
      };
      channel.onConnect(phases);
    }
    done(null, socket, this.#times);
  }

  #fail(error: unknown): void {
    const done = this.#done;
    // The listener that leads here stays for the life of the socket, so that no late error is unhandled.
    if (done === undefined) return;
    this.#done = undefined;
    this.#cancelTimer();
    this.#socket?.destroy();
    // A session that the server no longer accepts must not spoil the next attempt.
    this.#request.tlsSession.session = undefined;
    const { host, port } = this.#request.target;
    done(
      translateForeignError(error, {
        host,
        port,
        phase: 'connect',
        secure: this.#request.target.secure,
        details: { ...this.#times, requestSent: false },
      }),
      null,
      this.#times,
    );
  }

  #timeoutError(): FerruleError {
    const { target, channel, carrier } = this.#request;
    const { dnsMs, connectMs } = this.#times;
    const isIp = process.getBuiltinModule('node:net').isIP(target.host) !== 0;
    const isOpen = carrier !== undefined || connectMs !== undefined;
    const pending = isOpen ? 'the TLS handshake' : dnsMs !== undefined || isIp ? 'the connection' : 'DNS';
    return new FerruleError(
      'CONNECT_TIMEOUT',
      `${target.host}:${target.port}: ${pending} was not complete within timeouts.connectMs (${channel.connectTimeoutMs} ms)`,
      {
        details: {
          host: target.host,
          port: target.port,
          limit: 'connectMs',
          value: channel.connectTimeoutMs,
          ...this.#times,
          requestSent: false,
        },
      },
    );
  }

  /** Milliseconds since the last call, or since the attempt began. */
  #lap(): number {
    const nowMs = this.#request.clock.monotonicNow();
    const elapsedMs = nowMs - this.#phaseStartedAtMs;
    this.#phaseStartedAtMs = nowMs;
    return elapsedMs;
  }
}

/** The default {@link Lookup}: the operating system's resolver, its order kept. */
export const systemLookup: Lookup = (host, done) => {
  process
    .getBuiltinModule('node:dns')
    .lookup(host, { all: true }, (error, addresses) => done(error, addresses));
};

function closedCarrier({ host, port }: Target): FerruleError {
  return new FerruleError(
    'CONNECTION_FAILED',
    `${host}:${port}: the connection was closed while it was being opened`,
    {
      details: { host, port, requestSent: false },
    },
  );
}
