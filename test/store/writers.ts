import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The program as one file, which starts in half the time: dozens of processes are started. */
export async function bundleWriter(): Promise<{ readonly program: string; remove(): void }> {
  mkdirSync(join(root, '.results'), { recursive: true });
  const dir = mkdtempSync(join(root, '.results/writer-'));
  await build({
    cwd: root,
    input: join(root, 'test/store/store-writer.ts'),
    platform: 'node',
    external: /^[^./]/,
    output: { dir, format: 'esm' },
  });
  return {
    program: join(dir, 'store-writer.js'),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export interface Said {
  /** Who said it. */
  readonly name: string;
  readonly kind: string;
  readonly id: string;
  readonly number: number;
}

export interface Writer {
  readonly process: ChildProcess;
  /** What it has said so far, in whole lines. */
  said(): readonly Said[];
  /** Fulfilled when it has said so many lines, or has ended. */
  until(lines: number): Promise<void>;
  /** Its exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
  errors(): string;
}

/** Starts a process of `store-writer.ts`; `limit` is what `ulimit -f` takes, for files that may not grow. */
export function startWriter(program: string, args: readonly string[], limit?: number): Writer {
  const child =
    limit === undefined
      ? spawn(process.execPath, [program, ...args])
      : spawn('sh', ['-c', `ulimit -f ${limit}; exec "$0" "$@"`, process.execPath, program, ...args]);
  let text = '';
  let errors = '';
  const name = args.at(-1) ?? '';
  const said = () =>
    text
      .split('\n')
      .slice(0, -1)
      .map(line => toSaid(name, line));
  const progress = new EventEmitter();
  child.stdout.setEncoding('utf8').on('data', chunk => {
    text += chunk;
    progress.emit('lines');
  });
  child.stderr.setEncoding('utf8').on('data', chunk => {
    errors += chunk;
  });
  let isOver = false;
  const ended = new Promise<number | null>(resolve =>
    child.once('close', code => {
      isOver = true;
      progress.emit('lines');
      resolve(code);
    }),
  );
  return {
    process: child,
    said,
    async until(lines) {
      while (!isOver && said().length < lines) await once(progress, 'lines');
    },
    ended,
    errors: () => errors,
  };
}

function toSaid(name: string, line: string): Said {
  const [kind = '', id = '', number = ''] = line.split(' ');
  return { name, kind, id, number: Number(number) };
}
