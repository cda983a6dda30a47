export {
  createGotTransport,
  type GotAgents,
  type GotTransportOptions,
} from './transport/got/got-transport.ts';
export type { Transport } from './transport/transport.ts';
