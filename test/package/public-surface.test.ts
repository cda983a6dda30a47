import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as gotEntry from '../../src/got.ts';
import * as entry from '../../src/index.ts';
import * as serverEntry from '../../src/server.ts';
import * as storeEntry from '../../src/store.ts';
import * as transportEntry from '../../src/transport.ts';

/** What users may import. A name that goes is a breaking change; a name that comes is a promise. */
const values = [
  'FerruleError',
  'Redactor',
  'SecretValue',
  'createEngine',
  'createMemoryTokenStore',
  'createReplayTransport',
  'decodeTokenRecord',
  'encodeTokenRecord',
  'errorCodes',
  'formatIssue',
  'locateJsonError',
  'parseConnection',
  'proxyFromEnvironment',
  'systemClock',
  'toCurl',
  'toExportDocument',
  'toWholeDocument',
  'transformAnswer',
  'version',
];

const types = [
  'Attempt',
  'AuthorizationOptions',
  'AuthorizedDevice',
  'BeginAuthorizationOptions',
  'BegunAuthorization',
  'BoundSecret',
  'CallOptions',
  'Category',
  'Channel',
  'Clock',
  'CompletedAuthorization',
  'ConnectTimes',
  'ConnectSettings',
  'Connection',
  'ConnectionDefinition',
  'ConnectionInput',
  'ConnectionOptions',
  'ConnectionTestReport',
  'CurlCommand',
  'CurlOptions',
  'CurlSource',
  'DeviceAuthorization',
  'DevicePoll',
  'Diagnostic',
  'DryRun',
  'EgressOptions',
  'EndedAttempt',
  'Engine',
  'EngineOptions',
  'ErrorCode',
  'ErrorCodeEntry',
  'ExecutionEvent',
  'ExecutionReport',
  'FailedExecutionReport',
  'Har',
  'HarCookie',
  'HarEntry',
  'HarPair',
  'HarTimings',
  'HeaderPair',
  'HttpRequest',
  'HttpResponse',
  'InputProperty',
  'InputSchema',
  'Issue',
  'JsonErrorPlace',
  'LogLevel',
  'Logger',
  'LoggerFailure',
  'MappedOutputs',
  'MemoryTokenStoreOptions',
  'OperationDefinition',
  'OperationInput',
  'OperationStream',
  'Parameters',
  'ParsedConnection',
  'PhaseTimings',
  'ProxiesByScheme',
  'ProxyOptions',
  'ProxySetting',
  'RawAnswer',
  'ReauthReason',
  'RedirectHop',
  'RenewedToken',
  'RequestEvent',
  'RequestSummary',
  'ResponseBody',
  'RetryRefusal',
  'RetryWait',
  'SecretProvider',
  'SendContext',
  'SendObserver',
  'SpanLike',
  'Stage',
  'StoredTokenRecord',
  'StreamEvent',
  'TestStage',
  'TestStageName',
  'Timer',
  'Timings',
  'Token',
  'TokenEvent',
  'TokenIntrospection',
  'TokenKind',
  'TokenRecord',
  'TokenRevocation',
  'TokenStore',
  'TokenUse',
  'TracerLike',
  'TransformOptions',
  'Transport',
  'WireExchange',
  'WrittenAnswer',
];

const source = readFileSync(new URL('../../src/index.ts', import.meta.url), 'utf8');

describe('the public surface', () => {
  it('has exactly these values', () => {
    expect(Object.keys(entry).sort()).toEqual([...values].sort());
  });

  it('has exactly these names, values and types together', () => {
    expect(exportedNames(source).sort()).toEqual([...values, ...types].sort());
  });

  it('is a list of names and nothing else', () => {
    expect(source.replaceAll(/export (?:type )?\{[^}]*\} from '\.\/[^']+';\n/g, '')).toBe('');
  });
});

describe('the stores', () => {
  const source = readFileSync(new URL('../../src/store.ts', import.meta.url), 'utf8');

  it('have exactly these values', () => {
    expect(Object.keys(storeEntry).sort()).toEqual([
      'FerruleError',
      'SecretValue',
      'createKeyring',
      'openKeyFile',
      'openMemoryStore',
      'openPostgresStore',
      'openSqliteStore',
    ]);
  });

  it('have exactly these types', () => {
    const types = exportedNames(source).filter(name => !(name in storeEntry));
    expect(types.sort()).toEqual([
      'ApiKey',
      'ApiKeyDraft',
      'ApiKeyScope',
      'ApiKeys',
      'AuthorizationEntry',
      'AuthorizationStates',
      'Change',
      'Changes',
      'ClaimedToken',
      'ClaimedWork',
      'ConnectionChange',
      'ConnectionDraft',
      'ConnectionState',
      'ConnectionStatus',
      'ConnectionStore',
      'ConnectionTokens',
      'CreatedApiKey',
      'DueClaim',
      'DueToken',
      'EventDraft',
      'EventLimits',
      'EventLog',
      'HeldWork',
      'IdempotencyAnswer',
      'IdempotencyKey',
      'IdempotencyStore',
      'IdempotentRequest',
      'KeyFile',
      'KeyFileOptions',
      'KeyProvider',
      'ListConnectionsOptions',
      'ListEventsOptions',
      'ListOperationsOptions',
      'ListWorkOptions',
      'MemoryStoreOptions',
      'OpenedToken',
      'OperationChange',
      'OperationDraft',
      'OperationStore',
      'PostgresStoreOptions',
      'ReauthReason',
      'RotationOptions',
      'RotationReport',
      'SecretChanges',
      'SecretStore',
      'Settings',
      'SqliteStoreOptions',
      'Store',
      'StoredConnection',
      'StoredEvent',
      'StoredOperation',
      'StoredTokenRecord',
      'TokenRecord',
      'TokenStore',
      'TokenSummary',
      'WholeConnection',
      'WholeConnectionDraft',
      'WorkClaimRequest',
      'WorkClaims',
      'WorkDelay',
      'WorkDraft',
      'WorkItem',
      'WorkOutcome',
      'WorkPermit',
      'WorkQueue',
      'WorkRate',
      'WorkState',
      'WrappedKey',
    ]);
  });
});

describe('the server', () => {
  const source = readFileSync(new URL('../../src/server.ts', import.meta.url), 'utf8');

  it('has exactly these values', () => {
    const values = [
      'SAMPLE_ID',
      'createLog',
      'createServer',
      'openStore',
      'readSettings',
      'settingsTable',
      'startServer',
    ];
    expect(Object.keys(serverEntry).sort()).toEqual(values);
  });

  it('has exactly these types', () => {
    expect(
      exportedNames(source)
        .filter(name => !(name in serverEntry))
        .sort(),
    ).toEqual([
      'JwtSettings',
      'Log',
      'LogFields',
      'LogLevel',
      'LogOptions',
      'OpenedStore',
      'Server',
      'ServerLimits',
      'ServerParts',
      'ServerSettings',
      'Setting',
      'SettingKind',
      'SettingName',
      'StartOptions',
      'StartedServer',
    ]);
  });
});

describe('the transport by itself', () => {
  const source = readFileSync(new URL('../../src/transport.ts', import.meta.url), 'utf8');

  it('has exactly these values', () => {
    const values = [
      'FerruleError',
      'SecretValue',
      'createTransport',
      'errorCodes',
      'proxyFromEnvironment',
      'systemClock',
    ];
    expect(Object.keys(transportEntry).sort()).toEqual(values);
  });

  it('has exactly these types', () => {
    const types = exportedNames(source).filter(name => !(name in transportEntry));
    expect(types.sort()).toEqual([
      'Category',
      'ClientCertificate',
      'Clock',
      'ConnectTimes',
      'CredentialPlaces',
      'EgressOptions',
      'ErrorCode',
      'ErrorCodeEntry',
      'HeaderPair',
      'HttpResponse',
      'HttpTransport',
      'Limits',
      'Lookup',
      'PhaseTimings',
      'ProxiesByScheme',
      'ProxyOptions',
      'ProxySetting',
      'RedirectHop',
      'ResponseBody',
      'SendOptions',
      'Stage',
      'Timeouts',
      'Timer',
      'TlsOptions',
      'Transport',
      'TransportOptions',
      'TransportRequest',
    ]);
  });
});

describe('the transport over got', () => {
  const source = readFileSync(new URL('../../src/got.ts', import.meta.url), 'utf8');

  it('has exactly these names', () => {
    expect(Object.keys(gotEntry)).toEqual(['createGotTransport']);
    expect(exportedNames(source)).toEqual([
      'createGotTransport',
      'GotAgents',
      'GotTransportOptions',
      'Transport',
    ]);
  });
});

/** The names of `export { a, type B } from` and `export type { C } from`. */
function exportedNames(text: string): string[] {
  return [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(match =>
    (match[1] ?? '')
      .split(',')
      .map(name => name.trim().replace(/^type /, ''))
      .filter(name => name !== ''),
  );
}
