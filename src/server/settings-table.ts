/** How the text of an environment variable is read. */
export type SettingKind =
  | 'text'
  | 'secret'
  | 'url'
  | 'list'
  | 'boolean'
  | 'port'
  | 'bytes'
  | 'count'
  | 'percent'
  | 'milliseconds';

export interface Setting {
  readonly kind: SettingKind;
  /** As people write it; `none` when nothing is set. What it depends on stands in words. */
  readonly fallback: string;
  readonly meaning: string;
}

const setting = (kind: SettingKind, fallback: string, meaning: string): Setting => ({
  kind,
  fallback,
  meaning,
});

/** Every setting of the server. `docs/server.md` shows this table, and any other `FERRULE_…` variable is refused. */
export const settingsTable = {
  PORT: setting('port', '8420', 'The port to listen on; 0 takes any free one.'),
  FERRULE_HOST: setting('text', '127.0.0.1', 'The address to listen on.'),
  FERRULE_PUBLIC_URL: setting(
    'url',
    'the address listened on',
    'Where clients and browsers reach the server, when that is not the address it listens on.',
  ),
  FERRULE_ALLOWED_HOSTS: setting(
    'list',
    'names of this machine and of the public URL when listening on loopback, any otherwise',
    'The host names requests may come under, against DNS rebinding.',
  ),
  FERRULE_DATA: setting(
    'text',
    './.ferrule',
    'The folder of the SQLite database and of the key that was made for it.',
  ),
  FERRULE_DATABASE_URL: setting(
    'secret',
    'none',
    'A PostgreSQL database to keep everything in, instead of SQLite.',
  ),
  FERRULE_ENCRYPTION_KEY: setting(
    'secret',
    'made on first start, beside the SQLite database',
    'The keys that encrypt what is stored; required with PostgreSQL.',
  ),
  FERRULE_ENCRYPTION_KEY_FILE: setting(
    'text',
    'none',
    'A file that holds these keys, instead of the variable.',
  ),
  FERRULE_EGRESS_ALLOW_LOOPBACK: setting(
    'boolean',
    'true when listening on loopback with SQLite, false otherwise',
    'Whether connections may reach addresses of this machine.',
  ),
  FERRULE_EGRESS_ALLOW_PRIVATE: setting(
    'boolean',
    'false',
    'Whether connections may reach private networks.',
  ),
  FERRULE_EGRESS_ALLOW_HOSTS: setting(
    'list',
    'none',
    'Hosts, `*.name` or blocks of addresses that may be reached although they are not public.',
  ),
  FERRULE_EGRESS_ONLY_HOSTS: setting('list', 'none', 'When set, nothing else may be reached.'),
  FERRULE_EGRESS_DENY_HOSTS: setting('list', 'none', 'May not be reached, whatever else is allowed.'),
  FERRULE_EGRESS_ALLOW_REDIRECTS_TO: setting(
    'list',
    'none',
    'Where redirects may lead although it is further in than where they come from, such as from a public system to this machine.',
  ),
  FERRULE_TRUST_DEFINITIONS: setting(
    'boolean',
    'false',
    'Whether JSONata of definitions runs in the server itself, without a process that can be ended.',
  ),
  FERRULE_MAX_BODY_BYTES: setting('bytes', '10485760', 'The largest body of a request.'),
  FERRULE_MAX_CONCURRENT: setting('count', '256', 'Executions, streams and tests that may run at once.'),
  FERRULE_CALLER_SHARE_PERCENT: setting(
    'percent',
    '75',
    'The most of these places that one caller may hold, of those that others do not hold.',
  ),
  FERRULE_REQUEST_TIMEOUT_MS: setting(
    'milliseconds',
    '120000',
    'The longest a request may take, streams aside.',
  ),
  FERRULE_STOP_TIMEOUT_MS: setting(
    'milliseconds',
    '10000',
    'How long running executions may finish on a stop.',
  ),
  FERRULE_QUEUE_CONCURRENCY: setting(
    'count',
    '16',
    'Executions of the queue that this server does at once, beside those of requests.',
  ),
  FERRULE_QUEUE_LEASE_MS: setting(
    'milliseconds',
    '15000',
    'How long after its death another server begins again what a server was doing for the queue.',
  ),
  FERRULE_QUEUE_KEEP_MS: setting(
    'milliseconds',
    '86400000',
    'How long executions of the queue are kept when they have ended, outputs included.',
  ),
  FERRULE_QUEUE_MAX_RESULT_BYTES: setting(
    'bytes',
    '1048576',
    'The most that is kept of what came of one of them; what is larger is left out.',
  ),
  FERRULE_QUEUE_MAX_WAITING: setting('count', '100000', 'Executions that may wait, on all servers together.'),
  FERRULE_RETURN_ORIGINS: setting(
    'list',
    'none',
    'Origins, such as `https://app.example.com`, that browsers may be sent to after a connection was authorised.',
  ),
  FERRULE_RENEW_TOKENS: setting('boolean', 'true', 'Whether this server renews tokens while nobody calls.'),
  FERRULE_JWT_ISSUER: setting('url', 'none', 'Tokens (JWT) of this issuer are accepted beside API keys.'),
  FERRULE_JWT_AUDIENCE: setting(
    'text',
    'none',
    'The audience such tokens must be for; required with an issuer.',
  ),
  FERRULE_JWT_JWKS_URL: setting('url', 'as the issuer publishes', 'Where the public keys of the issuer are.'),
  FERRULE_JWT_SCOPE_CLAIM: setting(
    'text',
    'scope',
    'The claim that holds scopes: a list, or a text with spaces.',
  ),
  FERRULE_JWT_SCOPES: setting(
    'list',
    'read=read, execute=execute, manage=manage',
    'What each word of that claim allows, as `word=scope`.',
  ),
  FERRULE_LOG_LEVEL: setting('text', 'info', '`debug`, `info`, `warn`, `error` or `silent`.'),
  FERRULE_SAMPLE: setting(
    'boolean',
    'true with SQLite on loopback, false otherwise',
    'Whether the first start adds a sample connection, and the server its sample API.',
  ),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settingsTable;
