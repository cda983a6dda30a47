import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import {
  action,
  ConnectionError,
  component,
  connection,
  dataSource,
  dynamicObjectInput,
  flow,
  input,
  pollingTrigger,
  structuredObjectInput,
  testing,
  trigger,
} from '../../src/spectral/index.ts';
import * as ours from '../../src/spectral/testing/index.ts';
import { failureOf } from '../support/failure-of.ts';

const require = createRequire(import.meta.url);
const sdk = require('@prismatic-io/spectral') as { component(definition: unknown): unknown };
const theirs = require('@prismatic-io/spectral/dist/testing') as typeof ours;

const apiKey = connection({
  key: 'acmeApiKey',
  display: { label: 'Acme', description: 'API key' },
  inputs: { apiKey: { label: 'API key', type: 'password', required: true } },
});

const text = (rest: object = {}) => input({ label: 'Text', type: 'string', ...rest });

const echo = action({
  display: { label: 'Echo', description: 'Gives its parameters' },
  inputs: {
    plain: text(),
    withDefault: text({ default: 'd' }),
    cleaned: text({ default: '7', clean: Number }),
    flag: input({ label: 'Flag', type: 'boolean' }),
    connection: input({ label: 'Connection', type: 'connection', required: true }),
    object: structuredObjectInput({
      label: 'Object',
      inputs: { count: input({ label: 'Count', type: 'string', clean: Number }) },
    }),
    choice: dynamicObjectInput({
      label: 'Choice',
      configurations: {
        one: { label: 'One', inputs: { count: input({ label: 'Count', type: 'string', clean: Number }) } },
      },
    }),
  },
  perform: async (context, params) => ({
    data: { params, step: context.stepId, variables: context.configVars },
  }),
});

const definition = {
  key: 'acme',
  public: false,
  display: { label: 'Acme', description: 'Acme', iconPath: 'icon.png' },
  connections: [apiKey],
  actions: {
    echo,
    failing: action({
      display: { label: 'Fail', description: 'Fails' },
      inputs: {},
      perform: async () => {
        throw new ConnectionError(
          { key: 'k', configVarKey: 'c', fields: { apiKey: 'key_5c1f' } },
          'no access',
        );
      },
    }),
  },
  triggers: {
    hook: trigger({
      display: { label: 'Hook', description: 'Webhook' },
      inputs: { prefix: text({ default: 'p' }) },
      scheduleSupport: 'invalid',
      synchronousResponseSupport: 'invalid',
      perform: async (_context, payload, params) => ({ payload: { ...payload, startedAt: '', params } }),
      onInstanceDeploy: async (_context, params) => ({ crossFlowState: { deployed: params } }),
    }),
    poll: pollingTrigger({
      display: { label: 'Poll', description: 'Polls' },
      inputs: {},
      perform: async (context, payload) => {
        context.polling.setState({ seen: 1 });
        return { payload: { ...payload, body: { data: context.polling.getState() } } };
      },
    }),
  },
  dataSources: {
    names: dataSource({
      display: { label: 'Names', description: 'Names' },
      inputs: { of: text() },
      dataSourceType: 'string',
      perform: async (context, params) => ({ result: `${Object.keys(context).sort()}:${params.of}` }),
    }),
  },
  hooks: { error: (error: unknown) => `hooked: ${(error as Error).message}` },
};

afterEach(() => {
  delete process.env['PRISMATIC_CONNECTION_VALUE'];
});

describe('a harness', () => {
  const mine = ours.createHarness(component(definition));
  const their = theirs.createHarness(sdk.component(definition) as never);

  it.each<[string, Record<string, unknown>, ours.TestContext]>([
    ['nothing', {}, {}],
    ['some values', { plain: 1, cleaned: '5', extra: 'kept' }, { stepId: 'mine', configVars: { a: 1 } }],
    ['an empty text and null', { withDefault: '', plain: null }, {}],
    [
      'members of objects',
      { object: { count: '3', other: 1 }, choice: { configuration: 'one', values: { count: '4' } } },
      {},
    ],
    [
      'a connection',
      { connection: ours.createConnection(apiKey, { apiKey: 'k' }, { access_token: 't' }, 'Acme') },
      {},
    ],
  ])('gives an action what the SDK gives it: %s', async (_, params, context) => {
    expect(await mine.action('echo', params, context)).toEqual(await their.action('echo', params, context));
  });

  it('runs triggers, their events and data sources as the SDK does', async () => {
    const payload = { body: { data: { id: 1 } } };
    const withoutStart = async (work: Promise<object>) => ({ ...(await work), startedAt: undefined });
    expect(await withoutStart(mine.trigger('hook', payload))).toEqual(
      await withoutStart(their.trigger('hook', payload)),
    );
    expect(await mine.triggerOnInstanceDeploy('hook', { prefix: 'q' })).toEqual(
      await their.triggerOnInstanceDeploy('hook', { prefix: 'q' }),
    );
    expect(await mine.dataSource('names', { of: 'x' })).toEqual(await their.dataSource('names', { of: 'x' }));
    expect((await mine.trigger('poll')).payload.body).toEqual({ data: { seen: 1 } });
  });

  it('lets the error hook of the component answer', async () => {
    await expect(mine.action('failing')).rejects.toBe('hooked: no access');
    await expect(their.action('failing')).rejects.toBe('hooked: no access');
  });

  it('says what a component does not have', async () => {
    expect(await failureOf(() => mine.action('ech'))).toMatchObject({
      code: 'OPERATION_UNKNOWN',
      expected: 'echo, failing',
    });
    expect(await failureOf(() => mine.action('constructor'))).toMatchObject({ code: 'OPERATION_UNKNOWN' });
    expect(await failureOf(() => mine.triggerOnInstanceDelete('hook'))).toMatchObject({
      code: 'OPERATION_UNKNOWN',
    });
  });

  it('gives the connection of the environment under the key of its definition', () => {
    process.env['PRISMATIC_CONNECTION_VALUE'] = '{"fields":{"apiKey":"k"}}';
    expect(mine.connectionValue(apiKey)).toEqual({ key: 'acmeApiKey', fields: { apiKey: 'k' } });
    expect(mine.connectionValue(apiKey)).toEqual(their.connectionValue(apiKey));
  });
});

describe('invoking', () => {
  const timeless = (value: unknown) =>
    JSON.parse(JSON.stringify(value).replaceAll(/"startedAt":"[^"]*"/g, '"startedAt":""'));

  it('an action gives it parameters that nothing has cleaned', async () => {
    const params = { plain: 'x', cleaned: '5' } as never;
    const { result } = await ours.invoke(echo, params, { stepId: 's' });
    expect(result).toEqual((await theirs.invoke(echo, params, { stepId: 's' })).result);
    expect(result?.data.params.cleaned).toBe('5');
  });

  it('a trigger or a data source is as in the SDK', async () => {
    const { hook } = definition.triggers;
    const [found, wanted] = await Promise.all(
      [ours, theirs].map(by => by.invokeTrigger(hook, {}, { pathFragment: 'p' }, { prefix: 'q' })),
    );
    expect(timeless(found?.result)).toEqual(timeless(wanted?.result));
    const { names } = definition.dataSources;
    expect(await ours.invokeDataSource(names, { of: 1 })).toEqual(
      await theirs.invokeDataSource(names, { of: 1 }),
    );
  });

  const whole = async (context: object, params: object) => ({
    data: { variables: (context as { configVars: unknown }).configVars, params },
  });
  it.each([
    ['without a trigger', flow({ name: 'F', stableKey: 'f', onExecution: whole })],
    [
      'with a trigger that is code',
      flow({
        name: 'F',
        stableKey: 'f',
        onTrigger: async (_, payload) => ({ payload: { ...payload, body: { data: 'changed' } } }),
        onExecution: whole,
      }),
    ],
    [
      'with a trigger of a component',
      flow({
        name: 'F',
        stableKey: 'f',
        onTrigger: { component: 'a', key: 'b', values: {} },
        onExecution: whole,
      }),
    ],
    [
      'with a trigger that gives nothing',
      flow({ name: 'F', stableKey: 'f', onTrigger: async () => undefined, onExecution: whole }),
    ],
  ])('a flow %s is as in the SDK', async (_, given) => {
    const options = {
      configVars: { 'Acme Connection': { key: 'a', fields: { apiKey: 'k' } }, Interval: 'daily' },
      payload: { body: { data: 1 } },
    };
    const [found, wanted] = await Promise.all(
      [ours, theirs].map(by => by.invokeFlow(given as never, options)),
    );
    expect(timeless(found?.result)).toEqual(timeless(wanted?.result));
  });

  it('gives the logger that the code wrote to, and prints nothing', async () => {
    const noisy = flow({
      name: 'F',
      stableKey: 'f',
      onExecution: async ({ logger }) => {
        logger.info('found', 3);
        logger.section('a');
        logger.sectionEnd({ label: 'a' });
        return { data: null };
      },
    });
    const { loggerMock } = await ours.invokeFlow(noisy);
    expect(loggerMock.info.mock.calls).toEqual([['found', 3]]);
    expect(loggerMock.info).toHaveBeenCalledWith('found', 3);
    expect(loggerMock.section).toHaveBeenCalledTimes(1);
    expect(loggerMock.error).not.toHaveBeenCalled();
  });
});

describe('the parts for tests', () => {
  it('make the connections that the SDK makes', () => {
    const args = [apiKey, { apiKey: 'k' }, { access_token: 't' }, 'Acme'] as const;
    expect(ours.createConnection(...args)).toEqual(theirs.createConnection(...args));
    expect(ours.createConnection(apiKey, {})).toEqual(theirs.createConnection(apiKey, {}));
  });

  it('read a connection from a variable of the environment', () => {
    process.env['PRISMATIC_CONNECTION_VALUE'] =
      '{"fields":{"apiKey":"k"},"token":{"access_token":"t"},"key":"x"}';
    expect(ours.connectionValue()).toEqual(theirs.connectionValue());
    expect(ours.defaultConnectionValueEnvironmentVariable).toBe(
      theirs.defaultConnectionValueEnvironmentVariable,
    );
  });

  it.each(['{bad key_5c1f', '"key_5c1f"', '51234567'])(
    'refuse a variable that holds %s, without telling it',
    async held => {
      process.env['PRISMATIC_CONNECTION_VALUE'] = held;
      const error = await failureOf(() => ours.connectionValue());
      expect(error.code).toBe('PARAMETER_INVALID');
      expect(inspect(error)).not.toMatch(/key_5c1f|51234567/);
    },
  );

  it('say which variable is missing', async () => {
    expect(await failureOf(() => ours.connectionValue('NO_SUCH_VARIABLE'))).toMatchObject({
      code: 'SECRET_MISSING',
      summary: expect.stringContaining('NO_SUCH_VARIABLE'),
    });
  });

  it('stand in for actions of published components', async () => {
    const registry = {
      slack: { actions: { post: { examplePayload: { data: 'ex' } }, other: {}, bare: {} } },
    };
    const mocks = { actions: { slack: { other: async () => 'mocked' } } };
    const { slack } = ours.createMockContextComponents(registry, mocks);
    const results = await Promise.all([slack?.['post']?.({}), slack?.['other']?.({}), slack?.['bare']?.({})]);
    expect(results).toEqual([{ data: 'ex' }, 'mocked', { data: null }]);
  });

  it('record results and failures of functions, and forget them', () => {
    const { info } = ours.loggerMock();
    info.mockImplementation(given => {
      if (given === 'bad') throw new TypeError('bad');
    });
    info('good');
    expect(() => info('bad')).toThrow('bad');
    expect(info.mock.results.map(({ type }) => type)).toEqual(['return', 'throw']);
    expect(info.mock.lastCall).toEqual(['bad']);
    info.mockReset()('bad');
    expect(info.mock.calls).toEqual([['bad']]);
  });

  it('have the names of the SDK, here and in the main entry', () => {
    const names = (module: object) =>
      Object.keys(module)
        .filter(name => name !== 'default')
        .sort();
    expect(names(ours)).toEqual(names(theirs));
    expect(names(testing)).toEqual(names((sdk as unknown as { testing: object }).testing));
  });
});

describe('a connection error', () => {
  it('holds its connection without showing it', () => {
    const error = new ConnectionError(
      { key: 'k', configVarKey: 'c', fields: { apiKey: 'key_5c1f' } },
      'no access',
    );
    expect(error.connection.fields).toEqual({ apiKey: 'key_5c1f' });
    expect(`${error.name}: ${error.message}`).toBe('ConnectionError: no access');
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain('key_5c1f');
  });
});
