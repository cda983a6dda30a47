import { createClient } from '../../../src/spectral/clients/http/index.ts';
import {
  configPage,
  connectionConfigVar,
  flow,
  integration,
  OAuth2Type,
  oauth2Connection,
} from '../../../src/spectral/index.ts';

/** A connection of a component; `OAuth2Type.AuthorizationCode` is the same text. */
export const acmeOAuth = oauth2Connection({
  key: 'acmeOAuth',
  display: { label: 'Acme OAuth 2.0', description: 'Acme by OAuth 2.0' },
  oauth2Type: OAuth2Type.AuthorizationCode,
  inputs: {
    authorizeUrl: {
      label: 'Authorize URL',
      type: 'string',
      required: true,
      shown: false,
      default: 'https://app.acme.example.com/oauth/authorize?access_type=offline',
    },
    tokenUrl: {
      label: 'Token URL',
      type: 'string',
      required: true,
      shown: false,
      default: 'https://app.acme.example.com/oauth/token',
    },
    scopes: { label: 'Scopes', type: 'string', required: false, default: 'customers.read' },
    clientId: { label: 'Client ID', type: 'string', required: true },
    clientSecret: { label: 'Client secret', type: 'password', required: true },
  },
});

/** The same where it is used, with the plain text. */
export const oauthPages = {
  Connections: configPage({
    elements: {
      'Acme OAuth Connection': connectionConfigVar({
        stableKey: 'acme-oauth',
        dataType: 'connection',
        oauth2Type: 'authorization_code',
        inputs: acmeOAuth.inputs,
      }),
    },
  }),
};

export const whoAmI = flow({
  name: 'Who Am I',
  stableKey: 'who-am-i',
  onExecution: async ({ configVars }) => {
    const connection = configVars['Acme OAuth Connection'];
    const client = createClient({
      baseUrl: String(connection.token?.['instance_url']),
      headers: { Authorization: `Bearer ${connection.token?.['access_token']}` },
    });
    const { data } = await client.get('/me');
    return { data: { me: data, key: connection.key, realm: connection.context?.['realmId'] } };
  },
});

export const acmeByOAuth = integration({
  name: 'Acme by OAuth',
  flows: [whoAmI],
  configPages: oauthPages,
});
