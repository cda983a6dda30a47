import { Writable } from 'node:stream';
import { FerruleError } from '../index.ts';
import { toSafeLine } from './safe-text.ts';

/**
 * Asks a person one question on stderr and gives the answer, which is not empty. `hidden` shows nothing of what is
 * typed. Only for a terminal: see `Terminal.isInteractive`.
 *
 * @throws FerruleError ABORTED after Ctrl-C, or when the input ends.
 */
export async function ask(question: string, hidden: boolean): Promise<string> {
  for (;;) {
    const answer = await askOnce(`${toSafeLine(question)}: `, hidden);
    if (answer !== '') return answer;
  }
}

async function askOnce(question: string, hidden: boolean): Promise<string> {
  const { createInterface } = await import('node:readline');
  // Readline echoes to its output, so an answer is hidden by an output that goes nowhere.
  const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
  const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  if (hidden) process.stderr.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      const cancel = () => reject(new FerruleError('ABORTED', 'The question was not answered'));
      lines.once('SIGINT', cancel);
      lines.once('close', cancel);
      lines.question(hidden ? '' : question, resolve);
    });
  } finally {
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}
