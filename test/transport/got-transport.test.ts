import { createGotTransport } from '../../src/transport/got/got-transport.ts';
import { describeTransport } from './transport-contract.ts';

describeTransport('got', () => createGotTransport());
