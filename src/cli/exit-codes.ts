import type { Category } from '../index.ts';

/** What a script learns from the exit code. `ferrule --help` lists them. */
export const exitCodes = {
  ok: 0,
  usage: 1,
  definition: 2,
  input: 3,
  authentication: 4,
  network: 5,
  upstream: 6,
  policy: 7,
  /** 128 + SIGINT, as shells report a command that Ctrl-C ended. */
  aborted: 130,
} as const satisfies Readonly<Record<Category | 'ok' | 'aborted', number>>;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code of an error, from what it says about itself. */
export function toExitCode(error: { readonly code: string; readonly category: Category }): ExitCode {
  return error.code === 'ABORTED' ? exitCodes.aborted : exitCodes[error.category];
}

/** 4xx and 5xx answers are answers, but hardly what a script hoped for. A redirect that is not followed is fine. */
export function exitCodeOfStatus(statusCode: number): ExitCode {
  return statusCode >= 400 ? exitCodes.upstream : exitCodes.ok;
}

export const exitCodeHelp = `
Exit codes:
  0    success
  1    the command was used wrongly, or Ferrule has a defect
  2    the definition has problems
  3    an operation, a parameter or a secret is missing or wrong
  4    no token could be obtained
  5    the network failed: DNS, connection, TLS, timeout
  6    the server answered 4xx or 5xx (401 and 403 too) or something unusable, or the test found another answer
  7    a policy or a limit stopped it
  130  aborted with Ctrl-C`;
