import type { Profiler } from 'node:inspector';
import { describe, expect, it } from 'vitest';
import { toProcessorTimes } from './measured/profile.ts';
import { type Part, toPartProfile } from './parts.ts';

type Call = readonly [name: string, place: string, ...inner: Call[]];

/** A profile of a tree of calls in which each function has been seen once, for 100 µs. */
function seenOnce(...calls: readonly Call[]): Profiler.Profile {
  const nodes: Profiler.ProfileNode[] = [];
  const add = ([functionName, url, ...inner]: Call): number => {
    const id = nodes.length + 1;
    const node: Profiler.ProfileNode = {
      id,
      callFrame: { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 },
    };
    nodes.push(node);
    node.children = inner.map(add);
    return id;
  };
  add(['(root)', '', ...calls]);
  const samples = nodes.slice(1).map(({ id }) => id);
  return { nodes, startTime: 0, endTime: 0, samples, timeDeltas: samples.map(() => 100) };
}

const timesOf = (...calls: readonly Call[]) => toPartProfile(seenOnce(...calls), url => url).partsUs;

describe('the parts of a profile', () => {
  it.each<readonly [place: string, part: Part]>([
    ['src/template/renderers.ts', 'templates and parameters'],
    ['src/compile/render-request.ts', 'templates and parameters'],
    ['src/auth/oauth2/token.ts', 'authentication'],
    ['src/transport/pacing/retries.ts', 'transport'],
    ['src/transport/body/parse-json.ts', 'JSON.parse'],
    ['src/expression/evaluate.ts', 'expressions'],
    ['src/execute/engine.ts', 'conducting and report'],
    ['src/base/clock.ts', 'conducting and report'],
    ['node_modules/undici/lib/api/readable.js', "undici's request() and body streams"],
    ['node_modules/undici/lib/dispatcher/client-h1.js', "undici's connections"],
    ['node_modules/undici/llhttp.wasm', "undici's connections"],
    ['node_modules/eventsource-parser/dist/parse.js', 'other libraries'],
    ['node:internal/timers', "Node's own"],
    ['test/bench/clients/by-hand.ts', 'benchmark itself, work by hand'],
    ['evalmachine.<anonymous>', 'other'],
  ])('count a function of %s for "%s"', (place, part) => {
    expect(timesOf(['work', place])).toEqual({ [part]: 100 });
  });

  it('count what is built in for the part that called it, and writing to a socket for the sockets', () => {
    const write: Call = ['writeLatin1String', ''];
    const send: Call = ['send', 'node:net', write];
    expect(timesOf(['render', 'src/template/a.ts', ['replaceAll', ''], send])).toEqual({
      'templates and parameters': 200,
      "Node's own": 100,
      'sockets and event loop (system calls)': 100,
    });
  });

  it('count the parsing of undici apart, and what its body streams call of Node for them', () => {
    const push: Call = ['push', 'node:internal/streams/readable'];
    const body = 'node_modules/undici/lib/api/readable.js';
    expect(timesOf(['push', body, push], ['consumeEnd', body], push)).toEqual({
      "undici's request() and body streams": 200,
      'JSON.parse': 100,
      "Node's own": 100,
    });
  });

  it('leave out waiting and the profiler with all that it calls', () => {
    const post: Call = ['post', 'node:inspector', ['write', 'node:net', ['now', '']]];
    const { partsUs, samples } = toPartProfile(
      seenOnce(['(idle)', ''], post, ['(garbage collector)', ''], ['(program)', '']),
      url => url,
    );
    expect(partsUs).toEqual({ 'garbage collection': 100, 'sockets and event loop (system calls)': 100 });
    expect(samples).toBe(2);
  });

  it('go by how often a function was seen: one long sample is a thread that had to wait', () => {
    const seen = seenOnce(['a', 'src/auth/a.ts'], ['b', 'src/execute/b.ts']);
    const { partsUs } = toPartProfile({ ...seen, timeDeltas: [100, 300] }, url => url);
    expect(partsUs).toEqual({ authentication: 200, 'conducting and report': 200 });
  });
});

describe('processor time from time by the clock', () => {
  it('leaves to the event loop what the functions have not used', () => {
    expect(toProcessorTimes({ transport: 60 }, 100, 100)).toEqual({
      transport: 60,
      'sockets and event loop (system calls)': 40,
    });
  });

  it('is less where the thread had to wait for a processor', () => {
    expect(toProcessorTimes({ transport: 60 }, 100, 50)).toEqual({
      transport: 30,
      'sockets and event loop (system calls)': 20,
    });
  });

  it('counts for the event loop how a thread falls asleep and wakes up, in which it is not active', () => {
    expect(toProcessorTimes({ transport: 60 }, 100, 120)).toEqual({
      transport: 60,
      'sockets and event loop (system calls)': 60,
    });
  });
});
