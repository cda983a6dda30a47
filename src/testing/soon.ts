import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 5_000;

/** Waits until `holds`; fails when it does not within five seconds. */
export async function soon(holds: () => boolean): Promise<void> {
  for (const startedAtMs = performance.now(); !holds(); await pause(5)) {
    assert.ok(performance.now() - startedAtMs < PATIENCE_MS, 'expected to be told within five seconds');
  }
}
