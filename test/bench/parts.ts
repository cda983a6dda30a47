import type { Profiler } from 'node:inspector';

/** The parts of a client that processor time is counted for, in the order of the tables. */
export const parts = [
  'templates and parameters',
  'authentication',
  'transport',
  'expressions',
  'conducting and report',
  'JSON.parse',
  "undici's request() and body streams",
  "undici's connections",
  "Node's own",
  'sockets and event loop (system calls)',
  'other libraries',
  'garbage collection',
  "V8's other threads",
  'benchmark itself, work by hand',
  'other',
] as const;

export type Part = (typeof parts)[number];
export type PartTimes = Readonly<Partial<Record<Part, number>>>;

/** What Ferrule does itself: each is one or more folders of `src`. */
export const ownStages: readonly Part[] = parts.slice(0, parts.indexOf('JSON.parse'));

/**
 * Where the function stands that begins in this line, counted from zero, of this script: as `src/…`, `node_modules/…`
 * or `test/…` from the root of the project, or as `node:…`.
 */
export type PlaceOf = (url: string, line: number) => string;

/** Where a thread was while it worked. */
export interface PartProfile {
  /** Microseconds by the clock. */
  readonly partsUs: PartTimes;
  /** How often it was looked at. */
  readonly samples: number;
}

/**
 * What the main thread did in each part; not counted is when it waited for work or was at the profiler's service. What
 * is built into V8 and Node counts for the part that called it.
 *
 * A part has the share of the time that it has of the samples, however long they took: while another process has the
 * processor, one sample lasts until it is given back, which says nothing about the part.
 */
export function toPartProfile(
  { nodes, samples: ids = [], timeDeltas = [] }: Profile,
  placeOf: PlaceOf,
): PartProfile {
  const owners = toOwners(nodes, placeOf);
  const counts: Partial<Record<Part, number>> = {};
  let samples = 0;
  let clockUs = 0;
  ids.forEach((id, nth) => {
    const owner = owners.get(id) ?? 'nobody';
    if (owner === 'nobody') return;
    counts[owner] = (counts[owner] ?? 0) + 1;
    samples += 1;
    clockUs += timeDeltas[nth] ?? 0;
  });
  const partsUs = Object.fromEntries(
    Object.entries(counts).map(([part, count]) => [part, (count / samples) * clockUs]),
  );
  return { partsUs, samples };
}

type Profile = Profiler.Profile;
type Frame = Profiler.ProfileNode['callFrame'];

/** `nobody`: the thread waited, or was at the profiler's service. */
type Owner = Part | 'nobody';

/** States of V8 that stand in a profile as if they were functions. */
const states: ReadonlyMap<string, Owner> = new Map([
  ['(idle)', 'nobody'],
  ['(program)', 'sockets and event loop (system calls)'],
  ['(garbage collector)', 'garbage collection'],
]);

/** What Node's streams of native code offer for writing. V8 takes reading for idle. */
const socketWrites =
  /^(writev|writeBuffer|writeUtf8String|writeAsciiString|writeLatin1String|writeUcs2String)$/;

/** By the first that fits. */
const places: readonly (readonly [RegExp, Owner])[] = [
  [/^src\/.*\bparse-json\.ts$/, 'JSON.parse'],
  [/^src\/(template|compile)\//, 'templates and parameters'],
  [/^src\/auth\//, 'authentication'],
  [/^src\/transport\b/, 'transport'],
  [/^src\/expression\//, 'expressions'],
  [/^src\//, 'conducting and report'],
  [/^node_modules\/undici\/lib\/api\//, "undici's request() and body streams"],
  [/^node_modules\/undici\//, "undici's connections"],
  [/^node_modules\//, 'other libraries'],
  [/^node:inspector\b/, 'nobody'],
  [/^node:/, "Node's own"],
  [/^test\/bench\//, 'benchmark itself, work by hand'],
];

/** Of each node of the tree of calls, by its id. */
function toOwners(nodes: readonly Profiler.ProfileNode[], placeOf: PlaceOf): ReadonlyMap<number, Owner> {
  const byId = new Map(nodes.map(node => [node.id, node]));
  const owners = new Map<number, Owner>();
  const visit = (id: number, caller: Owner) => {
    const node = byId.get(id);
    if (node === undefined) return;
    const owner = toOwner(node.callFrame, caller, placeOf);
    owners.set(id, owner);
    for (const child of node.children ?? []) visit(child, owner);
  };
  const [root] = nodes;
  if (root !== undefined) visit(root.id, 'other');
  return owners;
}

function toOwner({ functionName, url, lineNumber }: Frame, caller: Owner, placeOf: PlaceOf): Owner {
  if (caller === 'nobody') return caller;
  if (url === '') {
    const state = states.get(functionName);
    return state ?? (socketWrites.test(functionName) ? 'sockets and event loop (system calls)' : caller);
  }
  const place = placeOf(url, lineNumber);
  const owner = places.find(([pattern]) => pattern.test(place))?.[1] ?? 'other';
  const ofBodyStreams = "undici's request() and body streams";
  // undici's `body.json()` parses in a function of its own.
  if (owner === ofBodyStreams && functionName === 'consumeEnd') return 'JSON.parse';
  // A body stream is Node's Readable, extended by undici: what it calls of Node is its own cost.
  return owner === "Node's own" && caller === ofBodyStreams ? ofBodyStreams : owner;
}
