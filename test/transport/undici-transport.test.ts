import { createUndiciTransport } from '../../src/transport/undici-transport.ts';
import { describeTransport } from './transport-contract.ts';

describeTransport('undici', () => createUndiciTransport());
