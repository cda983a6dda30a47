import { FerruleError } from '../../errors/ferrule-error.ts';

/** The error for an address that may not be reached. */
export function toEgressError(host: string, address: string, refusal: string): FerruleError {
  const subject = host === address ? host : `${host} (address ${address})`;
  return new FerruleError('EGRESS_REFUSED', `${subject} may not be reached: ${refusal}`, {
    details: { host, address },
  });
}

export function toUnresolvedError(host: string, refusal: string): FerruleError {
  return new FerruleError('EGRESS_REFUSED', `${host} may not be reached through a proxy: ${refusal}`, {
    hint: 'Name the host in egress.allowHosts or egress.onlyHosts, set egress.allowProxyResolution, or use socks5.',
    details: { host, requestSent: false },
  });
}

export function toSocketPathError(path: string): FerruleError {
  return new FerruleError('EGRESS_REFUSED', `the UNIX socket ${path} may not be used`, {
    hint: 'Whoever owns the engine can allow it: name its path in egress.allowUnixSockets.',
    details: { socketPath: path, requestSent: false },
  });
}
