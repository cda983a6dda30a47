import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import { describeTransport } from './transport-contract.ts';

describeTransport('undici', () => createUndiciTransport());
