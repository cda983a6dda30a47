import { describe, expectTypeOf, it } from 'vitest';
import type { ConnectionDefinition } from '../../src/definition/definition.ts';
import type { ConnectionInput, OperationInput } from '../../src/definition/definition-input.ts';
import type { ConnectionDocument, OperationDocument } from '../../src/definition/schemas.ts';

type Config<Subject extends { readonly config: object }> = keyof Subject['config'];

/** Judged by the type checker; the other direction is judged where `parse-connection.ts` assigns the one to the other. */
describe("the author's types", () => {
  it('have exactly the fields of the schemas', () => {
    expectTypeOf<keyof ConnectionInput>().toEqualTypeOf<keyof ConnectionDocument>();
    expectTypeOf<keyof OperationInput>().toEqualTypeOf<keyof OperationDocument>();
    expectTypeOf<Config<ConnectionInput>>().toEqualTypeOf<Config<ConnectionDocument>>();
    expectTypeOf<Config<OperationInput>>().toEqualTypeOf<Config<OperationDocument>>();
  });

  it('take a definition that was parsed', () => {
    expectTypeOf<ConnectionDefinition>().toExtend<ConnectionInput>();
  });
});
