import { FerruleError } from '../../errors.ts';
import type { Flow, IntegrationDefinition } from '../integration-definition.ts';

/** The flow of that name, or of that `stableKey`. @throws FerruleError OPERATION_UNKNOWN */
export function findFlow({ name, flows }: IntegrationDefinition, flowName: string): Flow<never> {
  const found = flows.find(flow => flow.name === flowName) ?? flows.find(flow => flow.stableKey === flowName);
  if (found !== undefined) return found;
  throw new FerruleError('OPERATION_UNKNOWN', `The integration "${name}" has no such flow`, {
    expected: flows.map(flow => flow.name).join(', ') || 'an integration with flows',
    found: flowName.slice(0, 100),
  });
}
