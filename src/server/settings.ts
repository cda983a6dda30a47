import { type EgressOptions, SecretValue } from '../index.ts';
import type { ApiKeyScope } from '../store.ts';
import { isLoopbackHost, LOOPBACK_NAMES } from './loopback.ts';
import { SettingsReader } from './settings-reader.ts';

/** What a server goes by, judged and complete. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
  /** Host names requests may come under; undefined: any. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly dataFolder: string;
  readonly databaseUrl: SecretValue | undefined;
  readonly encryptionKey: SecretValue | undefined;
  readonly encryptionKeyFile: string | undefined;
  readonly egress: EgressOptions;
  readonly trustDefinitions: boolean;
  readonly limits: ServerLimits;
  readonly stopTimeoutMs: number;
  readonly queue: QueueSettings;
  /** Origins that browsers may be sent to after a connection was authorised. */
  readonly returnOrigins: readonly string[];
  /** Whether tokens are renewed while nobody calls. */
  readonly renewTokens: boolean;
  readonly jwt: JwtSettings | undefined;
  readonly logLevel: LogLevel;
  readonly sample: boolean;
}

export interface ServerLimits {
  readonly maxBodyBytes: number;
  /** Executions, streams and tests at once. */
  readonly maxConcurrent: number;
  /** The most that one caller may hold of the places that others do not hold, 1 to 100. */
  readonly callerSharePercent: number;
  readonly requestTimeoutMs: number;
}

/** Of executions that are accepted now and done later. */
export interface QueueSettings {
  /** How many of them this server does at once. */
  readonly concurrency: number;
  /** How long after its death another server begins again what a server was doing. */
  readonly leaseMs: number;
  /** How long one that has ended is kept, outputs included. */
  readonly keepMs: number;
  readonly maxResultBytes: number;
  /** How many may wait, on all servers together. */
  readonly maxWaiting: number;
}

export interface JwtSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string | undefined;
  readonly scopeClaim: string;
  /** What each word of the claim allows. */
  readonly scopes: ReadonlyMap<string, ApiKeyScope>;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** From least to most; each includes the ones before it. */
export const SCOPES: readonly ApiKeyScope[] = ['read', 'execute', 'manage'];

/**
 * Reads the settings from environment variables, and complains about all that is wrong with them at once.
 * @throws FerruleError SETTINGS_INVALID
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): ServerSettings {
  const read = new SettingsReader(environment);
  const host = read.text('FERRULE_HOST') ?? '127.0.0.1';
  const databaseUrl = read.text('FERRULE_DATABASE_URL');
  const encryptionKey = read.text('FERRULE_ENCRYPTION_KEY');
  const encryptionKeyFile = read.text('FERRULE_ENCRYPTION_KEY_FILE');
  if (databaseUrl !== undefined && encryptionKey === undefined && encryptionKeyFile === undefined) {
    read.complain(
      'FERRULE_ENCRYPTION_KEY',
      'the key of the database, since FERRULE_DATABASE_URL is set',
      'nothing',
    );
  }
  if (encryptionKey !== undefined && encryptionKeyFile !== undefined) {
    read.complain('FERRULE_ENCRYPTION_KEY_FILE', 'one of the variable and the file', 'both');
  }
  const publicUrl = read.url('FERRULE_PUBLIC_URL')?.replace(/\/$/, '');
  const isPersonal = isLoopbackHost(host) && databaseUrl === undefined;
  const settings: ServerSettings = {
    host,
    port: read.number('PORT') ?? 8420,
    publicUrl,
    allowedHosts: read.list('FERRULE_ALLOWED_HOSTS') ?? hostsFor(host, publicUrl),
    dataFolder: read.text('FERRULE_DATA') ?? './.ferrule',
    databaseUrl: databaseUrl === undefined ? undefined : new SecretValue(databaseUrl),
    encryptionKey: encryptionKey === undefined ? undefined : new SecretValue(encryptionKey),
    encryptionKeyFile,
    egress: readEgress(read, isPersonal),
    trustDefinitions: read.boolean('FERRULE_TRUST_DEFINITIONS') ?? false,
    limits: {
      maxBodyBytes: read.number('FERRULE_MAX_BODY_BYTES') ?? 10 * 1024 * 1024,
      maxConcurrent: read.number('FERRULE_MAX_CONCURRENT') ?? 256,
      callerSharePercent: read.number('FERRULE_CALLER_SHARE_PERCENT') ?? 75,
      requestTimeoutMs: read.number('FERRULE_REQUEST_TIMEOUT_MS') ?? 120_000,
    },
    stopTimeoutMs: read.number('FERRULE_STOP_TIMEOUT_MS') ?? 10_000,
    queue: readQueue(read),
    returnOrigins: read.origins('FERRULE_RETURN_ORIGINS') ?? [],
    renewTokens: read.boolean('FERRULE_RENEW_TOKENS') ?? true,
    jwt: readJwt(read),
    logLevel: read.oneOf('FERRULE_LOG_LEVEL', LOG_LEVELS) ?? 'info',
    sample: read.boolean('FERRULE_SAMPLE') ?? isPersonal,
  };
  read.finish();
  return settings;
}

/** On loopback the names of this machine and that of the public URL, which a proxy in front passes on. */
function hostsFor(host: string, publicUrl: string | undefined): readonly string[] | undefined {
  if (!isLoopbackHost(host)) return undefined;
  return publicUrl === undefined ? LOOPBACK_NAMES : [...LOOPBACK_NAMES, new URL(publicUrl).hostname];
}

function readEgress(read: SettingsReader, isPersonal: boolean): EgressOptions {
  const onlyHosts = read.list('FERRULE_EGRESS_ONLY_HOSTS');
  return {
    allowLoopback: read.boolean('FERRULE_EGRESS_ALLOW_LOOPBACK') ?? isPersonal,
    allowPrivate: read.boolean('FERRULE_EGRESS_ALLOW_PRIVATE') ?? false,
    allowHosts: read.list('FERRULE_EGRESS_ALLOW_HOSTS') ?? [],
    denyHosts: read.list('FERRULE_EGRESS_DENY_HOSTS') ?? [],
    allowRedirectsTo: read.list('FERRULE_EGRESS_ALLOW_REDIRECTS_TO') ?? [],
    ...(onlyHosts === undefined ? {} : { onlyHosts }),
  };
}

export const queueDefaults: QueueSettings = {
  concurrency: 16,
  leaseMs: 15_000,
  keepMs: 86_400_000,
  maxResultBytes: 1024 * 1024,
  maxWaiting: 100_000,
};

function readQueue(read: SettingsReader): QueueSettings {
  return {
    concurrency: read.number('FERRULE_QUEUE_CONCURRENCY') ?? queueDefaults.concurrency,
    leaseMs: read.number('FERRULE_QUEUE_LEASE_MS') ?? queueDefaults.leaseMs,
    keepMs: read.number('FERRULE_QUEUE_KEEP_MS') ?? queueDefaults.keepMs,
    maxResultBytes: read.number('FERRULE_QUEUE_MAX_RESULT_BYTES') ?? queueDefaults.maxResultBytes,
    maxWaiting: read.number('FERRULE_QUEUE_MAX_WAITING') ?? queueDefaults.maxWaiting,
  };
}

function readJwt(read: SettingsReader): JwtSettings | undefined {
  const issuer = read.url('FERRULE_JWT_ISSUER');
  const audience = read.text('FERRULE_JWT_AUDIENCE');
  const jwksUrl = read.url('FERRULE_JWT_JWKS_URL');
  const scopeClaim = read.text('FERRULE_JWT_SCOPE_CLAIM') ?? 'scope';
  const pairs = read.list('FERRULE_JWT_SCOPES') ?? SCOPES.map(scope => `${scope}=${scope}`);
  const scopes = new Map<string, ApiKeyScope>();
  for (const pair of pairs) {
    const [word = '', wanted] = pair.split('=');
    const scope = SCOPES.find(known => known === wanted);
    if (scope === undefined || word === '') {
      read.complain('FERRULE_JWT_SCOPES', `word=scope, with a scope of ${SCOPES.join(', ')}`, `"${pair}"`);
    } else scopes.set(word, scope);
  }
  if (issuer === undefined) return undefined;
  if (audience === undefined) {
    // A token for another service of the same issuer must not open this one.
    read.complain(
      'FERRULE_JWT_AUDIENCE',
      'the audience of the tokens, since FERRULE_JWT_ISSUER is set',
      'nothing',
    );
    return undefined;
  }
  return { issuer, audience, jwksUrl, scopeClaim, scopes };
}
