import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../../src/', import.meta.url).pathname;

/** The way through the house: a folder imports only from itself and from those before it. */
const stages = [
  'base',
  'errors',
  'definition',
  'template',
  'expression',
  'transport',
  'compile',
  'auth',
  'execute',
  'store',
];

/** Shells import the published entries only. */
const shells = ['testing', 'spectral', 'server', 'console', 'cli'];
const entries = [
  'errors.ts',
  'got.ts',
  'index.ts',
  'server.ts',
  'spectral/index.ts',
  'spectral/testing/index.ts',
  'store.ts',
  'transport.ts',
];

/**
 * The rooms of `transport`, and which others each may import: only such as stand before it, so that no way leads round in
 * a circle. What wraps a transport (observation, redirects, pacing) knows nothing of sockets.
 */
const transportRooms: Readonly<Record<string, readonly string[]>> = {
  bodies: [],
  trust: [],
  egress: [],
  observation: ['bodies'],
  redirects: ['bodies', 'egress'],
  pacing: ['bodies'],
  sockets: ['trust', 'egress'],
  proxies: ['bodies', 'trust', 'egress', 'sockets'],
  wire: ['bodies', 'sockets', 'proxies'],
  got: ['trust', 'egress', 'sockets', 'wire'],
};

/** What every room of `transport` may import as well: the port, and the words of its times. */
const transportPort = ['transport/transport.ts', 'transport/phases.ts'];

/** Data, one row after the other: their length says nothing about how many subjects they have. */
const tables = ['errors/error-codes.ts'];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
const imports = files.flatMap(readImports);

describe('the house', () => {
  it('has only rooms that the design names', () => {
    const rooms = new Set(files.map(file => file.split('/')[0]));
    expect([...rooms].filter(room => ![...stages, ...shells, ...entries].includes(room ?? ''))).toEqual([]);
  });

  it('lets a folder import only from the folders before it', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(imports.filter(isBackward).map(describeImport)).toEqual([]);
  });

  it('lets shells import only themselves and the published entries', () => {
    const wrong = imports.filter(
      ({ from, to }) => shells.includes(room(from)) && room(to) !== room(from) && !entries.includes(to),
    );
    expect(wrong.map(describeImport)).toEqual([]);
  });

  it('lets a room of transport import only the port and the rooms that are named for it', () => {
    const inside = imports.filter(
      ({ from, to }) => transportRoom(from) !== undefined && room(to) === 'transport',
    );
    expect(new Set(inside.map(({ from }) => transportRoom(from)))).toEqual(
      new Set(Object.keys(transportRooms)),
    );
    expect(inside.filter(isThroughWall).map(describeImport)).toEqual([]);
  });

  it('names for each room of transport only rooms before it', () => {
    const names = Object.keys(transportRooms);
    const later = names.filter((name, place) =>
      transportRooms[name]?.some(other => !names.slice(0, place).includes(other)),
    );
    expect(later).toEqual([]);
  });

  it('has no import cycle between files, types aside', () => {
    expect(findCycle(imports.filter(({ typeOnly }) => !typeOnly))).toBeUndefined();
  });

  it('has no default export and no re-export of everything', () => {
    const wrong = files.filter(file => /^export (default|\*)/m.test(readFileSync(join(root, file), 'utf8')));
    expect(wrong).toEqual([]);
  });

  it('raises no bare Error', () => {
    const wrong = files.filter(file =>
      /\bnew (Error|TypeError|RangeError|AggregateError)\(/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps files short enough to read, tables aside', () => {
    const long = files
      .filter(file => !tables.includes(file))
      .map(file => [file, readFileSync(join(root, file), 'utf8').split('\n').length] as const)
      .filter(([, lines]) => lines > 400);
    expect(long).toEqual([]);
  });
});

function readImports(from: string): Import[] {
  const text = readFileSync(join(root, from), 'utf8');
  const found = text.matchAll(/^(import|export)\s(type\s)?[^'";]*?from\s+'(\.[^']+)'/gm);
  return [...found].map(match => ({
    from,
    to: relative(root, normalize(join(root, dirname(from), match[3] ?? ''))),
    typeOnly: match[2] !== undefined,
  }));
}

function room(file: string): string {
  return file.split('/')[0] ?? '';
}

function isBackward({ from, to }: Import): boolean {
  const fromStage = stages.indexOf(room(from));
  if (fromStage === -1) return false;
  const toStage = stages.indexOf(room(to));
  return toStage === -1 || toStage > fromStage;
}

/** Undefined for what stands at the top of `transport`, and outside it. */
function transportRoom(file: string): string | undefined {
  const [folder, name, ...rest] = file.split('/');
  return folder === 'transport' && rest.length > 0 ? name : undefined;
}

function isThroughWall({ from, to }: Import): boolean {
  const own = transportRoom(from) ?? '';
  const other = transportRoom(to);
  if (other === undefined) return !transportPort.includes(to);
  return other !== own && transportRooms[own]?.includes(other) !== true;
}

function describeImport({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

function findCycle(edges: readonly Import[]): string | undefined {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' -> ');
    if (done.has(file)) return undefined;
    for (const target of targets.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of targets.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
