import { deepFreeze } from '../base/deep-freeze.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import type { ConnectionDefinition, OperationDefinition } from './definition.ts';
import type { ConnectionInput, OperationInput } from './definition-input.ts';
import { showWord } from './definition-issues.ts';
import { maskIssues } from './document-secrets.ts';
import { judge, throwIssues } from './judge-document.ts';
import { type JsonValue, readDocument } from './read-document.ts';
import { isObject } from './schema-kit.ts';
import { type ConnectionDocument, definitionSchemas, type OperationDocument } from './schemas.ts';
import { SourcePointers } from './source-pointers.ts';
import { toConnectionDefinition } from './to-connection-definition.ts';
import { toOperationDefinition } from './to-operation-definition.ts';

export interface ParsedConnection {
  /** Frozen throughout; shares nothing with the document it was parsed from. */
  readonly definition: ConnectionDefinition;
  /** Leads from a JSON pointer into `definition` to the same thing in the author's document. */
  toSourcePointer(pointer: string): string;
}

export interface ParsedOperation {
  readonly definition: OperationDefinition;
  toSourcePointer(pointer: string): string;
}

/**
 * Judges a connection document, and translates it into the one form the other stages know.
 *
 * @param document JSON text, or the value that such a text stands for: a connection, or an export with its operations.
 * @throws {FerruleError} DEFINITION_INVALID with every issue (`issues`, each with its JSON pointer);
 * DEFINITION_UNSUPPORTED_TYPE for a connection that is not HTTP; DEFINITION_NOT_JSON.
 */
export function parseConnection(document: unknown): ParsedConnection {
  const json = readDocument(document);
  const { connection } = definitionSchemas();
  const issues = maskIssues([...judge(connection, json), ...findDuplicateNames(json)], json);
  throwIssues(issues, 'connection', ['/type', '/config/configType']);
  const sources = new SourcePointers();
  const input: ConnectionInput = json as ConnectionDocument;
  const definition = deepFreeze(toConnectionDefinition(input, sources));
  return { definition, toSourcePointer: pointer => sources.toSource(pointer) };
}

/**
 * The same for one operation that stands alone; pointers start at the operation.
 *
 * @throws {FerruleError} as {@link parseConnection}.
 */
export function parseOperation(document: unknown): ParsedOperation {
  const json = readDocument(document);
  throwIssues(judge(definitionSchemas().operation, json), 'operation', ['/config/configType']);
  const sources = new SourcePointers();
  const input: OperationInput = json as OperationDocument;
  const definition = deepFreeze(toOperationDefinition(input, '', sources));
  return { definition, toSourcePointer: pointer => sources.toSource(pointer) };
}

/** An operation is called by its name, so a name stands for one operation; upper and lower case are different names. */
function findDuplicateNames(document: JsonValue): Issue[] {
  const operations: unknown = isObject(document) ? document['operations'] : undefined;
  if (!Array.isArray(operations)) return [];
  const firstIndex = new Map<string, number>();
  const issues: Issue[] = [];
  for (const [index, operation] of operations.entries()) {
    const name: unknown = isObject(operation) ? operation['name'] : undefined;
    if (typeof name !== 'string') continue;
    const first = firstIndex.get(name);
    if (first === undefined) firstIndex.set(name, index);
    else {
      issues.push({
        code: 'DEFINITION_DUPLICATE_NAME',
        pointer: `/operations/${index}/name`,
        message: `The operations at /operations/${first} and /operations/${index} are both named ${showWord(name)}`,
      });
    }
  }
  return issues;
}
