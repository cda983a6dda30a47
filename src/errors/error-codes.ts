/** Where on the way through the house a problem arose. */
export type Stage = 'definition' | 'compile' | 'render' | 'authenticate' | 'send' | 'read' | 'map' | 'engine';

/** Who can do something about it; the command line turns it into an exit code. */
export type Category =
  | 'definition'
  | 'input'
  | 'authentication'
  | 'network'
  | 'upstream'
  | 'policy'
  | 'usage';

export interface ErrorCodeEntry {
  readonly stage: Stage;
  readonly category: Category;
  /** True when the same call, unchanged, may succeed later. A single error can override it. */
  readonly retryable: boolean;
  readonly title: string;
  /** What to do about it, for `docs/errors.md` and as the default hint of the error. */
  readonly remedy: string;
}

const entry = (
  stage: Stage,
  category: Category,
  retryable: boolean,
  title: string,
  remedy: string,
): ErrorCodeEntry => ({ stage, category, retryable, title, remedy });

/**
 * Every error Ferrule raises. The table is closed: a code that is not here does not compile,
 * and `docs/errors.md` is generated from it.
 */
export const errorCodes = {
  DEFINITION_INVALID: entry(
    'definition',
    'definition',
    false,
    'The definition has problems',
    'Correct each listed problem; every one names its place by JSON pointer.',
  ),
  DEFINITION_NOT_JSON: entry(
    'definition',
    'definition',
    false,
    'The document is not JSON',
    'Check the document with a JSON editor at the named line.',
  ),
  DEFINITION_UNKNOWN_FIELD: entry(
    'definition',
    'definition',
    false,
    'A field is not known',
    'Remove the field, or use the suggested name.',
  ),
  DEFINITION_MISSING_FIELD: entry(
    'definition',
    'definition',
    false,
    'A required field is missing',
    'Add the field.',
  ),
  DEFINITION_WRONG_TYPE: entry(
    'definition',
    'definition',
    false,
    'A field has the wrong type',
    'Give a value of the expected type.',
  ),
  DEFINITION_WRONG_VALUE: entry(
    'definition',
    'definition',
    false,
    'A field has a value that is not allowed',
    'Use one of the expected values.',
  ),
  DEFINITION_UNSUPPORTED_TYPE: entry(
    'definition',
    'definition',
    false,
    'The connection is not an HTTP connection',
    'Ferrule runs configType "http"; databases need another engine.',
  ),
  DEFINITION_DUPLICATE_NAME: entry(
    'definition',
    'definition',
    false,
    'Two operations have the same name',
    'Rename one of them.',
  ),

  TEMPLATE_SYNTAX: entry(
    'compile',
    'definition',
    false,
    'A template cannot be read',
    'Check the tags: every section needs its closing tag of the same name.',
  ),
  TEMPLATE_PLACE: entry(
    'compile',
    'definition',
    false,
    'A tag stands where no value may go',
    'Move the tag; the message says which places take values.',
  ),
  EXPRESSION_SYNTAX: entry(
    'compile',
    'definition',
    false,
    'An expression cannot be read',
    'Check the expression at the named position.',
  ),
  EXPRESSION_NOT_ALLOWED: entry(
    'compile',
    'definition',
    false,
    'An expression uses something outside the language',
    'Use body, headers and statusCode with the listed functions only.',
  ),
  CERTIFICATE_INVALID: entry(
    'compile',
    'definition',
    false,
    'A certificate cannot be used',
    'Paste the CA certificate in PEM form; the message says what was found instead.',
  ),
  URL_INVALID: entry(
    'compile',
    'definition',
    false,
    'A URL cannot be used',
    'Give an absolute http or https URL.',
  ),
  HEADER_INVALID: entry(
    'compile',
    'definition',
    false,
    'A header cannot be sent',
    'Header names are tokens (RFC 9110 section 5.6.2); values contain no control characters.',
  ),

  OPERATION_UNKNOWN: entry(
    'engine',
    'input',
    false,
    'There is no operation of that name',
    'Use one of the names of the definition.',
  ),
  PARAMETER_MISSING: entry(
    'render',
    'input',
    false,
    'A required parameter has no value',
    'Pass the parameter.',
  ),
  PARAMETER_UNKNOWN: entry(
    'render',
    'input',
    false,
    'A parameter is not used by the operation',
    'Remove it, or use the suggested name.',
  ),
  PARAMETER_INVALID: entry(
    'render',
    'input',
    false,
    'A parameter has a value its place cannot take',
    'Pass a value of the expected form.',
  ),
  SECRET_MISSING: entry(
    'render',
    'input',
    false,
    'A secret has no value',
    'Set the secret in the definition or let the secret provider supply it.',
  ),
  VALUE_REFUSED: entry(
    'render',
    'policy',
    false,
    'A value would change the structure of the request',
    'Pass a value without the named characters.',
  ),
  CONVERSION_FAILED: entry(
    'render',
    'input',
    false,
    'A value cannot be converted',
    'Give a value of the expected kind, or a default.',
  ),
  BODY_NOT_JSON: entry(
    'render',
    'input',
    false,
    'The rendered body is not JSON',
    'Check the body template; the message shows where the JSON breaks.',
  ),

  TOKEN_REQUEST_FAILED: entry(
    'authenticate',
    'authentication',
    true,
    'The token request did not succeed',
    'Check the token URL, the credentials and the status the server answered.',
  ),
  TOKEN_REFUSED: entry(
    'authenticate',
    'authentication',
    false,
    'The authorization server refused to give a token',
    'Read its error and error_description; check client id, secret and scope.',
  ),
  TOKEN_MISSING: entry(
    'authenticate',
    'authentication',
    false,
    'The token answer holds no token',
    'Check tokenOutput against the answer of the token request.',
  ),
  KEPT_VALUE_MISSING: entry(
    'render',
    'authentication',
    false,
    'A value that the request cannot do without is missing',
    'Check the expression that keeps or computes the value; a dry run keeps nothing before a token was fetched.',
  ),
  TOKEN_EXPIRY_INVALID: entry(
    'authenticate',
    'authentication',
    false,
    'The token answer holds no usable expiry',
    'Let expirationOutput give the lifetime in seconds.',
  ),
  TOKEN_REJECTED: entry(
    'authenticate',
    'authentication',
    false,
    'The server rejected a newly fetched token',
    'Check that the token is meant for this API and placed where the API expects it.',
  ),
  TOKEN_NEEDS_REAUTH: entry(
    'authenticate',
    'authentication',
    false,
    'The connection must be authorised again',
    'Authorise the connection again, or correct its credentials; the server is not asked before that.',
  ),
  TOKEN_STORE_FAILED: entry(
    'authenticate',
    'authentication',
    true,
    'The token store failed',
    'Check the store that was given as tokenStore; the cause says what it answered.',
  ),
  DISCOVERY_FAILED: entry(
    'authenticate',
    'authentication',
    true,
    'The endpoints of the authorization server are not known',
    'Check issuer against the metadata the server publishes, or give the URLs in the definition.',
  ),
  AUTHORIZATION_FAILED: entry(
    'authenticate',
    'authentication',
    false,
    'The authorization was not given',
    'Read the error of the authorization server; begin again when the person is ready.',
  ),
  AUTHORIZATION_STATE_INVALID: entry(
    'authenticate',
    'policy',
    false,
    'The authorization answer does not belong to an authorization that was begun',
    'Begin again; each state is good once, for a limited time, and for the browser it was made for.',
  ),
  AUTHORIZATION_UNSUPPORTED: entry(
    'engine',
    'usage',
    false,
    'The connection has no such authorization step',
    'Use the methods that go with the grant of the definition.',
  ),
  CREDENTIAL_INVALID: entry(
    'authenticate',
    'authentication',
    false,
    'A credential cannot be used',
    'Check the named field.',
  ),

  EGRESS_REFUSED: entry(
    'send',
    'policy',
    false,
    'The address may not be reached',
    'Allow the host in the egress policy, or correct the URL.',
  ),
  ORIGIN_REFUSED: entry(
    'send',
    'policy',
    false,
    'The request would leave the origin of its client',
    'Give a path, or allow other origins where their headers may go anywhere.',
  ),
  DNS_FAILED: entry(
    'send',
    'network',
    true,
    'The host name could not be resolved',
    'Check the host name and the resolver.',
  ),
  CONNECT_REFUSED: entry(
    'send',
    'network',
    true,
    'The connection was refused',
    'Check host, port and whether the server runs.',
  ),
  CONNECT_TIMEOUT: entry(
    'send',
    'network',
    true,
    'No connection in time',
    'Check host, port and firewall, or raise timeouts.connectMs.',
  ),
  CONNECTION_FAILED: entry(
    'send',
    'network',
    true,
    'The connection failed',
    'Try again; check the network between here and the host.',
  ),
  CONNECTION_LOST: entry(
    'send',
    'network',
    true,
    'The connection ended before the answer was complete',
    'Try again if the request may be repeated.',
  ),
  TLS_CERTIFICATE_UNTRUSTED: entry(
    'send',
    'network',
    false,
    'The server certificate is not trusted',
    'Put the CA certificate that signed it into caCert.',
  ),
  TLS_CERTIFICATE_EXPIRED: entry(
    'send',
    'network',
    false,
    'The server certificate is outside its validity dates',
    'The server needs a new certificate.',
  ),
  TLS_HOST_MISMATCH: entry(
    'send',
    'network',
    false,
    'The server certificate is for another host',
    'Use the host name the certificate names.',
  ),
  TLS_FAILED: entry(
    'send',
    'network',
    false,
    'The TLS handshake failed',
    'Check that the port speaks TLS and which versions it accepts.',
  ),
  HEADERS_TIMEOUT: entry(
    'send',
    'network',
    true,
    'No answer in time',
    'Raise timeouts.headersMs if the server is known to be slow.',
  ),
  DEADLINE_EXCEEDED: entry(
    'send',
    'network',
    true,
    'The total time ran out',
    'Raise timeouts.totalMs, or ask for less.',
  ),
  ABORTED: entry(
    'send',
    'usage',
    false,
    'The caller aborted',
    'Nothing to do: the AbortSignal of the call fired.',
  ),
  PROTOCOL_ERROR: entry(
    'send',
    'upstream',
    false,
    'The answer breaks the HTTP protocol',
    'The server, or something between, sends malformed HTTP.',
  ),
  REDIRECT_REFUSED: entry(
    'send',
    'policy',
    false,
    'A redirect may not be followed',
    'The message names the rule; give the final URL in the definition.',
  ),
  REDIRECT_LIMIT: entry(
    'send',
    'policy',
    false,
    'Too many redirects',
    'Check the redirect chain for a loop.',
  ),
  LIMIT_EXCEEDED: entry(
    'read',
    'policy',
    false,
    'A limit was exceeded',
    'Raise the named limit if the size is legitimate.',
  ),
  QUEUE_FULL: entry(
    'send',
    'policy',
    true,
    'Too many requests wait for their turn',
    'Send less at once, or raise rateLimit.maxQueue.',
  ),
  QUEUE_TIMEOUT: entry(
    'send',
    'policy',
    true,
    'The turn of the request does not come in time',
    'Send less at once, or raise rateLimit.maxWaitMs and the total time of the call.',
  ),
  STATUS_UNEXPECTED: entry(
    'read',
    'upstream',
    false,
    'The answer has a status that is no success',
    'Look at the status and the body of the answer.',
  ),
  BODY_TIMEOUT: entry(
    'read',
    'network',
    true,
    'The answer stalled',
    'Raise timeouts.bodyIdleMs if the server pauses on purpose.',
  ),
  BODY_TRUNCATED: entry(
    'read',
    'upstream',
    true,
    'The answer ended early',
    'The server announced more bytes than it sent.',
  ),
  BODY_ENCODING: entry(
    'read',
    'upstream',
    false,
    'The answer cannot be decompressed',
    'The body does not match its content-encoding.',
  ),
  BODY_CONSUMED: entry(
    'read',
    'usage',
    false,
    'The body was already read or dropped',
    'Read the body once, and keep the result.',
  ),
  BODY_MALFORMED: entry(
    'read',
    'upstream',
    false,
    'The answer is not what its content type says',
    'Check the content type and body the server sends.',
  ),

  OUTPUT_FAILED: entry(
    'map',
    'upstream',
    false,
    'An output expression failed',
    'Make the expression null-safe (`?.`, `??`) or correct it.',
  ),
  EXPRESSION_BUDGET: entry(
    'map',
    'policy',
    false,
    'An expression used more than its budget',
    'Simplify the expression or evaluate less data.',
  ),
  EXPRESSION_FAILED: entry(
    'map',
    'upstream',
    false,
    'An expression failed',
    'Make the expression null-safe (`?.`, `??`) or correct it.',
  ),

  OPTIONS_INVALID: entry('engine', 'usage', false, 'An option cannot be used', 'Check the named option.'),
  CONFIG_INCOMPLETE: entry(
    'engine',
    'input',
    false,
    'Connections or their fields are missing, or hold what they may not',
    'Give what the issues name: all of it is listed at once.',
  ),
  FLOW_FAILED: entry(
    'engine',
    'definition',
    false,
    'The code of a flow failed',
    'Look at the cause, and at the log in the report that the error carries.',
  ),
  STREAMING_REQUIRED: entry(
    'engine',
    'usage',
    false,
    'The operation streams',
    'Call stream() for an operation with streamResponse: true, and execute() for the others.',
  ),
  ENGINE_CLOSED: entry('engine', 'usage', false, 'The engine is closed', 'Create a new engine.'),
  TEST_FAILED: entry(
    'engine',
    'upstream',
    false,
    'The connection test found another answer than expected',
    'Check testPath or test.expect, and the credentials.',
  ),
  REPLAY_MISSED: entry(
    'send',
    'usage',
    false,
    'No recorded answer fits the request',
    'Record the execution again, or compare method, URL and body with the recording.',
  ),
  INTERNAL_DEFECT: entry(
    'engine',
    'usage',
    false,
    'A defect in Ferrule',
    'Please report it with the cause that the error carries.',
  ),
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof errorCodes;
