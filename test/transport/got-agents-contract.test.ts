import { createGotOverAgents } from '../support/got-over-agents.ts';
import { describeTransport } from './transport-contract.ts';

describeTransport('got over agents of the host program', createGotOverAgents, {
  sharesSockets: 'an agent keeps the sockets of plain http for all that ask it',
  respellsHeaders: 'agents read and add to headers by name',
});
