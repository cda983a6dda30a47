import http, { type ClientRequest } from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { type ConnectionOptions, TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { translateForeignError } from '../../errors/translate-foreign-error.ts';
import { toEgressError } from '../egress/egress-errors.ts';
import type { ConnectTimes } from '../phases.ts';
import type { Lookup, Target } from '../sockets/connector.ts';
import { permittedLookup } from '../sockets/permitted-lookup.ts';
import type { Channel, ConnectPhases } from '../transport.ts';
import { findTrustBreach } from './agent-trust.ts';
import { type GotHead, toHeaderObject } from './got-head.ts';

export interface AgentConnectionRequest {
  readonly target: Target;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly lookup: Lookup;
  readonly agent: http.Agent;
  readonly head: GotHead;
}

/** A request of Node's with a socket that was judged, and nothing written to it. */
export interface AgentConnection {
  readonly request: ClientRequest;
  /** Left out when the socket had been open before. */
  readonly times?: ConnectTimes;
}

export type AgentConnectionDone = (error: FerruleError | null, connection: AgentConnection | null) => void;

/**
 * Asks an agent of the host program for a socket and judges it before a byte of the request is written: the name of the
 * host before the agent is asked, the address once the socket is connected, trust after the TLS handshake. A socket that
 * had been open before is judged like a new one, because its pool may have other users.
 *
 * @returns a function that gives up at once; the callback is then not called.
 */
export function openThroughAgent(request: AgentConnectionRequest, done: AgentConnectionDone): () => void {
  const attempt = new AgentAttempt(request, done);
  attempt.start();
  return () => attempt.cancel();
}

class AgentAttempt {
  readonly #parts: AgentConnectionRequest;
  readonly #times: { -readonly [Phase in keyof ConnectTimes]: ConnectTimes[Phase] } = {};
  readonly #cancelTimer: () => void;
  #done: AgentConnectionDone | undefined;
  #request: ClientRequest | undefined;
  #phaseStartedAtMs: number;

  constructor(parts: AgentConnectionRequest, done: AgentConnectionDone) {
    this.#parts = parts;
    this.#done = done;
    this.#phaseStartedAtMs = parts.clock.monotonicNow();
    const timer = parts.clock.after(parts.channel.connectTimeoutMs, () => this.#fail(this.#timeoutError()));
    this.#cancelTimer = () => timer.cancel();
  }

  start(): void {
    const { target, channel } = this.#parts;
    try {
      channel.egress.assertHost(target.host);
      const request = this.#ask();
      this.#request = request;
      request.on('error', error => this.#fail(error));
      request.once('socket', socket => this.#watch(socket));
    } catch (error) {
      this.#fail(error);
    }
  }

  cancel(): void {
    this.#done = undefined;
    this.#cancelTimer();
    this.#request?.destroy();
  }

  #ask(): ClientRequest {
    const { target, channel, agent, head, lookup } = this.#parts;
    const { trust, egress } = channel;
    const isIp = process.getBuiltinModule('node:net').isIP(target.host) !== 0;
    const shared = {
      agent,
      host: target.host,
      port: target.port,
      method: head.method,
      path: head.path,
      headers: toHeaderObject(head.headers),
      maxHeaderSize: Math.max(1, Math.ceil(Math.min(channel.maxHeaderBytes, Number.MAX_SAFE_INTEGER))),
      lookup: permittedLookup(lookup, egress, target.host) as LookupFunction,
    };
    if (!target.secure) return http.request(shared);
    const tls: https.RequestOptions & SecureContextChoice = {
      ...shared,
      secureContext: trust.secureContext,
      servername: trust.serverName ?? (isIp ? '' : target.host),
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: trust.fingerprints.length === 0,
      // Agents resume TLS sessions, in which the server shows no certificate that could be judged; given, this keeps them
      // from it.
      session: undefined,
      // Means nothing to a client, but is part of the name by which agents tell their sockets apart.
      sessionIdContext: trust.key,
    };
    return https.request(tls);
  }

  #watch(socket: Socket): void {
    if (this.#done === undefined) return;
    if (!socket.connecting) {
      this.#connected(socket);
      return;
    }
    socket.once('lookup', () => {
      this.#times.dnsMs = this.#lap();
    });
    socket.once('connect', () => {
      this.#times.connectMs = this.#lap();
      this.#connected(socket);
    });
  }

  #connected(socket: Socket): void {
    if (this.#done === undefined) return;
    const { target, channel } = this.#parts;
    const address = socket.remoteAddress ?? '';
    const refusal = channel.egress.refusalOf(address, target.host);
    if (refusal !== undefined) this.#fail(toEgressError(target.host, address, refusal));
    else if (!target.secure) this.#succeed(socket);
    else if (!(socket instanceof TLSSocket)) this.#fail(this.#noTlsError());
    else if (isHandshaking(socket)) {
      socket.once('secureConnect', () => {
        this.#times.tlsMs = this.#lap();
        this.#secured(socket);
      });
    } else this.#secured(socket);
  }

  #secured(socket: TLSSocket): void {
    if (this.#done === undefined) return;
    const { target, channel } = this.#parts;
    const breach = findTrustBreach(socket, target, channel.trust);
    if (breach === undefined) this.#succeed(socket);
    else this.#fail(breach);
  }

  #succeed(socket: Socket): void {
    const done = this.#done;
    const request = this.#request;
    if (done === undefined || request === undefined) return;
    this.#done = undefined;
    this.#cancelTimer();
    const { target, channel } = this.#parts;
    if (request.reusedSocket) {
      done(null, { request });
      return;
    }
    const tlsVersion = socket instanceof TLSSocket ? socket.getProtocol() : null;
    const phases: ConnectPhases = {
      host: target.host,
      ...(socket.remoteAddress === undefined ? {} : { address: socket.remoteAddress }),
      ...this.#times,
      ...(tlsVersion === null ? {} : { tlsVersion }),
    };
    channel.onConnect?.(phases);
    done(null, { request, times: this.#times });
  }

  #fail(error: unknown): void {
    const done = this.#done;
    // The listener that leads here stays, so that no late error of the request is unhandled.
    if (done === undefined) return;
    this.#done = undefined;
    this.#cancelTimer();
    this.#request?.destroy();
    const { host, port, secure } = this.#parts.target;
    const details = { ...this.#times, requestSent: false };
    done(translateForeignError(error, { host, port, secure, phase: 'connect', details }), null);
  }

  #noTlsError(): FerruleError {
    const { host, port } = this.#parts.target;
    return new FerruleError('TLS_FAILED', `${host}:${port}: the agent gave a connection without TLS`, {
      hint: 'Give createGotTransport an agent for https that opens connections with TLS.',
      details: { host, port, requestSent: false },
    });
  }

  #timeoutError(): FerruleError {
    const { target, channel } = this.#parts;
    const { host, port } = target;
    const value = channel.connectTimeoutMs;
    const pending =
      target.secure && this.#times.connectMs !== undefined
        ? 'the TLS handshake was not complete'
        : 'the agent had no connection ready';
    return new FerruleError(
      'CONNECT_TIMEOUT',
      `${host}:${port}: ${pending} within timeouts.connectMs (${value} ms)`,
      { details: { host, port, limit: 'connectMs', value, ...this.#times, requestSent: false } },
    );
  }

  #lap(): number {
    const nowMs = this.#parts.clock.monotonicNow();
    const elapsedMs = nowMs - this.#phaseStartedAtMs;
    this.#phaseStartedAtMs = nowMs;
    return elapsedMs;
  }
}

/** Options of `tls.connect` that `https.request` hands on, though its types do not list them. */
type SecureContextChoice = Pick<ConnectionOptions, 'secureContext' | 'ALPNProtocols'> & {
  readonly session: undefined;
};

/** `getProtocol` has no answer before the handshake is done. */
function isHandshaking(socket: TLSSocket): boolean {
  return (socket as TLSSocket & { readonly secureConnecting?: boolean }).secureConnecting === true;
}
