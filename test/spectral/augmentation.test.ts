import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../docs/programs.ts';
import { root } from '../package/packed-package.ts';

/** A program of its own: what it registers would reach every other file of a program that it were part of. */
const augmented = `
import { type Connection, configPage, connectionConfigVar, dataSourceConfigVar, type Element, flow, organizationActivatedConnection } from 'ferrule/spectral';

const configPages = {
  Connections: configPage({
    elements: {
      'Acme Connection': connectionConfigVar({
        stableKey: 'acme',
        dataType: 'connection',
        inputs: { apiKey: { label: 'API key', type: 'password', required: true } },
      }),
    },
  }),
};
const settings = {
  Settings: configPage({
    elements: {
      Channel: dataSourceConfigVar({
        stableKey: 'channel',
        dataSourceType: 'picklist',
        perform: async context => ({ result: await names(context.configVars['Acme Connection'] as Connection) }),
      }),
    },
  }),
};
declare function names(connection: Connection): Promise<Element[]>;
const scopedConfigVars = { Shared: organizationActivatedConnection({ stableKey: 'shared' }) };

type Pages = typeof configPages & typeof settings;
type Scoped = typeof scopedConfigVars;
declare module 'ferrule/spectral' {
  interface IntegrationDefinitionConfigPages extends Pages {}
  interface IntegrationDefinitionScopedConfigVars extends Scoped {}
}

export const fetchCustomers = flow({
  name: 'Fetch Customers',
  stableKey: 'fetch-customers',
  onExecution: async ({ configVars }) => {
    const key: string = configVars['Acme Connection'].fields.apiKey;
    const shared: unknown = configVars.Shared.fields['anything'];
    const channel: string = configVars.Channel;
    // WRONG
    return { data: [key, shared, channel] };
  },
});
`;

it('types the variables of a flow by the pages that a module augmentation registers', async () => {
  expect(await compile(augmented)).toBe('');
  const problems = await compile(
    augmented.replace('// WRONG', "configVars['Acme Connection'].fields.apikey;"),
  );
  expect(problems).toMatch(/error TS2551: Property 'apikey' does not exist.*Did you mean 'apiKey'/);
  expect(await compile(augmented.replace('// WRONG', "configVars['Other'];"))).toMatch(/error TS7053/);
}, 60_000);

async function compile(text: string): Promise<string> {
  mkdirSync(join(root, '.results'), { recursive: true });
  const directory = mkdtempSync(join(root, '.results/augmentation-'));
  const paths = { 'ferrule/spectral': [join(root, 'src/spectral/index.ts')] };
  const compilerOptions = { noEmit: true, rootDir: '/', paths };
  try {
    writeFileSync(join(directory, 'program.ts'), text);
    writeFileSync(
      join(directory, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions,
        include: [],
        files: ['program.ts'],
      }),
    );
    return await run(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '-p', directory],
      directory,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
