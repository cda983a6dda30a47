import { FerruleError } from '../../../errors.ts';

/** Options of axios that would change what is sent or trusted; to ignore them would be worse than to refuse. */
const refused: Readonly<Record<string, string>> = {
  adapter: 'interceptors, or a server on loopback in tests',
  beforeRedirect: 'maxRedirects: 0, and a request of its own',
  cancelToken: 'signal, which takes an AbortSignal',
  httpAgent: 'egress or lookup of createClient',
  httpsAgent: 'tls of createClient',
  proxy: 'a connection with a proxy in its definition',
  socketPath: 'an http or https URL',
  transformRequest: 'interceptors.request',
  transformResponse: 'interceptors.response',
  transport: 'tls, egress and limits of createClient',
};

/** @throws FerruleError OPTIONS_INVALID */
export function assertSupported(config: object): void {
  for (const [name, value] of Object.entries(config)) {
    if (!Object.hasOwn(refused, name) || value === undefined || value === false || value === null) continue;
    throw new FerruleError('OPTIONS_INVALID', `The option ${name} of axios is not supported`, {
      hint: `Use ${refused[name]}.`,
    });
  }
}
