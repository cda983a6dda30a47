import { readFileSync } from 'node:fs';

/**
 * Prints "N passed, N failed" from the test runner's JSON result and exits non-zero unless everything passed
 * and something ran. A step of the gate that failed counts as one failure; so does a suite that could not load.
 */
interface RunnerResult {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
}

const [resultFile = '', failedSteps = '0'] = process.argv.slice(2);
const result = readResult(resultFile);
const passed = result?.numPassedTests ?? 0;
const failures = (result?.numFailedTests ?? 0) + Number(failedSteps);
const nothingRan = passed + (result?.numFailedTests ?? 0) === 0;
const silentFailure = failures === 0 && (nothingRan || result?.success !== true);
const failed = failures + (silentFailure ? 1 : 0);

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function readResult(file: string): RunnerResult | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunnerResult;
  } catch (error) {
    process.stdout.write(`No test result: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}
