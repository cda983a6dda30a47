import { definitionComponents } from './definition-components.ts';
import {
  anyObject,
  anything,
  described,
  either,
  fields,
  flag,
  integer,
  list,
  mapOf,
  nullableText,
  number,
  oneOf,
  partial,
  ref,
  type Schema,
  text,
  time,
  uuid,
} from './schema-words.ts';

const health = fields({ status: flag, message: text });
const event = fields({ sequence: integer, kind: text, at: time, details: anyObject });
const partialOperation = { ...partial(definitionComponents['Operation'] ?? {}), additionalProperties: true };
const workItem = {
  id: uuid,
  sequence: integer,
  batchId: uuid,
  connectionId: uuid,
  operationId: nullableText,
  state: oneOf('queued', 'running', 'succeeded', 'failed', 'cancelled'),
  attempts: integer,
  maxAttempts: integer,
  cancelRequested: flag,
  code: nullableText,
  createdAt: time,
  dueAt: time,
  startedAt: nullableText,
  finishedAt: nullableText,
  expiresAt: nullableText,
};
const problem = fields({ error: text, 'code?': text, 'pointer?': text, 'message?': text }, true);

/** What is sent to and answered by everything that is no connection and no operation. */
export const callComponents: Readonly<Record<string, Schema>> = {
  Execute_Config: fields({
    connectionId: uuid,
    'operationId?': { ...uuid, type: ['string', 'null'] },
    'operation?': either({ type: 'null' }, partialOperation),
    'parameters?': described(mapOf(anything), 'The parameters of the operation, by name.'),
  }),
  Execute_Response: described(
    { type: 'object' },
    'The outputs by name; with debug a Debug_Response, with report the whole report of the execution.',
  ),
  Debug_Response: fields({
    duration: number,
    outputs: anyObject,
    raw: fields({ body: anything, headers: anyObject, statusCode: integer }, true),
  }),
  Dry_Run: fields({
    method: text,
    url: text,
    headers: list(list(text)),
    'body?': text,
    diagnostics: list(anyObject),
  }),
  Executions_Config: fields({
    connectionId: uuid,
    'operationId?': { ...uuid, type: ['string', 'null'] },
    'operation?': either({ type: 'null' }, partialOperation),
    'parameters?': described(mapOf(anything), 'Of all executions, by name.'),
    'rows?': described(
      list(mapOf(anything)),
      'One execution for each, with these parameters over the common ones.',
    ),
    'attempts?': described(integer, 'How often each may be begun; 5 when left out.'),
    'idempotencyParameter?': described(text, 'The parameter that is given the id of the execution.'),
  }),
  Executions_Accepted: fields({ batchId: uuid, ids: list(uuid) }),
  Executions: list(fields(workItem)),
  Execution: fields({
    ...workItem,
    'outputs?': anyObject,
    'report?': anyObject,
    'error?': anyObject,
    'omitted?': described(anyObject, 'What was too large to be kept.'),
  }),
  Inspect_Config: fields({
    'operationId?': { ...uuid, type: ['string', 'null'] },
    'operation?': either({ type: 'null' }, partialOperation),
  }),
  Inspect_Response: fields({
    detectedInputs: list(text),
    inputs: described(anyObject, 'The same as JSON Schema (2020-12), with types.'),
  }),
  Transform_Test_Config: fields({
    'outputs?': ref('Operation_Outputs'),
    'raw?': fields({ 'body?': anything, 'headers?': anyObject, 'statusCode?': integer }, true),
  }),
  Connection_Test_Response: fields(
    { status: oneOf('ok', 'error'), 'stages?': list(anyObject), 'durationMs?': number, 'error?': text },
    true,
  ),
  Restart_Response: fields({ message: text, name: text }),
  Authorize_Config: fields({
    'parameters?': described(mapOf(anything), 'Of the authentication of the connection, by name.'),
    'params?': described(mapOf(text), 'Sent to the authorization endpoint besides.'),
    'scope?': described(text, 'Instead of what the connection asks for.'),
    'loginHint?': text,
    'switchAccount?': described(flag, 'Have the person prove anew who they are.'),
    'returnUrl?': described(text, 'Where the browser goes afterwards, of an origin that the settings list.'),
  }),
  Authorize_Response: fields({ url: text, expiresAt: time, callbackUrl: text }),
  Disconnect_Config: fields({ 'parameters?': mapOf(anything) }),
  Disconnect_Response: fields({
    revocation: fields({
      outcome: oneOf('revoked', 'not_supported', 'nothing_to_revoke', 'failed'),
      'reason?': text,
    }),
    deletedTokens: integer,
  }),
  Rotation: fields({ keyId: text, rotated: integer }),
  Health_Status: fields({ meassagingHealth: health, nodePocessHealth: health, nodeProcessHealth: health }),
  Version_Information: fields({ version: fields({ version: text, buildNumber: text, buildDate: text }) }),
  Events: list(event),
  Connection_Health: fields({
    id: uuid,
    name: text,
    healthy: flag,
    state: text,
    at: time,
    'reason?': text,
    lastSuccess: either({ type: 'null' }, event),
    lastFailure: either({ type: 'null' }, event),
    tokens: list(fields({ expiresAt: nullableText, needsReauth: flag, updatedAt: time })),
  }),
  Error_Response: fields({ error: text, errorKey: text }),
  Not_Found_Error_Response: fields({ error: text, errorKey: text }),
  Validation_Error_Response: fields({ error: text, errorKey: text, 'validationErrors?': list(problem) }),
  Operation_Import_Error_Response: fields({ errorKey: text, errors: mapOf(list(text)) }),
  Problem: described(
    fields(
      { type: text, title: text, status: integer, detail: text, code: text, 'issues?': list(anyObject) },
      true,
    ),
    'Any failure, for callers that accept application/problem+json (RFC 9457).',
  ),
};
