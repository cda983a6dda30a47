export {
  createGotTransport,
  type GotAgents,
  type GotTransportOptions,
} from './transport/got-transport.ts';
export type { Transport } from './transport/transport.ts';
