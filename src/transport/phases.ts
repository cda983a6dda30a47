/**
 * How long the parts of opening a connection took, in milliseconds; a part that did not happen is left out. Of
 * several addresses only the attempt that reached one counts.
 */
export interface ConnectTimes {
  readonly dnsMs?: number;
  /** The TCP handshake. */
  readonly connectMs?: number;
  readonly tlsMs?: number;
}

/**
 * Where the time of one request went, in milliseconds; a phase that did not happen is left out. `firstByteMs` less
 * everything above it is the time the server took for its answer.
 */
export interface PhaseTimings extends ConnectTimes {
  /** True when the request went over a connection that was open already: then there is no DNS, connect and TLS. */
  readonly connectionReused: boolean;
  /** Waiting for a free connection, and attempts to open one that came to nothing. */
  readonly blockedMs: number;
  /** From send to the head of the answer. */
  readonly firstByteMs: number;
  /** From the head to the last byte of the body as received; there once it has come. */
  readonly bodyMs?: number | undefined;
}

/** The phases of a chain of requests as one: a connection counts as used again when no request opened one. */
export function sumOfTimings(
  earlier: PhaseTimings | undefined,
  later: PhaseTimings | undefined,
): PhaseTimings | undefined {
  if (earlier === undefined || later === undefined) return earlier ?? later;
  return {
    connectionReused: earlier.connectionReused && later.connectionReused,
    blockedMs: earlier.blockedMs + later.blockedMs,
    ...sumOfConnectTimes(earlier, later),
    firstByteMs: earlier.firstByteMs + later.firstByteMs,
    // The bodies of redirects are part of the way to the answer; that of the answer may still be under way.
    get bodyMs() {
      return later.bodyMs;
    },
  };
}

const connectPhases = ['dnsMs', 'connectMs', 'tlsMs'] as const;

/** What happened in neither is left out. */
export function sumOfConnectTimes(one: ConnectTimes, other: ConnectTimes): ConnectTimes {
  const sum: { -readonly [Phase in keyof ConnectTimes]: ConnectTimes[Phase] } = {};
  for (const phase of connectPhases) {
    const first = one[phase];
    const second = other[phase];
    if (first !== undefined || second !== undefined) sum[phase] = (first ?? 0) + (second ?? 0);
  }
  return sum;
}

/** The phases of a request that failed, as its error tells them in `details`. */
export function timingsOfFailure(
  details: Readonly<Record<string, unknown>>,
): ConnectTimes & Partial<Pick<PhaseTimings, 'connectionReused'>> {
  const { connectionReused } = details;
  const times = Object.fromEntries(
    connectPhases.flatMap(phase => (typeof details[phase] === 'number' ? [[phase, details[phase]]] : [])),
  ) as ConnectTimes;
  return typeof connectionReused === 'boolean' ? { connectionReused, ...times } : times;
}
