import { FerruleError } from '../../errors.ts';
import type { Unchecked } from '../clients/http/client-types.ts';
import type { ComponentDefinition } from '../component-definition.ts';
import type { Connection } from '../connection-value.ts';
import type { TriggerPayload } from '../trigger-definition.ts';
import { cleaned, type LooseInputs, withDefaults } from './clean-params.ts';
import { connectionValue } from './connection-values.ts';
import { loggerMock } from './logger-mock.ts';
import { defaultTriggerPayload, type TestContext, testContext } from './test-context.ts';

type Params = Record<string, unknown>;
type Kind = 'actions' | 'triggers' | 'dataSources';

/** A member of a component, as loosely as a harness calls it. */
interface Loose {
  readonly inputs?: LooseInputs;
  readonly triggerType?: string;
  perform(...args: unknown[]): Promise<Unchecked>;
  onInstanceDeploy?(context: unknown, params: Params): Promise<Unchecked>;
  onInstanceDelete?(context: unknown, params: Params): Promise<Unchecked>;
}

/** Runs what a component offers as the platform would: with defaults, cleaned parameters and the component's error hook. */
export class ComponentTestHarness<T extends ComponentDefinition = ComponentDefinition> {
  readonly component: T;

  constructor(component: T) {
    this.component = component;
  }

  /** The connection of the environment under the key of a definition. */
  connectionValue({ key }: { key: string }): Connection {
    return { ...connectionValue(), key };
  }

  action(key: string, params: Params = {}, context: TestContext = {}): Promise<Unchecked> {
    const action = this.#find('actions', key);
    return this.#run(action, params, given => action.perform(testContext(loggerMock(), context), given));
  }

  trigger(
    key: string,
    payload: Partial<TriggerPayload> = {},
    params: Params = {},
    context: TestContext = {},
  ): Promise<Unchecked> {
    const trigger = this.#find('triggers', key);
    const received = { ...defaultTriggerPayload(), ...payload };
    const polling = trigger.triggerType === 'polling' ? { polling: createPolling() } : {};
    const prepared = testContext(loggerMock(), { ...polling, ...context });
    return this.#run(trigger, params, given => trigger.perform(prepared, received, given));
  }

  triggerOnInstanceDeploy(key: string, params: Params = {}, context: TestContext = {}): Promise<Unchecked> {
    return this.#event('onInstanceDeploy', key, params, context);
  }

  triggerOnInstanceDelete(key: string, params: Params = {}, context: TestContext = {}): Promise<Unchecked> {
    return this.#event('onInstanceDelete', key, params, context);
  }

  dataSource(key: string, params: Params = {}, context: TestContext = {}): Promise<Unchecked> {
    const source = this.#find('dataSources', key);
    const { logger, configVars, customer, instance, user, debug, invokeFlow } = testContext(loggerMock());
    const prepared = { logger, configVars, customer, instance, user, debug, invokeFlow, ...context };
    return this.#run(source, params, given => source.perform(prepared, given));
  }

  async #event(
    name: 'onInstanceDeploy' | 'onInstanceDelete',
    key: string,
    params: Params,
    context: TestContext,
  ): Promise<Unchecked> {
    const trigger = this.#find('triggers', key);
    if (trigger[name] === undefined) {
      throw new FerruleError('OPERATION_UNKNOWN', `The trigger "${key}" does not support ${name}`);
    }
    return this.#run(trigger, params, async given =>
      trigger[name]?.(testContext(loggerMock(), context), given),
    );
  }

  async #run(
    member: Loose,
    params: Params,
    work: (params: Params) => Promise<Unchecked>,
  ): Promise<Unchecked> {
    const inputs = member.inputs ?? {};
    try {
      return await work(cleaned(inputs, withDefaults(inputs, params)));
    } catch (error) {
      const hook = this.component.hooks?.error;
      throw hook === undefined ? error : await hook(error);
    }
  }

  #find(kind: Kind, key: string): Loose {
    const members: Readonly<Record<string, unknown>> = this.component[kind] ?? {};
    if (Object.hasOwn(members, key)) return members[key] as Loose;
    throw new FerruleError(
      'OPERATION_UNKNOWN',
      `The component "${this.component.key}" has no "${key}" in its ${kind}`,
      {
        expected: Object.keys(members).join(', ') || `a component with ${kind}`,
        found: key,
      },
    );
  }
}

/** A harness around a component; it needs no platform. */
export function createHarness<T extends ComponentDefinition>(component: T): ComponentTestHarness<T> {
  return new ComponentTestHarness(component);
}

function createPolling(): object {
  let state: Params = {};
  return {
    getState: () => state,
    setState: (next: Params) => {
      state = next;
    },
    invokeAction: async () => ({ data: null }),
  };
}
