import { setImmediate as turn } from 'node:timers/promises';
import { type ConnectionInput, FerruleError, transformAnswer } from '../../index.ts';
import type { StoredOperation } from '../../store.ts';
import { toEngineDocument, toInput } from '../documents/engine-document.ts';
import { judgeWithoutForeignFields } from '../documents/foreign-fields.ts';
import { describe, isObject, type JsonObject, toFields, toUuid } from '../documents/json.ts';
import { judgeOperation } from '../documents/judge.ts';
import { mergeOperation } from '../documents/operation-draft.ts';
import { toLoneDocument } from '../documents/resources.ts';
import { ok, type Route } from '../route.ts';
import type { Services } from '../services.ts';

/** Judging takes the time of everybody, some milliseconds for a thousand characters; no operation is this large. */
const MAX_DEFINITION_BYTES = 128 * 1024;

export const inspectRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/inspect',
    scope: 'read',
    description: {
      summary: 'What an operation asks of its caller, by name and as JSON Schema.',
      request: 'Inspect_Config',
      responses: { 200: 'Inspect_Response', 400: 'Error_Response', 413: 'Error_Response' },
    },
    async answer(call, services) {
      const { operation = null, operationId } = toFields(await call.json(MAX_DEFINITION_BYTES), [
        'operation',
        'operationId',
      ]);
      const stored = await findStored(operationId, services);
      if (operation !== null && !isObject(operation)) throw invalid('/operation', 'an operation', operation);
      if (operation === null && stored === undefined) {
        throw invalid('/operation', 'an operation, or the id of one', operation);
      }
      const named = { name: 'operation', ...mergeOperation(operation ?? {}, stored) };
      const connection = await findSurroundings(
        stored?.connectionId ?? operation?.['connectionId'],
        services,
      );
      const judged = judgeWithoutForeignFields(named, document =>
        judgeOperation(document, connection, services.engine),
      );
      const name = String(judged['name']);
      const compiled = services.engine.connection(toInput({ ...connection, operations: [judged] }));
      return ok({ detectedInputs: compiled.parameterNames(name), inputs: compiled.inputs(name) });
    },
  },
  {
    method: 'POST',
    path: '/api/transform',
    scope: 'read',
    isTrial: true,
    description: {
      summary: 'Outputs, evaluated on an answer that is given.',
      request: 'Transform_Test_Config',
      responses: { 200: '', 400: 'Error_Response', 413: 'Error_Response', 503: 'Error_Response' },
    },
    async answer(call, { engine, trustDefinitions }) {
      const { outputs = {}, raw = {} } = toFields(await call.json(), ['outputs', 'raw']);
      if (!isObject(raw)) throw invalid('/raw', 'an answer with body, headers and statusCode', raw);
      assertSize(outputs);
      const { config } = toLoneDocument({});
      const operation = { name: 'transform', config: { method: 'GET', path: '/' }, outputs };
      const judged = judgeOperation(operation, { name: 'transform', config }, engine);
      const answer = toAnswer(raw);
      const signal = call.signal();
      const mapped = new Map<string, unknown>();
      for (const [name, output] of Object.entries(toOutputs(judged))) {
        const { outputs: one } = await transformAnswer({ [name]: output }, answer, { trustDefinitions });
        mapped.set(name, one[name]);
        // Each is bounded, but there may be many: others have their turn in between.
        await turn();
        signal.throwIfAborted();
      }
      return ok(Object.fromEntries(mapped));
    },
  },
];

async function findStored(id: unknown, { store }: Services): Promise<StoredOperation | undefined> {
  if (id === undefined || id === null) return undefined;
  const wanted = toUuid(id);
  const [found] = wanted === undefined ? [] : await store.operations.findByIds([wanted]);
  if (found === undefined) throw invalid('/operationId', 'the id of an operation', id);
  return found;
}

/** The connection of an operation decides which names are secrets; without one all names are parameters. */
async function findSurroundings(
  connectionId: unknown,
  { store, engine }: Services,
): Promise<ConnectionInput> {
  const alone = toLoneDocument({});
  const id = toUuid(connectionId);
  const stored = id === undefined ? undefined : await store.connections.get(id);
  if (stored === undefined) return { ...alone, operations: [] };
  const document = toEngineDocument(stored);
  try {
    engine.connection(document);
    return document;
  } catch (error) {
    if (!(error instanceof FerruleError)) throw error;
    // A connection that cannot be used still says which names are secrets.
    return { ...alone, operations: [], secrets: document.secrets ?? {} };
  }
}

/** @throws FerruleError REQUEST_TOO_LARGE */
function assertSize(outputs: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(outputs));
  if (bytes <= MAX_DEFINITION_BYTES) return;
  throw new FerruleError('REQUEST_TOO_LARGE', 'The outputs are too large', {
    pointer: '/outputs',
    expected: `at most ${MAX_DEFINITION_BYTES} bytes`,
    found: `${bytes} bytes`,
  });
}

type Outputs = Parameters<typeof transformAnswer>[0];

/** They were judged just now. */
function toOutputs(judged: JsonObject): Outputs {
  return judged['outputs'] as Outputs;
}

function toAnswer(raw: JsonObject): Parameters<typeof transformAnswer>[1] {
  const { body, headers = {}, statusCode = 200 } = raw;
  if (!isObject(headers)) throw invalid('/raw/headers', 'an object of headers by name', headers);
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode))
    throw invalid('/raw/statusCode', 'a whole number', statusCode);
  const texts = Object.entries(headers).map(([name, value]) => [name, toHeader(value)] as const);
  return { body, statusCode, headers: Object.fromEntries(texts) };
}

function toHeader(value: unknown): string | readonly string[] {
  return Array.isArray(value) ? value.map(String) : String(value);
}

function invalid(pointer: string, expected: string, value: unknown): FerruleError {
  const found = describe(value);
  return new FerruleError('REQUEST_INVALID', 'The body of the request cannot be used', {
    pointer,
    expected,
    found,
  });
}
