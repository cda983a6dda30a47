import { Session } from 'node:inspector/promises';
import { type PartProfile, type PartTimes, toPartProfile } from '../parts.ts';
import { createPlaceOf } from '../source-places.ts';
import { tell } from './window.ts';

/** Sent to the parent after the window with the same label. */
export interface ProfiledWindow {
  readonly label: string;
  /** Of its main thread, in microseconds of processor time for the whole profile. */
  readonly profile: PartProfile;
}

const SAMPLE_EVERY_US = 250;
/** So that a part of a hundredth is seen some sixty times. */
const SHORTEST_MS = 1_500;

/**
 * Does `work` again, as often as a profile needs, and tells the parent in which parts the main thread was. The sampling
 * costs time itself, evenly: parts are to be read as shares.
 */
export async function profileWindow(label: string, work: () => Promise<void>): Promise<void> {
  // Node 22 does not say what one thread has used: without that, there is no profile.
  if (process.threadCpuUsage === undefined) return;
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
  await session.post('Profiler.start');
  const usedBefore = process.threadCpuUsage();
  const loopBefore = performance.eventLoopUtilization();
  const startedAtMs = performance.now();
  do await work();
  while (performance.now() - startedAtMs < SHORTEST_MS);
  const { active } = performance.eventLoopUtilization(loopBefore);
  const { user, system } = process.threadCpuUsage(usedBefore);
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const { partsUs, samples } = toPartProfile(profile, createPlaceOf());
  const used = toProcessorTimes(partsUs, active * 1000, user + system);
  const message: ProfiledWindow = { label, profile: { partsUs: used, samples } };
  await tell(message);
}

/**
 * Processor time instead of time by the clock: less where the thread had to wait for a processor. What is left of the
 * processor time is that of the event loop between the functions, which V8 takes for idle: it waits for the sockets and
 * reads them there.
 */
export function toProcessorTimes(clockUs: PartTimes, activeUs: number, usedUs: number): PartTimes {
  const share = Math.min(1, usedUs / activeUs);
  const used = Object.entries(clockUs).map(([part, us]) => [part, us * share] as const);
  const restUs = usedUs - used.reduce((sum, [, us]) => sum + us, 0);
  const times: PartTimes = Object.fromEntries(used);
  const loop = 'sockets and event loop (system calls)';
  return { ...times, [loop]: (times[loop] ?? 0) + Math.max(0, restUs) };
}
