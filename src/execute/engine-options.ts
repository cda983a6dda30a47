import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';

/** What an option must be: an object with these methods, an object with these options, or a value of a kind. */
type Kind =
  | readonly string[]
  | { readonly [option: string]: Kind }
  | 'boolean'
  | 'function'
  | 'list'
  | 'judged elsewhere';

const options: Kind = {
  secretProvider: ['getSecret'],
  transport: ['send', 'probe', 'release', 'close'],
  clock: ['now', 'monotonicNow', 'after'],
  tokenStore: ['get', 'compareAndSet', 'delete', 'acquireLease', 'renewLease', 'releaseLease'],
  onEvent: 'function',
  logger: ['debug', 'info', 'warn', 'error'],
  tracer: ['startSpan'],
  authorizationKey: 'judged elsewhere',
  proxy: 'judged elsewhere',
  connectionsPerOrigin: 'judged elsewhere',
  trustDefinitions: 'boolean',
  egress: {
    allowPrivate: 'boolean',
    allowLoopback: 'boolean',
    allowLinkLocalAndMetadata: 'boolean',
    allowReserved: 'boolean',
    allowHosts: 'list',
    onlyHosts: 'list',
    denyHosts: 'list',
    allowProxyResolution: 'boolean',
    allowUnixSockets: 'list',
    allowRedirectsTo: 'list',
  },
};

/**
 * Refuses options that would be ignored or fail later: a rule against private addresses that is misspelt is no rule.
 *
 * @throws FerruleError OPTIONS_INVALID
 */
export function assertEngineOptions(given: unknown): void {
  assertKind(given, options, 'options of the engine');
}

function assertKind(given: unknown, kind: Kind, what: string): void {
  if (given === undefined || kind === 'judged elsewhere') return;
  if (kind === 'boolean') {
    if (typeof given !== 'boolean') throw unusable(what, 'true or false', given);
  } else if (kind === 'function') {
    if (typeof given !== 'function') throw unusable(what, 'a function', given);
  } else if (kind === 'list') {
    if (!Array.isArray(given) || !given.every(item => typeof item === 'string'))
      throw unusable(what, 'a list of texts', given);
  } else if (isMethods(kind)) {
    const missing = kind.find(name => typeof Object(given)[name] !== 'function');
    if (missing !== undefined) throw unusable(what, `an object with the method ${missing}`, given);
  } else {
    if (typeof given !== 'object' || given === null) throw unusable(what, 'an object', given);
    for (const [name, value] of Object.entries(given)) {
      const known = Object.hasOwn(kind, name) ? kind[name] : undefined;
      if (known === undefined)
        throw unusable(`option ${name}`, Object.keys(kind).join(', '), undefined, 'an unknown option');
      assertKind(value, known, `option ${name}`);
    }
  }
}

function isMethods(kind: Kind): kind is readonly string[] {
  return Array.isArray(kind);
}

function unusable(what: string, expected: string, value: unknown, found = describeValue(value)) {
  return new FerruleError('OPTIONS_INVALID', `The ${what} cannot be used`, { expected, found });
}
