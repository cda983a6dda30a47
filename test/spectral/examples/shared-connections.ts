import {
  configPage,
  connection,
  connectionConfigVar,
  customerActivatedConnection,
  flow,
  integration,
  organizationActivatedConnection,
  userActivatedConnection,
} from '../../../src/spectral/index.ts';

const text = { label: 'Text', type: 'string' } as const;

/** What lives outside of the integration. */
export const shared = connection({
  key: 'sharedApiKey',
  display: { label: 'Shared', description: 'An API key' },
  inputs: {
    endpoint: { ...text, required: true, permissionAndVisibilityType: 'organization' },
    region: { ...text, default: 'eu' },
    apiKey: { label: 'API key', type: 'password', required: true },
  },
});

export const scopedConfigVars = {
  'Billing System': organizationActivatedConnection({ stableKey: 'billing' }),
  'Customer CRM': customerActivatedConnection({ stableKey: 'crm' }),
  'My Calendar': userActivatedConnection({ stableKey: 'calendar' }),
};

const report = flow({
  name: 'Report',
  stableKey: 'report',
  onExecution: async ({ configVars }) => ({
    data: ['Billing System', 'Customer CRM', 'My Calendar', 'Warehouse'].map(name => {
      const { key, configVarKey, fields } = configVars[name];
      return [key, configVarKey, fields.region, fields.apiKey];
    }),
  }),
});

export const sharing = integration({
  name: 'Sharing',
  flows: [report],
  scopedConfigVars,
  componentRegistry: {
    warehouse: {
      key: 'warehouse',
      connections: {
        basic: {
          key: 'basic',
          inputs: {
            region: { inputType: 'string', required: true },
            apiKey: { inputType: 'password', required: true },
          },
        },
      },
    },
  },
  configPages: {
    Connections: configPage({
      elements: {
        Warehouse: connectionConfigVar({
          stableKey: 'warehouse',
          dataType: 'connection',
          connection: { component: 'warehouse', key: 'basic', values: { region: { value: 'asia' } } },
        }),
      },
    }),
  },
});
