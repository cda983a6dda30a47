import type { WireExchange } from '../transport/observation/witness.ts';

/** The phases of HAR 1.2 in milliseconds, -1 for one that did not happen or is not known. */
export interface HarTimings {
  /** Waiting for a free connection. */
  readonly blocked: number;
  readonly dns: number;
  /** TCP and TLS together. */
  readonly connect: number;
  /** 0: sending is not told apart from waiting. */
  readonly send: number;
  readonly wait: number;
  readonly receive: number;
  /** The part of `connect` that TLS took. */
  readonly ssl: number;
}

/** Where the time of an exchange went. A transport that does not measure phases leaves all of it to `wait`. */
export function toHarTimings({ head, timings = {}, bodyMs, failedAfterMs = 0 }: WireExchange): HarTimings {
  const { blockedMs = -1, dnsMs = -1, connectMs = -1, tlsMs = -1 } = timings;
  // TLS over a tunnel or a UNIX socket may have been opened without TCP to the server itself.
  const connect = connectMs === -1 && tlsMs === -1 ? -1 : known(connectMs) + known(tlsMs);
  const untilHead = head?.firstByteMs ?? failedAfterMs;
  return {
    blocked: blockedMs,
    dns: dnsMs,
    connect,
    send: 0,
    wait: Math.max(0, untilHead - known(blockedMs) - known(dnsMs) - known(connect)),
    receive: timings.bodyMs ?? bodyMs ?? 0,
    ssl: tlsMs,
  };
}

/** `entry.time` of HAR 1.2: all of it but `ssl`, which stands in `connect`, and what is -1. */
export function toHarTime({ blocked, dns, connect, send, wait, receive }: HarTimings): number {
  return [blocked, dns, connect, send, wait, receive].reduce((sum, phase) => sum + known(phase), 0);
}

function known(phaseMs: number): number {
  return phaseMs === -1 ? 0 : phaseMs;
}
