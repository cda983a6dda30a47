import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';
import type { Window } from './processes.ts';
import { toJson, toPage } from './report.ts';
import { type RowResult, toFigure, withReason } from './result.ts';
import { toTimeProfile } from './rows/time-profile.ts';
import { explainMissed, toClientTimes, toSentence, toTimeTable, withProfiles } from './where-time-goes.ts';

const ferrule = toClientTimes('ferrule', 100, 0.9, {
  partsUs: { transport: 200, 'templates and parameters': 400, "Node's own": 1200 },
  samples: 18,
});
const base = toClientTimes('undici.request', 80, 1, {
  partsUs: { "Node's own": 600, "undici's request() and body streams": 200 },
  samples: 8,
});
const profile = { load: '10 at a time', unit: 'call', ferrule, base } as const;

describe('where the time goes', () => {
  it('is what was measured without the profiler, divided as the profile was', () => {
    expect(ferrule.partsUs).toMatchObject({
      transport: 10,
      'templates and parameters': 20,
      "Node's own": 60,
      authentication: 0,
    });
    expect(ferrule.partsUs["V8's other threads"]).toBeCloseTo(10);
  });

  it('stands in a table of both clients, with the parts that were found, their sum and the samples', () => {
    const { title, head, lines } = toTimeTable('A GET', [profile]);
    expect(title).toBe('A GET: where the time goes');
    expect(head).toEqual(['CPU µs per call', 'ferrule, 10 at a time', 'undici.request, 10 at a time']);
    expect(lines).toEqual([
      ['templates and parameters', '20', '0'],
      ['transport', '10', '0'],
      ["undici's request() and body streams", '0', '20'],
      ["Node's own", '60', '60'],
      ["V8's other threads", '10.00', '0'],
      ['all', '100', '80'],
      ['samples', '18', '8'],
    ]);
  });

  it('is said in a sentence: the stages, and where Ferrule differs', () => {
    expect(toSentence(profile)).toBe(
      'Ferrule takes 100 µs of processor time per call, undici.request 80. ' +
        'Its own stages take 30 µs: templates and parameters 20, transport 10. ' +
        "Beside undici.request it spends 30 µs more on its own stages, 10.00 on V8's other threads; " +
        "20 µs less on undici's request() and body streams.",
    );
  });

  it('says nothing about differences of which there are none', () => {
    expect(toSentence({ ...profile, base: { ...ferrule, client: 'undici.request' } })).not.toContain(
      'Beside',
    );
  });
});

describe('a goal that was missed', () => {
  const spread = { median: 1.25, lower: 1.2, upper: 1.3 };
  const missed = toFigure('GET: CPU', spread, '', { goal: { atMost: 1 } });
  const slow = toFigure('GET: throughput', spread, '', { goal: { atLeast: 2 } });
  const met = toFigure('GET: p99', spread, '', { goal: { atMost: 2 } });
  const memory = toFigure('Stream: memory', spread, '', { goal: { atMost: 1 } });
  const rows: readonly RowResult[] = [
    { name: 'get', title: 'GET', figures: explainMissed([missed, slow, met], profile), tables: [] },
    { name: 'streams', title: 'Streams', figures: explainMissed([memory], undefined), tables: [] },
  ];
  const circumstances = { options: readOptions([]), takenAt: new Date(0) };

  it('is explained by the profile of its load, once for all that it explains', () => {
    const page = toPage(rows, circumstances);
    expect(page).toContain(`\n- GET: CPU; GET: throughput. ${toSentence(profile)}\n`);
    expect(page).toContain('\n- Without a profile: Stream: memory.\n');
    expect(page.indexOf('## What was missed')).toBeGreaterThan(page.indexOf('| work | measured |'));
  });

  it('keeps the reason it has', () => {
    const [slow] = withReason([missed], 'it waits');
    expect(explainMissed(slow === undefined ? [] : [slow], profile)[0]?.why).toBe('it waits');
    expect(withReason([met], 'it waits')).toEqual([met]);
  });

  it('has its reason and its profile in JSON too', () => {
    const [first] = rows;
    const tables = withProfiles('GET', [], [profile, undefined]);
    const json = JSON.parse(
      toJson([{ name: '', title: '', figures: first?.figures ?? [], ...tables }], circumstances),
    );
    expect(json.rows[0].figures[0].why).toBe(toSentence(profile));
    expect(json.rows[0].figures[2]).not.toHaveProperty('why');
    expect(json.rows[0].profiles[0].ferrule.partsUs.transport).toBe(10);
    expect(json.rows[0].tables[0].title).toBe('GET: where the time goes');
  });

  it('is not mentioned when there is none', () => {
    expect(toPage([{ name: '', title: '', figures: [met], tables: [] }], circumstances)).not.toContain(
      'missed\n',
    );
  });
});

describe('the profile of a load', () => {
  const window = (label: string, cpuMs: number, more: Partial<Window> = {}): Window => ({
    label,
    cost: { cpuMs, wallMs: 1, mainCpuMs: cpuMs / 2 },
    found: {},
    foreign: 0,
    targetBusy: 0,
    tokens: 0,
    handshakes: 0,
    ...more,
  });
  const seen = { profile: { partsUs: { transport: 1 }, samples: 7 } };
  const load = { load: 'alone', unit: 'call', units: 100, base: ['base', 'base again'] } as const;
  const first = [window('base', 4, seen), window('ferrule', 10, seen), window('base again', 8)];
  const second = [window('base', 4), window('ferrule', 20), window('base again', 8)];

  it('takes the median of all rounds, and the mean of the base before and after', () => {
    const taken = toTimeProfile({ rounds: [first, second], trouble: undefined }, load);
    expect(taken?.ferrule).toMatchObject({ client: 'ferrule', measuredUs: 150, samples: 7 });
    expect(taken?.ferrule.partsUs).toMatchObject({ transport: 75, "V8's other threads": 75 });
    expect(taken?.base).toMatchObject({ client: 'base', measuredUs: 60 });
  });

  it('is of other windows when those are named', () => {
    const taken = toTimeProfile(
      { rounds: [first], trouble: undefined },
      { ...load, ferrule: ['base again', 'ferrule'], base: ['base'], names: ['a cold one', 'a warm one'] },
    );
    // Only the first of the windows has to have been profiled.
    expect(taken).toBeUndefined();
    const other = toTimeProfile(
      { rounds: [first], trouble: undefined },
      { ...load, ferrule: ['ferrule', 'base again'], base: ['base'], names: ['a cold one', 'a warm one'] },
    );
    expect(other?.ferrule).toMatchObject({ client: 'a cold one', measuredUs: 90 });
    expect(other && toSentence(other)).toContain(
      'A cold one takes 90 µs of processor time per call, a warm one 40.',
    );
  });

  it('is none when nothing was profiled, and when the rounds were disturbed', () => {
    expect(toTimeProfile({ rounds: [second], trouble: undefined }, load)).toBeUndefined();
    expect(toTimeProfile({ rounds: [first], trouble: 'disturbed' }, load)).toBeUndefined();
  });
});
