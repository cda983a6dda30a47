import { createClient, handleErrors } from '../../../src/spectral/clients/http/index.ts';
import { action, type Connection, component, connection, input, util } from '../../../src/spectral/index.ts';

/** An API key connection with an endpoint. */
export const apiKeyConnection = connection({
  key: 'apiKey',
  display: { label: 'Acme API key', description: 'Authenticate with an API key' },
  inputs: {
    endpoint: {
      label: 'Acme endpoint URL',
      type: 'string',
      required: true,
      comments: 'The URL of the API',
      default: 'https://api.acme.example.com/v2',
    },
    apiKey: { label: 'API key', type: 'password', required: true, comments: 'From your settings' },
  },
});

const listItems = action({
  display: { label: 'List Items', description: 'Lists all items' },
  inputs: {
    acmeConnection: input({ label: 'Connection', type: 'connection', required: true }),
    limit: input({ label: 'Limit', type: 'string', default: '10', clean: value => util.types.toInt(value) }),
  },
  perform: async (_context, { acmeConnection, limit }) => {
    const { fields } = acmeConnection as Connection;
    const client = createClient({
      baseUrl: util.types.toString(fields['endpoint']),
      headers: { 'X-API-Key': util.types.toString(fields['apiKey']) },
    });
    const { data } = await client.get('/items', { params: { limit } });
    return { data };
  },
});

export const acmeComponent = component({
  key: 'acme',
  display: { label: 'Acme', description: 'Acme', iconPath: 'icon.png' },
  actions: { listItems },
  connections: [apiKeyConnection],
  hooks: { error: error => handleErrors(error) },
});
