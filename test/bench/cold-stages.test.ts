import { expect, it } from 'vitest';
import { toColdSentence, toColdStages, toColdTable } from './cold-stages.ts';
import type { Window } from './processes.ts';

const window = (label: string, cpuMs: number, found: Window['found'] = {}): Window => ({
  label,
  cost: { cpuMs, wallMs: cpuMs },
  found,
  foreign: 0,
  targetBusy: 0,
  tokens: 0,
  handshakes: 0,
});
const round = [
  window('bare', 30),
  window('ferrule', 120, { 'mark 0': 60, 'mark 1': 70 }),
  window('undici', 110, { 'mark 0': 80, 'mark 1': 81 }),
];
const rounds = { rounds: [round], trouble: undefined };
const ferrule = toColdStages(rounds, 'ferrule', 'bare');

it('divides a cold start by its marks, beyond what Node takes by itself', () => {
  expect(ferrule).toEqual({
    'Node itself': 30,
    import: 30,
    preparation: 10,
    'token and answer': 50,
    all: 120,
  });
});

it('says which stage of both takes how long', () => {
  const base = toColdStages(rounds, 'undici', 'bare');
  expect(toColdSentence(ferrule, base, 'a script')).toBe(
    'Ferrule takes 120 ms of processor time: Node itself 30, import 30, preparation 10, token and answer 50; ' +
      'a script 110 ms of processor time: Node itself 30, import 50, preparation 1, token and answer 29.',
  );
  const { lines } = toColdTable('Cold', { ferrule, undici: base });
  expect(lines.at(-1)).toEqual(['all', '120', '110']);
});
