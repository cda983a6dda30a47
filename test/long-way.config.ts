import { defineConfig, mergeConfig } from 'vitest/config';
import suite from './vitest.config.ts';

/** The tests of what has shortcuts, once more without them. */
export default mergeConfig(
  suite,
  defineConfig({
    resolve: {
      alias: [
        {
          find: /^.*\/fast-paths\.ts$/,
          replacement: new URL('support/no-fast-paths.ts', import.meta.url).pathname,
        },
      ],
    },
    test: { env: { LONG_WAY: 'yes' }, outputFile: { json: '.results/long-way.json' } },
  }),
);
