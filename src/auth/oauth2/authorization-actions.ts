import type { AuthorizationCodeActions } from './authorization-code.ts';
import type { DeviceCodeActions } from './device-code.ts';
import type { TokenActions } from './token-actions.ts';

/** What a host may do with an OAuth connection besides executing operations. Each takes the call it serves. */
export interface AuthorizationActions extends TokenActions, AuthorizationCodeActions, DeviceCodeActions {}
