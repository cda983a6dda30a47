import {
  type createClient,
  type HttpClient,
  handleErrors,
  inputs as httpInputs,
  sendRawRequest,
} from '../../src/spectral/clients/http/index.ts';
import {
  type ActionContext,
  action,
  batchFlowTrigger,
  type ConfigVarsOf,
  type Connection,
  component,
  configPage,
  configVar,
  connection,
  connectionConfigVar,
  dataSource,
  dataSourceConfigVar,
  flow,
  input,
  integration,
  OAuth2PkceMethod,
  OAuth2Type,
  oauth2Connection,
  onPremConnection,
  organizationActivatedConnection,
  pollingTrigger,
  templateConnectionInputs,
  trigger,
  userActivatedConnection,
} from '../../src/spectral/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Checked by the compiler alone. */
declare function exactly<Claim extends boolean>(claim: Claim): void;

export const configPages = {
  Connections: configPage({
    tagline: 'Connect',
    elements: {
      '<h1>Welcome</h1>': '<h1>Welcome</h1>',
      'Acme Connection': connectionConfigVar({
        stableKey: 'acme-connection',
        dataType: 'connection',
        inputs: {
          apiKey: { label: 'API key', type: 'password', required: true },
          endpoint: { label: 'Endpoint', type: 'string', default: 'https://api.acme.example' },
          note: { label: 'Note', type: 'string' },
          scopes: { label: 'Scopes', type: 'string', collection: 'valuelist', required: true },
          sandbox: {
            label: 'Sandbox',
            type: 'boolean',
            default: 'false',
            permissionAndVisibilityType: 'organization',
          },
        },
      }),
      Shared: organizationActivatedConnection({ stableKey: 'shared' }),
      Mine: userActivatedConnection({ stableKey: 'mine' }),
    },
  }),
  Settings: configPage({
    elements: {
      Interval: configVar({ stableKey: 'interval', dataType: 'picklist', pickList: ['hourly', 'daily'] }),
      Limit: configVar({ stableKey: 'limit', dataType: 'number' }),
      Names: configVar({ stableKey: 'names', dataType: 'string', collectionType: 'valuelist' }),
      Channel: dataSourceConfigVar({
        stableKey: 'channel',
        dataSourceType: 'picklist',
        perform: async context => ({ result: [String(context.configVars['Acme Connection'])] }),
      }),
    },
  }),
};
type Variables = ConfigVarsOf<typeof configPages>;

export function variablesAreTypedFromPages(variables: Variables): void {
  const { fields, token } = variables['Acme Connection'];
  exactly<Same<typeof fields.apiKey, string>>(true);
  exactly<Same<typeof fields.endpoint, string>>(true);
  exactly<Same<typeof fields.note, string | undefined>>(true);
  exactly<Same<typeof fields.scopes, string[]>>(true);
  exactly<Same<typeof fields.sandbox, string | boolean>>(true);
  exactly<Same<typeof token, Record<string, unknown> | undefined>>(true);
  exactly<Same<(typeof variables)['Shared']['fields'], Record<string, unknown>>>(true);
  exactly<Same<(typeof variables)['Mine']['key'], string>>(true);
  exactly<Same<(typeof variables)['Interval'], string>>(true);
  exactly<Same<(typeof variables)['Limit'], number>>(true);
  exactly<Same<(typeof variables)['Names'], string[]>>(true);
  exactly<Same<(typeof variables)['Channel'], string>>(true);
  const plain: Connection = variables['Acme Connection'];
  // @ts-expect-error: a field that no input gives
  fields.apikey;
  // @ts-expect-error: a variable that no page has
  variables['Acme'];
  // @ts-expect-error: a text on a page is no variable
  variables['<h1>Welcome</h1>'];
  exactly<Same<typeof plain, Connection>>(true);
}

export const typedFlow = flow<typeof configPages>({
  name: 'Fetch Customers',
  stableKey: 'fetch-customers',
  onExecution: async ({ configVars, logger }, params) => {
    const key: string = configVars['Acme Connection'].fields.apiKey;
    logger.info(key, params.onTrigger.results.body.data);
    // @ts-expect-error: a field that no input gives
    configVars['Acme Connection'].fields.secret;
    return { data: null };
  },
});

/** Without pages nothing is known, so nothing is refused. */
export const untypedFlow = flow({
  name: 'Untyped',
  stableKey: 'untyped',
  onTrigger: async (_context, payload) => ({ payload }),
  onExecution: async context => {
    const key: string = context.configVars['Acme Connection'].fields.apiKey;
    context.logger.section(key);
    return { data: null };
  },
});

export const whole = integration({
  name: 'Acme',
  description: 'Customers',
  flows: [typedFlow, untypedFlow],
  configPages,
  somethingNew: true,
});

export const members = oauth2Connection({
  key: 'acmeOAuth',
  display: { label: 'Acme', description: 'OAuth 2.0' },
  oauth2Type: OAuth2Type.AuthorizationCode,
  oauth2PkceMethod: OAuth2PkceMethod.S256,
  inputs: {
    authorizeUrl: {
      label: 'Authorize URL',
      type: 'string',
      required: true,
      default: 'https://a.example/authorize',
      shown: false,
    },
    tokenUrl: {
      label: 'Token URL',
      type: 'string',
      required: true,
      default: 'https://a.example/token',
      shown: false,
    },
    scopes: { label: 'Scopes', type: 'string', required: true, default: 'read' },
    clientId: { label: 'Client ID', type: 'string', required: true },
    clientSecret: { label: 'Client secret', type: 'password', required: true },
  },
});

export const texts = oauth2Connection({
  ...members,
  oauth2Type: 'authorization_code',
  oauth2PkceMethod: 'plain',
});
export const enumLike: OAuth2Type = 'client_credentials';
// @ts-expect-error: no such way to get a token
export const unknownType: OAuth2Type = 'implicit';

export const incomplete = oauth2Connection({
  key: 'incomplete',
  oauth2Type: 'client_credentials',
  // @ts-expect-error: no client, no token
  inputs: { tokenUrl: { label: 'Token URL', type: 'string' } },
});

/** Older definitions say `label`, `comments` and `iconPath` beside the key, and keys unknown to us are kept. */
export const legacy = connection({
  key: 'legacy',
  label: 'Legacy',
  comments: 'Before display',
  iconPath: 'icon.png',
  inputs: {
    host: {
      label: { key: 'host', value: 'Host' },
      type: 'string',
      model: [{ label: 'A', value: 'a' }],
      madeUp: 1,
    },
  },
  apply: { header: 'X-Key' },
});
export const kept: string = legacy.apply.header;

export const onPrem = onPremConnection({
  key: 'onPrem',
  display: { label: 'Database', description: 'Behind the firewall' },
  inputs: {
    host: { label: 'Host', type: 'string', required: true, onPremControlled: true },
    port: { label: 'Port', type: 'string', required: true, onPremControlled: true },
    user: { label: 'User', type: 'string' },
  },
});

export const templated = connection({
  key: 'templated',
  display: { label: 'Tenant', description: 'By domain' },
  inputs: templateConnectionInputs(
    { domain: { label: 'Domain', type: 'string', required: true } },
    { tokenUrl: { label: 'Token URL', type: 'template', templateValue: 'https://{{#domain}}/token' } },
    OAuth2Type.ClientCredentials,
  ),
});

const connectionInput = input({ label: 'Connection', type: 'connection', required: true });
export const list = action({
  display: { label: 'List', description: 'Lists' },
  inputs: {
    connection: connectionInput,
    limit: input({ label: 'Limit', type: 'string', clean: value => Number(value) }),
    kind: input({ label: 'Kind', type: 'string', default: 'all' }),
    tags: input({ label: 'Tags', type: 'string', collection: 'keyvaluelist' }),
    free: input({ label: 'Free', type: 'string' }),
  },
  perform: async (context: ActionContext, { connection: given, limit, kind, tags, free }) => {
    exactly<Same<typeof given, Connection>>(true);
    exactly<Same<typeof limit, number>>(true);
    exactly<Same<typeof kind, string>>(true);
    exactly<Same<typeof free, unknown>>(true);
    context.logger.debug(tags[0]?.key);
    return { data: given.key };
  },
});

export const acme = component({
  key: 'acme',
  public: false,
  display: { label: 'Acme', description: 'Acme', iconPath: 'icon.png' },
  connections: [legacy, members, onPrem, templated],
  actions: { list },
});

/** Functions may stand before the inputs that type their parameters, and keys unknown to us are kept. */
export const early = action({
  display: { label: 'Early', description: 'Before its inputs' },
  perform: async (_context, { limit }) => ({ data: limit.toFixed() }),
  inputs: { limit: input({ label: 'Limit', type: 'string', clean: Number }) },
  performSafety: 'notAllowed',
  somethingNew: 1,
});

export const polling = pollingTrigger({
  display: { label: 'Poll', description: 'Polls' },
  inputs: { connection: connectionInput },
  triggerResolverSupport: 'valid',
  batchConfig: { batchSize: 50 },
  triggerResolver: { resolveItems: (_context, { payload }): string[] => [payload.executionId] },
  async perform(context, payload, params) {
    const state = context.polling.getState() as { since?: string };
    context.polling.setState({ since: state.since ?? params.connection.key });
    return { payload: { ...payload, body: { data: [] } }, polledNoChanges: true };
  },
});

export const hook = trigger({
  display: { label: 'Hook', description: 'Webhook' },
  inputs: { connection: connectionInput },
  scheduleSupport: 'invalid',
  synchronousResponseSupport: 'valid',
  perform: async (_context, payload) => ({
    payload,
    response: { statusCode: 200, contentType: 'text/plain' },
  }),
  onInstanceDeploy: async (context, params) => {
    context.logger.info(params.connection.fields);
    return { instanceState: { id: context.instance.id } };
  },
  onInstanceDelete: async context => context.logger.info('gone'),
  webhookLifecycleHandlers: {
    create: async (context, { connection: given }) =>
      context.logger.info(given.key, Object.keys(context.webhookUrls)),
    delete: async () => undefined,
  },
});

export const source = dataSource({
  display: { label: 'Names', description: 'Names' },
  inputs: { connection: connectionInput },
  perform: async (context, { connection: given }) => {
    context.logger.debug(given.key);
    return { result: [{ key: 'a', label: 'A' }] };
  },
  dataSourceType: 'picklist',
  examplePayload: { result: [{ key: 'a' }] },
});

export const batched = flow({
  name: 'Sync',
  stableKey: 'sync',
  triggerType: 'polling',
  schedule: { value: '0 * * * *' },
  batchConfig: { batchSize: 50 },
  trigger: batchFlowTrigger<{ id: string }, { cursor: number }>({
    onTrigger: async (context, payload) => {
      context.polling.setState({ cursor: payload.paginationState?.cursor });
      return { items: [{ id: 'a' }], paginationState: { cursor: 1 } };
    },
  }),
  onInstanceDeploy: async context => context.logger.info('deployed'),
  onExecution: async (_context, params) => ({ data: params.onTrigger.results.body.data }),
  somethingNew: 1,
});

export const complete = component({
  key: 'complete',
  public: true,
  documentationUrl: 'https://docs.example.com/complete/',
  display: {
    label: 'Complete',
    description: 'All kinds',
    iconPath: 'icon.png',
    category: 'Application Connectors',
  },
  hooks: { error: handleErrors },
  actions: { list, early },
  triggers: { polling, hook },
  dataSources: { source },
  connections: [members],
});

const rawInputs = { connection: connectionInput, ...httpInputs };
export const raw = action({
  display: { label: 'Raw', description: 'Any request' },
  inputs: rawInputs,
  perform: async (context, { connection: given, ...values }) => {
    const { data } = await sendRawRequest(
      'https://api.example.com',
      { ...values, debugRequest: context.debug.enabled },
      { Authorization: `Bearer ${given.token?.['access_token']}` },
    );
    return { data };
  },
});

export async function clientsAreThoseOfAxios(client: HttpClient): Promise<string> {
  const { data: typed } = await client.get<{ id: string }[]>('/customers', { params: { limit: 1 } });
  const { data } = await client.post('/customers', { name: 'a' });
  const viaFunction: ReturnType<typeof createClient> = client;
  await viaFunction({ url: '/x', method: 'get' });
  return typed[0]?.id ?? data.id;
}

/** The scopes may be left optional, and endpoints may be templates. */
export const templatedOAuth = oauth2Connection({
  key: 'templatedOAuth',
  display: { label: 'OAuth 2.0', description: 'By domain' },
  oauth2Type: OAuth2Type.AuthorizationCode,
  oauth2Config: { overrideGrantType: 'refresh', allowedTokenParams: ['code'] },
  inputs: templateConnectionInputs(
    {
      domain: { label: 'Domain', type: 'string', required: true, shown: true },
      scopes: { label: 'Scopes', type: 'string', required: false, shown: true },
      clientId: { label: 'Client ID', type: 'string', required: true, default: process.env['CLIENT_ID'] },
      clientSecret: { label: 'Client secret', type: 'password', required: true, writeOnly: true },
    },
    {
      authorizeUrl: {
        label: 'Authorize',
        type: 'template',
        shown: false,
        required: true,
        templateValue: 'https://{{#domain}}/a',
      },
      tokenUrl: {
        label: 'Token',
        type: 'template',
        shown: false,
        required: true,
        templateValue: 'https://{{#domain}}/t',
      },
    },
    OAuth2Type.AuthorizationCode,
  ),
});
