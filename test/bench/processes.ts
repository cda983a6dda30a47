import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { foreignLoad, type MachineSample, sampleMachine } from './disturbance.ts';
import type { ProfiledWindow } from './measured/profile.ts';
import type { Cost, MeasuredWindow } from './measured/window.ts';
import type { PartProfile } from './parts.ts';
import type { TargetPlace, TargetUsage } from './target/main.ts';

/** The target in its own process, running until it is closed. */
export interface Target {
  readonly pid: number;
  readonly place: TargetPlace;
  usage(): Promise<TargetUsage>;
  close(): void;
}

/** One measured window, seen from the process that did it, from the target and from the machine. */
export interface Window {
  readonly label: string;
  readonly cost: Cost;
  readonly found: Readonly<Record<string, number>>;
  /** Processors that other processes kept busy. */
  readonly foreign: number;
  /** The share of the time in which the event loop of the target was busy. */
  readonly targetBusy: number;
  /** Token requests and TLS handshakes that the target saw. */
  readonly tokens: number;
  readonly handshakes: number;
  /** Where the time of the main thread goes, when that was asked for. */
  readonly profile?: PartProfile;
}

export async function startTarget(): Promise<Target> {
  const child = fork(new URL('./target/main.ts', import.meta.url));
  const [place] = (await once(child, 'message')) as [TargetPlace];
  const usage = async () => {
    const answer = once(child, 'message');
    child.send('usage');
    const [used] = (await answer) as [TargetUsage];
    return used;
  };
  return { pid: child.pid ?? 0, place, usage, close: () => child.disconnect() };
}

/** A process that measures and may pause between its windows, for others to have their turn. */
export interface Turns {
  /** Lets it go on until it pauses or ends, and gives what it has measured meanwhile. Fails when the process fails. */
  next(): Promise<readonly Window[]>;
}

/** Runs `file` with a task in a fresh process and gives what it measured. Fails when the process fails. */
export function runFresh(
  file: URL,
  task: unknown,
  target: Target,
  execArgv: readonly string[] = [],
): Promise<readonly Window[]> {
  return startFresh(file, task, target, execArgv).next();
}

/** Starts `file` with a task in a fresh process. */
export function startFresh(
  file: URL,
  task: unknown,
  target: Target,
  execArgv: readonly string[] = [],
): Turns {
  const child = fork(file, [JSON.stringify(task)], { execArgv: [...execArgv] });
  const pauses = new EventEmitter();
  let windows: Window[] = [];
  let isPaused = false;
  let begun: Moment | undefined;
  child.on('message', async (message: 'pause' | 'ready' | MeasuredWindow | ProfiledWindow) => {
    if (message === 'pause') {
      isPaused = true;
      pauses.emit('pause');
      return;
    }
    if (message !== 'ready' && 'profile' in message) {
      const { label, profile } = message;
      const nth = windows.findIndex(window => window.label === label);
      windows.splice(nth, 1, ...windows.slice(nth, nth + 1).map(window => ({ ...window, profile })));
      child.send('go on');
      return;
    }
    const moment = await observe(target, child);
    if (message === 'ready') begun = moment;
    else if (begun !== undefined) windows.push(toWindow(message, begun, moment));
    child.send('go on');
  });
  const ended = once(child, 'exit').then(([code]) => {
    // What went wrong stands in the output of the process, which is also ours.
    if (code !== 0)
      throw new Error(`${file.pathname} failed with ${code}: ${JSON.stringify(task).slice(0, 200)}`);
  });
  return {
    async next() {
      const paused = once(pauses, 'pause');
      if (isPaused) {
        isPaused = false;
        child.send('go on');
      }
      await Promise.race([paused, ended]);
      const measured = windows;
      windows = [];
      return measured;
    },
  };
}

interface Moment {
  readonly machine: MachineSample | undefined;
  readonly used: TargetUsage;
  readonly atMs: number;
}

async function observe(target: Target, child: ChildProcess): Promise<Moment> {
  const machine = sampleMachine([target.pid, child.pid ?? 0]);
  return { machine, used: await target.usage(), atMs: performance.now() };
}

function toWindow({ label, cost, found }: MeasuredWindow, before: Moment, after: Moment): Window {
  return {
    label,
    cost,
    found,
    foreign: foreignLoad(before.machine, after.machine),
    targetBusy: (after.used.activeMs - before.used.activeMs) / (after.atMs - before.atMs),
    tokens: after.used.tokens - before.used.tokens,
    handshakes: after.used.handshakes - before.used.handshakes,
  };
}
