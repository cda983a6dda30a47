import { createClient } from '../../../src/spectral/clients/http/index.ts';
import {
  type Connection,
  configPage,
  configVar,
  connectionConfigVar,
  dataSourceConfigVar,
  type Element,
  flow,
  integration,
  util,
} from '../../../src/spectral/index.ts';

interface Customer {
  id: number;
  name: string;
  region: string;
}

const createAcmeClient = (connection: Connection) => {
  const { endpoint, apiKey } = connection.fields;
  return createClient({
    baseUrl: util.types.toString(endpoint),
    headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
    responseType: 'json',
  });
};

export const configPages = {
  Connections: configPage({
    tagline: 'Connect to Acme',
    elements: {
      '<h1>Acme</h1>': '<p>Have your API key at hand.</p>',
      'Acme Connection': connectionConfigVar({
        stableKey: 'acme-connection',
        dataType: 'connection',
        inputs: {
          endpoint: {
            label: 'Endpoint',
            placeholder: 'https://acme.example.com',
            type: 'string',
            required: true,
            comments: 'The base URL of the API',
          },
          apiKey: { label: 'API key', placeholder: 'API key', type: 'password', required: true },
        },
      }),
    },
  }),
  'Acme Settings': configPage({
    tagline: 'What to fetch',
    elements: {
      'Only Active': configVar({ stableKey: 'only-active', dataType: 'boolean', defaultValue: true }),
      'Page Size': configVar({ stableKey: 'page-size', dataType: 'number', defaultValue: 50 }),
      Region: dataSourceConfigVar({
        stableKey: 'region',
        dataSourceType: 'picklist',
        perform: async context => {
          const client = createAcmeClient(context.configVars['Acme Connection'] as Connection);
          const { data } = await client.get('/regions');
          const regions: Element[] = data.map(({ id, name }: { id: number; name: string }) => ({
            key: String(id),
            label: name,
          }));
          return { result: regions };
        },
      }),
    },
  }),
};

export const fetchCustomers = flow({
  name: 'Fetch Customers',
  stableKey: 'fetch-customers',
  description: 'Fetches the customers of a region',
  onExecution: async (context, params) => {
    const { configVars, logger } = context;
    const client = createAcmeClient(configVars['Acme Connection']);
    const { data } = await client.get('/customers', {
      params: {
        active: configVars['Only Active'],
        limit: configVars['Page Size'],
        region: configVars['Region'],
        since: Object(params.onTrigger.results.body.data)['since'],
      },
    });
    logger.info(`Found ${data.length} customers with`, configVars['Acme Connection'].fields.apiKey);
    return { data: data as Customer[] };
  },
});

export const failing = flow({
  name: 'Fail',
  stableKey: 'fail',
  onExecution: async ({ configVars }) => {
    throw new TypeError(`no such customer for ${configVars['Acme Connection'].fields.apiKey}`);
  },
});

export const invoking = flow({
  name: 'Invoke',
  stableKey: 'invoke',
  onTrigger: async (_context, payload) => ({ payload: { ...payload, body: { data: { since: 'monday' } } } }),
  onExecution: async (context, params) => {
    const { data } = (await context.invokeFlow('Fetch Customers', {
      since: Object(params.onTrigger.results.body.data)['since'],
    })) as { data: unknown };
    return { data: { invoked: data } };
  },
});

export const acme = integration({
  name: 'Acme',
  description: 'Fetches customers',
  flows: [fetchCustomers, failing, invoking],
  configPages,
});
