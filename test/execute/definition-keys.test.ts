import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { deepFreeze } from '../../src/base/deep-freeze.ts';
import { DefinitionKeys } from '../../src/execute/definition-keys.ts';
import { createEngine, type Engine } from '../../src/index.ts';

let engine: Engine | undefined;
afterEach(() => engine?.close());

const toDefinition = (path = 'users') => ({
  name: 'Acme',
  config: { baseUrl: 'https://api.ferrule.test' },
  operations: [{ name: 'Users', config: { method: 'GET' as const, path } }],
});

describe('a definition that is given again', () => {
  it('is the same connection, as the same object, an equal one, a frozen one or its text', () => {
    engine = createEngine();
    const definition = toDefinition();
    const first = engine.connection(definition);
    const frozen = deepFreeze(toDefinition());
    for (const again of [definition, definition, definition, toDefinition(), frozen, frozen, frozen]) {
      expect(engine.connection(again)).toBe(first);
    }
    expect(engine.connection(JSON.stringify(definition))).toBe(first);
  });

  it('is another connection as soon as something in it is another, and the first when it is changed back', async () => {
    engine = createEngine();
    const definition = toDefinition();
    const opened = [definition, definition, definition].map(each => engine?.connection(each));
    const [operation] = definition.operations;
    if (operation === undefined) throw new TypeError('no operation');
    operation.config.path = 'teams';
    const changed = engine.connection(definition);
    expect(opened).not.toContain(changed);
    expect((await changed.dryRun('Users')).url).toBe('https://api.ferrule.test/teams');
    expect(engine.connection(definition)).toBe(changed);
    operation.config.path = 'users';
    expect(engine.connection(definition)).toBe(opened[0]);
  });

  it('is refused as soon as it is wrong', () => {
    engine = createEngine();
    const definition = toDefinition();
    for (let opening = 0; opening < 3; opening += 1) engine.connection(definition);
    Object.assign(definition.config, { baseURL: 'https://api.ferrule.test' });
    expect(() => engine?.connection(definition)).toThrow(
      expect.objectContaining({ code: 'DEFINITION_INVALID' }),
    );
  });
});

describe('the keys of definitions', () => {
  it('see a toJSON that is hidden, inherited or a field of a list', () => {
    const toJSON = () => ['other'];
    const hide = (object: object) => Object.defineProperty(object, 'toJSON', { value: toJSON });
    class Writer {
      toJSON() {
        return toJSON();
      }
    }
    const changes: readonly ((data: { list: unknown[]; object: object }) => unknown)[] = [
      data => hide(data),
      data => hide(data.object),
      data => hide(data.list),
      data => Object.assign(data.list, { toJSON }),
      data => Object.setPrototypeOf(data.object, Writer.prototype),
    ];
    for (const change of changes) {
      const keys = new DefinitionKeys();
      const data = { list: [1], object: { a: 1 } };
      const before = [keys.keyOf(data), keys.keyOf(data), keys.keyOf(data)];
      change(data);
      const after = [keys.keyOf(data), keys.keyOf(data), keys.keyOf(data)];
      expect(before).not.toContain(after[0]);
      expect(after).toEqual(after.map(() => new DefinitionKeys().keyOf(data)));
    }
  });

  it('are those of what an object holds at the moment, whatever changes between two looks', () => {
    const data = fc.object({ maxDepth: 3, maxKeys: 4, withNullPrototype: true });
    const change = fc.record({
      at: fc.nat(),
      name: fc.constantFrom('a', 'b', '0', '1', '__proto__', 'length'),
      value: fc.jsonValue({ maxDepth: 1 }),
      kind: fc.constantFrom('nothing', 'set', 'delete', 'move', 'push', 'pop', 'hide', 'accessor'),
    });
    fc.assert(
      fc.property(data, fc.array(change, { maxLength: 12 }), (object, changes) => {
        const keys = new DefinitionKeys();
        for (const { at, name, value, kind } of changes) {
          const objects = objectsIn(object);
          changeObject(objects[at % objects.length] ?? object, kind, name, value);
          for (let look = 0; look < 3; look += 1) {
            expect(keys.keyOf(object)).toBe(new DefinitionKeys().keyOf(object));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are those of a field that gives another value each time', () => {
    const keys = new DefinitionKeys();
    let name = 0;
    const definition = {
      config: {
        get name() {
          return name;
        },
      },
    };
    const looks = Array.from({ length: 6 }, () => {
      name += 1;
      return keys.keyOf(definition);
    });
    expect(new Set(looks).size).toBe(6);
  });

  it('do not exist for what contains itself', () => {
    const definition: Record<string, unknown> = { name: 'Acme' };
    const keys = new DefinitionKeys();
    const named = [keys.keyOf(definition), keys.keyOf(definition), keys.keyOf(definition)];
    definition['config'] = { definition };
    expect([new Set(named).size, keys.keyOf(definition)]).toEqual([1, undefined]);
  });
});

function objectsIn(object: object): readonly object[] {
  const found = new Set<object>([object]);
  for (const each of found) {
    for (const value of Object.values(each))
      if (typeof value === 'object' && value !== null) found.add(value);
  }
  return [...found];
}

function changeObject(object: object, kind: string, name: string, value: unknown): void {
  const fields = object as Record<string, unknown>;
  const isLength = Array.isArray(object) && name === 'length';
  if (kind === 'set' && !isLength) define(object, name, { value, enumerable: true, writable: true });
  if (kind === 'delete' && !isLength) delete fields[name];
  if (kind === 'hide' && !isLength) define(object, name, { value, enumerable: false, writable: true });
  if (kind === 'accessor' && !isLength) define(object, name, { get: () => value, enumerable: true });
  if (kind === 'move' && !isLength && Object.hasOwn(object, name)) {
    const moved = fields[name];
    delete fields[name];
    define(object, name, { value: moved, enumerable: true, writable: true });
  }
  if (kind === 'push' && Array.isArray(object)) object.push(value);
  if (kind === 'pop' && Array.isArray(object)) object.pop();
}

function define(object: object, name: string, field: PropertyDescriptor): void {
  Object.defineProperty(object, name, { ...field, configurable: true });
}
