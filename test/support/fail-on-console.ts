import { afterEach, beforeEach, expect } from 'vitest';

/** The library never prints. Whatever reaches the console during a test fails that test. */
const printed: string[] = [];
const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;

for (const method of methods) {
  console[method] = (...values: unknown[]) => {
    printed.push(`console.${method}: ${values.map(String).join(' ')}`);
  };
}

beforeEach(() => {
  printed.length = 0;
});

afterEach(() => {
  expect(printed, 'nothing may print to the console').toEqual([]);
});
