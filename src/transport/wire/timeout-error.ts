import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Timeouts } from '../transport.ts';
import type { Watched } from './watchdog.ts';

type Expiry = Parameters<Watched['expire']>;

const subjects: Readonly<Record<Expiry[1], string>> = {
  totalMs: 'the call was not complete',
  headersMs: 'no answer came',
  bodyIdleMs: 'no further piece of the body came',
};

/** The error of a timeout that ran out: which one, how long it is, and how far the exchange had come. */
export function toTimeoutError(
  code: Expiry[0],
  setting: Expiry[1],
  timeouts: Timeouts,
  place: {
    readonly host: string;
    readonly port: number;
    readonly phase: 'send' | 'read';
    readonly details: Readonly<Record<string, unknown>>;
  },
): FerruleError {
  const { host, port, phase, details } = place;
  const value = timeouts[setting];
  return new FerruleError(
    code,
    `${host}:${port}: ${subjects[setting]} within timeouts.${setting} (${Math.round(value)} ms)`,
    {
      ...(phase === 'read' ? { stage: phase } : {}),
      details: { host, port, limit: setting, value, ...details },
    },
  );
}
